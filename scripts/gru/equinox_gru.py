# %% [markdown]
# # GRU on IMDB in JAX with Equinox and Optax

# %% setup [markdown]
# JAX takes a GPU by itself where its CUDA build finds one. There, its matrix
# products round to TF32 unless asked for full `float32`.

# %%
import re
import time
from operator import attrgetter

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from equinox import nn
from jax.nn import sigmoid, tanh

from rosetta.datasets import fingerprint, imdb, minibatches, reference

jax.config.update("jax_default_matmul_precision", "float32")
print(f"Equinox {eqx.__version__} on {jax.default_backend()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 3
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
BETA_1 = 0.9
BETA_2 = 0.999
EPSILON = 1e-8
VOCABULARY = 30_000
LENGTH = 150
SEED = 0
TRAIN_REVIEWS = 25_000
TEST_REVIEWS = 25_000

# %% data [markdown]
# Tokens and labels index arrays as the `int32` they come in. Compiled functions
# take NumPy arrays and copy them to the device themselves.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# `nn.GRUCell` resets after the product, as cuDNN does, but merges the biases
# of its first gates, and Adam moves one otherwise than two: the cell is written
# out, and `lax.scan` compiles it once. Layers start from uniform weights and
# *non-zero* biases; `tree_at` returns a copy with Glorot's and zeros.


# %%
def glorot(layer, key):
    draw = jax.nn.initializers.glorot_uniform(in_axis=1, out_axis=0)
    start = draw(key, layer.weight.shape), jnp.zeros_like(layer.bias)
    return eqx.tree_at(lambda own: (own.weight, own.bias), layer, start)


class GRUCell(eqx.Module):
    ih: nn.Linear
    hh: nn.Linear

    def __init__(self, inputs, units, key):
        k = jax.random.split(key)
        self.ih = glorot(nn.Linear(inputs, 3 * units, key=k[0]), k[0])
        self.hh = glorot(nn.Linear(units, 3 * units, key=k[1]), k[1])

    def __call__(self, x, h):
        x, kept = jnp.split(self.ih(x), 3), jnp.split(self.hh(h), 3)
        reset, update = sigmoid(x[0] + kept[0]), sigmoid(x[1] + kept[1])
        new = tanh(x[2] + reset * kept[2])
        return (1 - update) * new + update * h


# %%
class GRU(eqx.Module):
    embedding: nn.Embedding
    gru: GRUCell
    dense: nn.Linear

    def __init__(self, key):
        k, shape = jax.random.split(key, 3), (VOCABULARY, 125)
        start = jax.random.uniform(k[0], shape, minval=-0.05, maxval=0.05)
        self.embedding = nn.Embedding(weight=start)
        self.gru = GRUCell(125, 100, k[1])
        self.dense = glorot(nn.Linear(100, 2, key=k[2]), k[2])

    def __call__(self, review):
        def step(h, x):
            return self.gru(x, h), None  # only the last state is kept

        words = jax.vmap(self.embedding)(review)
        last, _ = jax.lax.scan(step, jnp.zeros(100), words)
        return self.dense(last)  # logits: the loss applies the softmax


model = GRU(jax.random.key(SEED))
sizes = [p.size for p in jax.tree.leaves(eqx.filter(model, eqx.is_array))]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# Optax's `adam` adds epsilon after both moments are corrected, as this workload
# does. The model reads *one* review; `vmap` adds the batch axis. The `filter_`
# functions sort arrays, which are traced, from all else in the tree. Nothing is
# updated in place: a training step returns a new model and state.

# %%
optimizer = optax.adam(LEARNING_RATE, b1=BETA_1, b2=BETA_2, eps=EPSILON)


@eqx.filter_value_and_grad
def loss_and_grads(model, reviews, labels):
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(jax.vmap(model)(reviews), labels).mean()


@eqx.filter_jit
def train_step(model, state, reviews, labels):
    loss, grads = loss_and_grads(model, reviews, labels)
    updates, state = optimizer.update(grads, state)
    return eqx.apply_updates(model, updates), state, loss


state = optimizer.init(eqx.filter(model, eqx.is_array))

# %% train [markdown]
# Results are promises: a clock is read only after `item()` or
# `block_until_ready()`. The first training step also compiles.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        model, state, loss = train_step(model, state, reviews, labels)
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    loss.block_until_ready()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# There is no graph to switch off: JAX computes gradients only where they are
# asked for. Another batch size compiles the model once more.

# %%
forward = eqx.filter_jit(lambda model, reviews: jax.vmap(model)(reviews))
batches = x_test.reshape(-1, 100, LENGTH)
logits = [forward(model, x) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Layouts are the reference's; gru.weight_ih is called `gru.ih.weight` here.
# Gradients stay inside `train_step`, so they are asked for once more.

# %%
ref = reference("gru")
weights = ref["weights"]
find = attrgetter(*(re.sub(r"(\w+)_(.h)", r"\2.\1", n) for n in weights))


def arrays(tree):
    return {n: np.asarray(a) for n, a in zip(weights, find(tree))}


fresh = GRU(jax.random.key(SEED))
initial = fingerprint(arrays(fresh))
twin = eqx.tree_at(find, fresh, [jnp.asarray(w) for w in weights.values()])
batches = list(zip(ref["reviews"], ref["labels"]))
logits = forward(twin, batches[0][0])
_, grads = eqx.filter_jit(loss_and_grads)(twin, *batches[0])
gradients = fingerprint(arrays(grads))


# %%
def train(steps):
    model, losses = twin, []
    state = optimizer.init(eqx.filter(twin, eqx.is_array))
    for batch in batches[:steps]:
        model, state, loss = train_step(model, state, *batch)
        losses.append(loss.item())
    now = arrays(model)
    return losses, fingerprint({n: now[n] - w for n, w in weights.items()})


losses, third = train(3)
changes = [train(1)[1], third]

# %% results
reviews = jax.device_put(x_train[:1000])

# %%
{
    "device": "cuda" if logits.device.platform == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": reviews.max().item(),
        "first_mean": reviews[:, 0].mean().item(),
        "last_mean": reviews[:, -1].mean().item(),
    },
    "recurrence": {
        "layer": "nn.GRUCell",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "one, and one in the product",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
