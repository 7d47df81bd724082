# %% [markdown]
# # Where Adam's epsilon is added: Keras on TensorFlow

# %% setup

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    weights = keras.Variable(np.zeros(3))
    adam = keras.optimizers.Adam(RATE, epsilon=EPSILON)
    adam.apply([tf.constant(gradients)], [weights])
    return weights.numpy()


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
gpu = bool(tf.config.list_physical_devices("GPU"))
{
    "device": "cuda" if gpu else "cpu",
    "with": with_,
    "without": without,
    "notes": {"default epsilon": keras.optimizers.Adam().epsilon},
}
