# %% [markdown]
# # Three recurrences called GRU: Keras on TensorFlow

# %% setup

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

tf.config.experimental.enable_tensor_float_32_execution(False)
print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}")

# %% experiment [markdown]
# The same weights in a layer with `reset_after=False` and in one with `True`.
# The recurrent biases, which the first does not have, are zero. Measured is
# how far the two last states are apart, and how far the second is from itself
# in 64-bit arithmetic.


# %%
def last_state(words, weights, **options):
    layer = layers.GRU(100, **options)
    layer.build(words.shape)
    layer.set_weights(weights)
    return layer(words.astype(layer.compute_dtype)).numpy()


def distances(seed):
    keras.utils.set_random_seed(seed)
    words = np.random.normal(size=(64, 150, 125))
    layer = layers.GRU(100, reset_after=False)
    layer.build(words.shape)
    kernel, recurrent, _ = layer.get_weights()
    one = np.random.uniform(-0.1, 0.1, 300)
    two = np.stack([one, np.zeros(300)])
    before = [kernel, recurrent, one]
    after = [kernel, recurrent, two]
    other = last_state(words, before, reset_after=False)
    same = last_state(words, after, reset_after=True)
    exact = last_state(words, after, reset_after=True, dtype="float64")
    return np.abs(other - same).max(), np.abs(same - exact).max()


# %%
distances(0)  # warms up
pairs = np.array([distances(seed) for seed in range(4)], dtype=float)
with_, without = pairs.T.tolist()
print(f"distance {max(with_):.1e}, rounding {max(without):.1e}")

# %% results
gpu = bool(tf.config.list_physical_devices("GPU"))
{"device": "cuda" if gpu else "cpu", "with": with_, "without": without}
