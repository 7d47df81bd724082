# %% [markdown]
# # Where an embedding starts: JAX + Flax

# %% setup [markdown]
# Sequences of words are drawn: three of thirty words tell the class, the others
# are noise.

# %%
import jax
import numpy as np
import optax
from flax import nnx

VOCABULARY, LENGTH, FEATURES, STEPS = 2_000, 30, 32, 40
rng = np.random.default_rng(0)
print(f"JAX {jax.__version__} on {jax.default_backend()}")


def draw(count):
    words = rng.integers(40, VOCABULARY, size=(count, LENGTH))
    labels = rng.integers(2, size=count)
    places = rng.permuted(np.tile(np.arange(LENGTH), (count, 1)), axis=1)[:, :3]
    telling = rng.integers(20, size=(count, 3)) + 20 * labels[:, None]
    np.put_along_axis(words, places, telling, axis=1)
    return words, labels


x_test, y_test = draw(1000)

# %% experiment [markdown]
# A GRU over an embedding that starts as Flax draws it by itself, or uniform in
# ±0.05; all else is the same.


# %%
def within(bound):
    return lambda key, shape, dtype=float: jax.random.uniform(
        key, shape, dtype, -bound, bound
    )


NARROW = {"embedding_init": within(0.05)}


class Model(nnx.Module):
    def __init__(self, rngs, **start):
        self.embedding = nnx.Embed(VOCABULARY, FEATURES, rngs=rngs, **start)
        cell = nnx.GRUCell(FEATURES, 32, rngs=rngs)
        self.gru = nnx.RNN(cell)
        self.dense = nnx.Linear(32, 2, rngs=rngs)

    def __call__(self, words):
        return self.dense(self.gru(self.embedding(words))[:, -1])


def loss_of(model, words, labels):
    losses = optax.softmax_cross_entropy_with_integer_labels
    return losses(model(words), labels).mean()


@nnx.jit
def train_step(model, optimizer, words, labels):
    gradients = nnx.grad(loss_of)(model, words, labels)
    optimizer.update(model, gradients)


def loss_after(steps, seed, **start):
    model = Model(nnx.Rngs(seed), **start)
    optimizer = nnx.Optimizer(model, optax.adam(1e-2), wrt=nnx.Param)
    for _ in range(steps):
        train_step(model, optimizer, *draw(64))
    return float(loss_of(model, x_test, y_test))


# %%
with_, without = [], []
for seed in range(7):
    own = loss_after(STEPS, seed)
    narrow = loss_after(STEPS, seed, **NARROW)
    print(f"loss after {STEPS} steps: own start {own:.3f}, ±0.05 {narrow:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(own)
        without.append(narrow)

# %% results [markdown]
# Losses after the last training step, a pair for each seed.

# %%
first_values = Model(nnx.Rngs(0)).embedding.embedding[...]
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {"standard deviation of its own start": float(first_values.std())},
}
