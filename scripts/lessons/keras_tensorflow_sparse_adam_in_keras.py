# %% [markdown]
# # Squares of a word's gradients: Keras on TensorFlow

# %% setup

# %%
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}")

# %% experiment [markdown]
# One word stands several times among a batch's words, and each time has the
# same gradient. Measured is how far the first training step moves its vector:
# with the gradient of the embedding as TensorFlow hands it over, and with the
# same one made dense, which adds up what belongs to a word.


# %%
class DenseAdam(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        gradient = keras.ops.add(gradient, 0)
        super().update_step(gradient, variable, learning_rate)


def moved(adam, times):
    keras.utils.set_random_seed(0)
    embedding = layers.Embedding(30_000, 125)
    words = 2 + np.arange(9600).reshape(64, 150)
    words[:, 0] = 0
    words[:times, 0] = 1  # the word that is looked at
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(embedding(words))
    before = embedding.embeddings.numpy()
    weights = embedding.trainable_variables
    adam.apply(tape.gradient(loss, weights), weights)
    return float(np.abs(embedding.embeddings.numpy() - before)[1].mean())


# %%
with_, without = [], []
for times in (4, 4, 16, 64):  # the first pair warms up
    with_.append(moved(keras.optimizers.Adam(1e-3, epsilon=1e-12), times))
    without.append(moved(DenseAdam(1e-3, epsilon=1e-12), times))
    print(f"{times} times: {with_[-1]:.2e} sparse, {without[-1]:.2e} dense")
with_, without = with_[1:], without[1:]

# %% results
gpu = bool(tf.config.list_physical_devices("GPU"))
{"device": "cuda" if gpu else "cpu", "with": with_, "without": without}
