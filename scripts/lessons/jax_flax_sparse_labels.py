# %% [markdown]
# # Sparse labels: JAX with Optax

# %% setup
import time

import jax
import jax.numpy as jnp
import optax

CLASSES = 30_000
keys = jax.random.split(jax.random.key(0))
logits = jax.random.normal(keys[0], (64, CLASSES))
labels = jax.random.randint(keys[1], (64,), 0, CLASSES)
device = "cpu" if jax.default_backend() == "cpu" else "cuda"
print(f"JAX {jax.__version__} on {device}")

# %% experiment [markdown]
# Cross-entropy and its gradient for a batch of integer labels, compiled: as
# they are, and made into one-hot vectors.


# %%
def sparse_loss(logits, labels):
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(logits, labels).mean()


def one_hot_loss(logits, labels):
    vectors = jax.nn.one_hot(labels, CLASSES)
    return optax.softmax_cross_entropy(logits, vectors).mean()


sparse = jax.jit(jax.grad(sparse_loss))
one_hot = jax.jit(jax.grad(one_hot_loss))
assert jnp.allclose(sparse(logits, labels), one_hot(logits, labels))


# %%
def seconds(gradient):
    start = time.perf_counter()
    for _ in range(10):
        result = gradient(logits, labels)
    result.block_until_ready()
    return (time.perf_counter() - start) / 10


seconds(sparse), seconds(one_hot)  # warm-up
pairs = [(seconds(sparse), seconds(one_hot)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"integers {min(with_):.5f} s, one-hot {min(without):.5f} s")

# %% results [markdown]
# Seconds for the loss of a batch and its gradient.

# %%
{"device": device, "with": with_, "without": without}
