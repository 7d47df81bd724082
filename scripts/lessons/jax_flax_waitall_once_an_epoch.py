# %% [markdown]
# # Waiting after every training step: JAX + Flax

# %% setup

# %%
import time

import jax
import numpy as np
import optax
from flax import nnx

print(f"JAX {jax.__version__} on {jax.default_backend()}")

BATCH_SIZE, STEPS, TURNS = 64, 4, 5

# %% experiment [markdown]
# The CNN takes four training steps on batches that are cut from NumPy's
# arrays: once it waits after each of them, once after the last. Both take
# five turns, of which the fastest counts: a machine has slow seconds.


# %%
def max_pool(x):
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


class CNN(nnx.Module):
    def __init__(self, rngs):
        self.conv1 = nnx.Conv(3, 50, (3, 3), padding="SAME", rngs=rngs)
        self.conv2 = nnx.Conv(50, 50, (3, 3), padding="SAME", rngs=rngs)
        self.conv3 = nnx.Conv(50, 100, (3, 3), padding="SAME", rngs=rngs)
        self.conv4 = nnx.Conv(100, 100, (3, 3), padding="SAME", rngs=rngs)
        self.dense1 = nnx.Linear(8 * 8 * 100, 512, rngs=rngs)
        self.dense2 = nnx.Linear(512, 10, rngs=rngs)

    def __call__(self, x):
        x = nnx.relu(max_pool(self.conv2(nnx.relu(self.conv1(x)))))
        x = nnx.relu(max_pool(self.conv4(nnx.relu(self.conv3(x)))))
        return self.dense2(nnx.relu(self.dense1(x.reshape(len(x), -1))))


# %%
model = CNN(nnx.Rngs(0))
sgd = optax.sgd(0.01, momentum=0.9)
optimizer = nnx.Optimizer(model, sgd, wrt=nnx.Param)
rng = np.random.default_rng(0)
x_train = rng.random((BATCH_SIZE * STEPS, 32, 32, 3), np.float32)
y_train = rng.integers(10, size=BATCH_SIZE * STEPS, dtype=np.int32)


def mean_loss(model, images, labels):
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(model(images), labels).mean()


@nnx.jit
def train_step(model, optimizer, images, labels):
    loss, grads = nnx.value_and_grad(mean_loss)(model, images, labels)
    optimizer.update(model, grads)
    return loss


# %%
cached_step = nnx.cached_partial(train_step, model, optimizer)


def seconds(wait_each_step):
    start = time.perf_counter()
    for rows in np.split(rng.permutation(len(x_train)), STEPS):
        loss = cached_step(x_train[rows], y_train[rows])
        if wait_each_step:
            loss.block_until_ready()
    jax.block_until_ready(nnx.state(model))
    return (time.perf_counter() - start) / STEPS


def fastest():
    turns = [(seconds(True), seconds(False)) for _ in range(TURNS)]
    return [min(each) for each in zip(*turns)]


pairs = [fastest() for _ in range(11)][1:]
with_, without = map(list, zip(*pairs))
print(f"each step {min(with_):.4f} s, at the end {min(without):.4f} s")

# %% results [markdown]
# Seconds of one training step.

# %%
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
}
