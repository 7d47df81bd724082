# %% [markdown]
# # BatchNorm's momentum: Keras on TensorFlow

# %% setup [markdown]
# The arithmetic is small: it is done on the CPU.

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras
import numpy as np
from keras import layers

# %% experiment [markdown]
# A layer with 50 channels sees one batch of the CNN's size, whose mean is 1;
# its moving mean starts at 0. Measured is where the moving mean goes, with
# PyTorch's number and with Keras's own.


# %%
def share_of_the_batch(seed, momentum):
    rng = np.random.default_rng(seed)
    images = 1 + rng.normal(size=(64, 32, 32, 50)).astype("float32")
    norm = layers.BatchNormalization(momentum=momentum)
    norm(images, training=True)
    return float(keras.ops.mean(norm.moving_mean))


# %%
with_, without = [], []
for seed in range(6):
    torch, own = share_of_the_batch(seed, 0.1), share_of_the_batch(seed, 0.9)
    print(f"the new batch counts: momentum .1 {torch:.3f}, .9 {own:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(torch)
        without.append(own)

# %% results [markdown]
# Moving means after one batch, a pair for each seed; and the layer's defaults.

# %%
norm = layers.BatchNormalization()
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"momentum by default": norm.momentum, "epsilon": norm.epsilon},
}
