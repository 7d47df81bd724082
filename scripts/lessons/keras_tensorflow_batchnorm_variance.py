# %% [markdown]
# # BatchNorm's variance: Keras on TensorFlow

# %% setup [markdown]
# The arithmetic is small: it is done on the CPU.

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np
from keras import layers

# %% experiment [markdown]
# A layer that keeps nothing of its old statistics (a momentum of 0, in
# Keras's sense) sees a batch of four: what it stores is compared with the
# variance by which it divides, that of the batch as a whole.


# %%
def variances(seed):
    rng = np.random.default_rng(seed)
    batch = rng.normal(size=(4, 512)).astype("float32")
    norm = layers.BatchNormalization(momentum=0.0)
    norm(batch, training=True)
    stored = norm.moving_variance.numpy()
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
