# %% [markdown]
# # The dtypes of x and y: JAX with Flax

# %% setup
import time

import jax
import numpy as np
import optax
from flax import nnx

jax.config.update("jax_default_matmul_precision", "float32")
device = "cpu" if jax.default_backend() == "cpu" else "cuda"
rng = np.random.default_rng(0)
pixels = rng.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
labels = rng.integers(0, 100, 64)
print(f"JAX {jax.__version__} on {device}, x: {(pixels / 255).dtype}")

# %% experiment [markdown]
# Two convolutions trained on NumPy's `pixels / 255`, which is `float64`, and on
# `float32`. JAX makes `float32` of both when it takes them.


# %%
class Model(nnx.Module):
    def __init__(self, rngs):
        self.conv1 = nnx.Conv(3, 50, (3, 3), rngs=rngs)
        self.conv2 = nnx.Conv(50, 100, (3, 3), strides=2, rngs=rngs)

    def __call__(self, x):
        return self.conv2(nnx.relu(self.conv1(x))).mean((1, 2))


@nnx.jit
def train_step(model, images, labels):
    def mean_loss(model):
        cross_entropy = optax.softmax_cross_entropy_with_integer_labels
        return cross_entropy(model(images), labels).mean()

    return nnx.value_and_grad(mean_loss)(model)


model = Model(nnx.Rngs(0))
x32, x64 = (pixels / 255).astype(np.float32), pixels / 255
print(f"float64 becomes {jax.device_put(x64).dtype}")


# %%
def seconds(x):
    start = time.perf_counter()
    for _ in range(5):
        results = train_step(model, x, labels)
    jax.block_until_ready(results)
    return (time.perf_counter() - start) / 5


seconds(x64), seconds(x32)  # warm-up
pairs = [(seconds(x64), seconds(x32)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"float64 {min(with_):.4f} s, float32 {min(without):.4f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": device, "with": with_, "without": without}
