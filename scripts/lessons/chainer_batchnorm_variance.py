# %% [markdown]
# # BatchNorm's variance: Chainer

# %% setup

# %%
import chainer
import chainer.links as L
import numpy as np

# %% experiment [markdown]
# A layer that keeps nothing of its old statistics (a decay of 0, in
# Chainer's sense) sees a batch of four: what it stores is compared with the
# variance by which it divides, that of the batch as a whole.


# %%
def variances(seed):
    rng = np.random.default_rng(seed)
    batch = rng.normal(size=(4, 512)).astype("float32")
    norm = L.BatchNormalization(512, decay=0.0)
    with chainer.using_config("train", True):
        norm(batch)
    stored = norm.avg_var
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
