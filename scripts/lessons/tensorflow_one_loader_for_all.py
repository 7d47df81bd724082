# %% [markdown]
# # One loader for all: TensorFlow

# %% setup [markdown]
# Images and labels for 100 batches, in memory as NumPy arrays.

# %%
import time

import numpy as np
import tensorflow as tf

BATCH_SIZE, BATCHES = 64, 100
rng = np.random.default_rng(0)
x_train = rng.random((BATCHES * BATCH_SIZE, 32, 32, 3), dtype=np.float32)
y_train = rng.integers(0, 10, len(x_train))
print(f"TensorFlow {tf.__version__}")

# %% experiment [markdown]
# With TensorFlow's own loader, `tf.data`; without it, the shared generator:
# NumPy copies the rows of a batch at once, TensorFlow takes the copy. Both go
# through all images in a new random order.

# %%
loader = (
    tf.data.Dataset.from_tensor_slices((x_train, y_train))
    .shuffle(len(x_train))
    .batch(BATCH_SIZE, drop_remainder=True)
    .prefetch(tf.data.AUTOTUNE)
)


def shared_generator():
    order = rng.permutation(len(x_train)).reshape(BATCHES, BATCH_SIZE)
    for chosen in order:
        images, labels = x_train[chosen], y_train[chosen]
        yield tf.constant(images), tf.constant(labels)


def seconds(batches):
    start = time.perf_counter()
    count = sum(len(images) for images, _ in batches)
    assert count == len(x_train)
    return time.perf_counter() - start


seconds(loader), seconds(shared_generator())  # warm-up
pairs = [(seconds(loader), seconds(shared_generator())) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"own loader {min(with_):.3f} s, shared generator {min(without):.3f} s")

# %% results [markdown]
# Seconds for 100 batches.

# %%
{"device": "cpu", "with": with_, "without": without}
