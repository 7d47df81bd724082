# %% [markdown]
# # BatchNorm's variance: PyTorch

# %% setup

# %%
import numpy as np
import torch
from torch import nn

# %% experiment [markdown]
# A layer that keeps nothing of its old statistics (a momentum of 1, in
# PyTorch's sense) sees a batch of four: what it stores is compared with the
# variance by which it divides, that of the batch as a whole.


# %%
def variances(seed):
    rng = np.random.default_rng(seed)
    batch = rng.normal(size=(4, 512)).astype("float32")
    norm = nn.BatchNorm1d(512, momentum=1.0)
    norm(torch.from_numpy(batch))
    biased = batch.var(axis=0, dtype="float64").mean()
    return norm.running_var.double().mean().item(), float(biased)


# %%
with_, without = [], []
for seed in range(6):
    stored, used = variances(seed)
    print(f"variance: stored {stored:.4f}, divided by {used:.4f}")
    if seed:  # the first pair is the warm-up
        with_.append(stored)
        without.append(used)

# %% results [markdown]
# Variances, averaged over the units, a pair for each seed.

# %%
{"device": "cpu", "with": with_, "without": without}
