"""Variants of the training step in Keras on JAX: fit, no XLA, pooling by a reshape."""

from keras_variants import compare_keras, train_on_batch
from measure import load

MAXIMUM = """layers.Lambda(
    lambda x: x.reshape(-1, x.shape[1] // 2, 2, x.shape[2] // 2, 2, x.shape[3]).max((2, 4)),
    output_shape=lambda shape: (shape[0], shape[1] // 2, shape[2] // 2, shape[3]),
)"""
NAME = "keras_jax_cnn.py"
script = load(NAME)
pooled = load(NAME, ("layers.MaxPooling2D(2)", MAXIMUM))
compare_keras(script, {"pooling as a reshape and a maximum": train_on_batch(pooled)})
