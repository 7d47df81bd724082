# %% [markdown]
# # A pool that is told only its size: CNTK

# %% setup

# %%
import cntk as C
import numpy as np
from cntk.layers import MaxPooling

device = C.use_default_device()

print(f"CNTK {C.__version__} on {device}")

SIDES = [33, 17, 9]  # one more than a power of two, so that rounding shows

# %% experiment [markdown]
# A max-pool of two by two is told nothing else, then its stride and how to
# round as well. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"strides": 2, "pad": False}


def positions(side, **options):
    x = C.input_variable((1, side, side))
    return np.prod(MaxPooling((2, 2), **options)(x).shape)


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
    "with": with_,
    "without": without,
}
