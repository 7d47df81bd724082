# %% [markdown]
# # A steady hand: Abacus

# %% setup
# %%
import numpy as np

# %% experiment [markdown]
# Beads are pushed once and twice.

# %%
pushed = np.array([0.01, 0.02, 0.04])
PUSHES = 2
print("pushed")

# %% results
# %%
{
    "device": "cpu",
    "notes": {"beads": len(pushed)},
    "with": (PUSHES * pushed).tolist(),
    "without": pushed.tolist(),
}
