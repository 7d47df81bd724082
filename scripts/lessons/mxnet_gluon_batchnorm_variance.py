# %% [markdown]
# # BatchNorm's variance: MXNet Gluon

# %% setup

# %%
import numpy as np
from mxnet import autograd, nd
from mxnet.gluon import nn

# %% experiment [markdown]
# A layer that keeps nothing of its old statistics (a momentum of 0, in
# MXNet's sense) sees a batch of four: what it stores is compared with the
# variance by which it divides, that of the batch as a whole.


# %%
def variances(seed):
    rng = np.random.default_rng(seed)
    batch = rng.normal(size=(4, 512)).astype("float32")
    norm = nn.BatchNorm(momentum=0.0, in_channels=512)
    norm.initialize()
    with autograd.record():
        outputs = norm(nd.array(batch))
    outputs.backward()  # which is what moves the running statistics
    stored = norm.running_var.data().asnumpy()
    biased = batch.var(axis=0, dtype="float64").mean()
    return float(stored.mean(dtype="float64")), float(biased)


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
