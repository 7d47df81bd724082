# %% [markdown]
# # One loader for all: MXNet Module

# %% setup [markdown]
# Images and labels for 100 batches, in memory as NumPy arrays.

# %%
import time

import mxnet as mx
import numpy as np
from mxnet import nd

BATCH_SIZE, BATCHES = 64, 100
rng = np.random.RandomState(0)
x_train = rng.rand(BATCHES * BATCH_SIZE, 3, 32, 32).astype(np.float32)
y_train = rng.randint(0, 10, len(x_train))
print(f"MXNet {mx.__version__}")

# %% experiment [markdown]
# With MXNet's own iterator; without it, the shared generator: NumPy copies the
# rows of a batch at once, MXNet copies them again. Both go through all images
# in a new random order, which the iterator draws when it is reset.

# %%
discard = {"last_batch_handle": "discard"}
loader = mx.io.NDArrayIter(
    x_train, y_train, BATCH_SIZE, shuffle=True, **discard
)


def own_iterator():
    loader.reset()
    yield from loader


def shared_generator():
    order = rng.permutation(len(x_train)).reshape(BATCHES, BATCH_SIZE)
    for chosen in order:
        images, labels = nd.array(x_train[chosen]), nd.array(y_train[chosen])
        yield mx.io.DataBatch([images], [labels])


def seconds(batches):
    start = time.perf_counter()
    count = sum(len(batch.data[0]) for batch in batches)
    nd.waitall()
    assert count == len(x_train)
    return time.perf_counter() - start


# %%
seconds(own_iterator()), seconds(shared_generator())  # warm-up
pairs = []
for _ in range(10):
    pairs.append((seconds(own_iterator()), seconds(shared_generator())))
with_, without = map(list, zip(*pairs))
print(f"own loader {min(with_):.3f} s, shared generator {min(without):.3f} s")

# %% results [markdown]
# Seconds for 100 batches.

# %%
{"device": "cpu", "with": with_, "without": without}
