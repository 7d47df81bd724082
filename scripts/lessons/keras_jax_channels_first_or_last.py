# %% [markdown]
# # Channels first or channels last: Keras on JAX

# %% setup [markdown]
# Keras reads its back end when it is imported; JAX rounds to TF32 on a GPU
# unless told otherwise.

# %%
import os
import time

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np
from keras import layers

jax.config.update("jax_default_matmul_precision", "float32")
rng = np.random.default_rng(0)
images = {"channels_first": rng.random((64, 3, 32, 32), dtype=np.float32)}
images["channels_last"] = np.ascontiguousarray(
    images["channels_first"].transpose(0, 2, 3, 1)
)
labels = rng.integers(0, 100, 64)
device = "cpu" if jax.default_backend() == "cpu" else "cuda"
print(f"Keras {keras.__version__} on JAX {jax.__version__} on {device}")

# %% experiment [markdown]
# The CNN's four convolutions, with strides in the place of its pools, and the
# mean of each channel as logits. `data_format` names the order of the axes.


# %%
def compiled_stack(order):
    conv = {"kernel_size": 3, "padding": "same", "data_format": order}
    stack = keras.Sequential(
        [
            keras.Input(images[order].shape[1:]),
            layers.Conv2D(50, activation="relu", **conv),
            layers.Conv2D(50, strides=2, activation="relu", **conv),
            layers.Conv2D(100, activation="relu", **conv),
            layers.Conv2D(100, strides=2, **conv),
            layers.GlobalAveragePooling2D(data_format=order),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    stack.compile(keras.optimizers.SGD(0.01), loss=loss)
    return stack


stacks = {order: compiled_stack(order) for order in images}


# %% [markdown]
# Some training steps are one measurement. `train_on_batch` returns a number, so
# the device has finished.

# %%
STEPS = 1 if device == "cpu" else 100


def seconds(order):
    start = time.perf_counter()
    for _ in range(STEPS):
        stacks[order].train_on_batch(images[order], labels)
    return (time.perf_counter() - start) / STEPS


first, last = images
seconds(first), seconds(last)  # warm-up
pairs = [(seconds(first), seconds(last)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"first {min(with_):.4f} s, last {min(without):.4f} s a training step")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": device, "with": with_, "without": without}
