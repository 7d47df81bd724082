# %% [markdown]
# # A convolution that is told nothing about padding: Keras on JAX

# %% setup

# %%
import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras

print(f"Keras {keras.__version__} on JAX {jax.__version__}")

SIDES = [32, 16, 8]  # before and after the pools of the CNN

# %% experiment [markdown]
# A convolution of three by three is told nothing about padding, then to keep
# the size. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"padding": "same"}


def positions(side, **options):
    layer = keras.layers.Conv2D(1, kernel_size=3, **options)
    return keras.ops.size(layer(keras.ops.zeros((1, side, side, 1))))


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
}
