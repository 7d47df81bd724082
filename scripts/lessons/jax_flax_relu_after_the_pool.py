# %% [markdown]
# # ReLU after the pool: JAX

# %% setup [markdown]
# What the CNN's second convolution hands to its first pool, channels last.

# %%
import time

import jax
from flax import nnx

device = "cpu" if jax.default_backend() == "cpu" else "cuda"
keys = jax.random.split(jax.random.key(0))
features = jax.random.normal(keys[0], (64, 32, 32, 50))
errors = jax.random.normal(keys[1], (64, 16, 16, 50))
print(f"JAX {jax.__version__} on {device}")

# %% experiment [markdown]
# ReLU and pool in both orders, forward and backward, compiled; outputs and
# gradients are the same, number by number. The pool is the script's.


# %%
def max_pool(x):
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


def compiled(layers):
    @jax.jit
    def forward_backward(features, errors):
        outputs, pullback = jax.vjp(layers, features)
        return outputs, pullback(errors)[0]

    return forward_backward


relu_last = compiled(lambda x: nnx.relu(max_pool(x)))
relu_first = compiled(lambda x: max_pool(nnx.relu(x)))
both = zip(relu_last(features, errors), relu_first(features, errors))
assert all((a == b).all() for a, b in both)


# %%
def seconds(layers):
    start = time.perf_counter()
    for _ in range(20):
        results = layers(features, errors)
    jax.block_until_ready(results)
    return (time.perf_counter() - start) / 20


seconds(relu_last), seconds(relu_first)  # warm-up
pairs = [(seconds(relu_last), seconds(relu_first)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"ReLU last {min(with_):.5f} s, ReLU first {min(without):.5f} s")

# %% results [markdown]
# Seconds for both layers, forward and backward.

# %%
{"device": device, "with": with_, "without": without}
