# %% [markdown]
# # The dtypes of x and y: TensorFlow

# %% setup
import time

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

tf.config.experimental.enable_tensor_float_32_execution(False)
device = "cuda" if tf.config.list_physical_devices("GPU") else "cpu"
rng = np.random.default_rng(0)
pixels = rng.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
labels = rng.integers(0, 100, 64)
print(f"TensorFlow {tf.__version__} on {device}, x: {(pixels / 255).dtype}")

# %% experiment [markdown]
# Two convolutions trained on NumPy's `pixels / 255`, which is `float64`, and on
# `float32`. TensorFlow's operators refuse to mix the two; Keras's layers cast
# what they are given.

# %%
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits
model = tf.keras.Sequential(
    [
        layers.Input((32, 32, 3)),
        layers.Conv2D(50, 3, padding="same", activation="relu"),
        layers.Conv2D(100, 3, strides=2, padding="same"),
        layers.GlobalAveragePooling2D(),
    ]
)


@tf.function
def train_step(images, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(cross_entropy(labels, model(images)))
    return loss, tape.gradient(loss, model.trainable_variables)


x32, x64 = (pixels / 255).astype(np.float32), pixels / 255
try:
    tf.constant(x64) * tf.constant(x32)
except tf.errors.InvalidArgumentError as refusal:
    print(refusal.message)


# %%
def seconds(x):
    start = time.perf_counter()
    for _ in range(5):
        loss, _ = train_step(x, labels)
    loss.numpy()
    return (time.perf_counter() - start) / 5


seconds(x64), seconds(x32)  # warm-up
pairs = [(seconds(x64), seconds(x32)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"float64 {min(with_):.4f} s, float32 {min(without):.4f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": device, "with": with_, "without": without}
