# %% [markdown]
# # GRU on IMDB in JAX with Flax NNX and Optax

# %% setup [markdown]
# JAX takes a GPU by itself where its CUDA build finds one. There, its matrix
# products round to TF32 unless asked for full `float32`.

# %%
import time
from operator import attrgetter

import jax
import numpy as np
import optax
from flax import nnx

from rosetta.datasets import fingerprint, imdb, minibatches, reference

jax.config.update("jax_default_matmul_precision", "float32")
print(f"JAX {jax.__version__} on {jax.default_backend()}")

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
# `nnx.GRUCell` resets after the product, as cuDNN does, but has no bias there:
# a subclass puts it back. `nnx.RNN` compiles one time step and loops over it,
# batch first unless told `time_major`. Flax's defaults are LeCun-normal and
# orthogonal kernels; `initializers.uniform` starts at zero, not symmetric.


# %%
glorot = nnx.initializers.glorot_uniform()


def symmetric(key, shape, dtype):
    return jax.random.uniform(key, shape, dtype, minval=-0.05, maxval=0.05)


class GRUCell(nnx.GRUCell):
    def __init__(self, inputs, units, rngs):
        init = {"kernel_init": glorot, "rngs": rngs}
        super().__init__(inputs, units, **init)  # biases start at zero
        self.dense_h = nnx.Linear(units, 3 * units, use_bias=True, **init)


class GRU(nnx.Module):
    def __init__(self, rngs):
        init = {"embedding_init": symmetric, "rngs": rngs}
        self.embedding = nnx.Embed(VOCABULARY, 125, **init)
        self.gru = nnx.RNN(GRUCell(125, 100, rngs))
        self.dense = nnx.Linear(100, 2, kernel_init=glorot, rngs=rngs)

    def __call__(self, reviews):
        outputs = self.gru(self.embedding(reviews))
        return self.dense(outputs[:, -1])  # logits: the loss has the softmax


model = GRU(nnx.Rngs(SEED))
sizes = [p.size for p in jax.tree.leaves(nnx.state(model, nnx.Param))]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# Optax's `adam` adds epsilon after both moments are corrected, as this workload
# does; `eps_root`, left at zero, would go under the root. `nnx.jit` compiles
# the whole training step and carries its updates of the model's and the
# optimizer's variables back to the objects outside.


# %%
def make_optimizer(model):
    adam = optax.adam(LEARNING_RATE, b1=BETA_1, b2=BETA_2, eps=EPSILON)
    return nnx.Optimizer(model, adam, wrt=nnx.Param)


def mean_loss(model, reviews, labels):
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(model(reviews), labels).mean()


@nnx.jit
def train_step(model, optimizer, reviews, labels):
    loss, grads = nnx.value_and_grad(mean_loss)(model, reviews, labels)
    optimizer.update(model, grads)
    return loss


optimizer = make_optimizer(model)

# %% train [markdown]
# `cached_partial` walks through the model once, not at every call. Results are
# promises: a clock is read only after `item()` or `block_until_ready()`. The
# first training step also compiles.

# %%
cached_step = nnx.cached_partial(train_step, model, optimizer)
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = cached_step(reviews, labels)
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
forward = nnx.jit(GRU.__call__)
batches = x_test.reshape(-1, 100, LENGTH)
logits = [forward(model, x) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Flax's kernels are (in, out), where the reference's are (out, in); its gates
# stand in the same order. Gradients stay inside `train_step`, so they are asked
# for once more.

# %%
ref = reference("gru")
weights = ref["weights"]
paths = {
    "embedding.weight": "embedding.embedding",
    "gru.weight_ih": "gru.cell.dense_i.kernel",
    "gru.weight_hh": "gru.cell.dense_h.kernel",
    "gru.bias_ih": "gru.cell.dense_i.bias",
    "gru.bias_hh": "gru.cell.dense_h.bias",
    "dense.weight": "dense.kernel",
    "dense.bias": "dense.bias",
}
find = {name: attrgetter(path) for name, path in paths.items()}


def transposed(name, w):
    return w.T if paths[name].endswith("kernel") else w


def arrays(tree):
    return {n: transposed(n, np.asarray(find[n](tree))) for n in weights}


# %%
twin = GRU(nnx.Rngs(SEED))
initial = fingerprint(arrays(twin))

for name, w in weights.items():
    find[name](twin)[...] = transposed(name, w)
optimizer = make_optimizer(twin)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = forward(twin, batches[0][0])
gradients = fingerprint(arrays(nnx.jit(nnx.grad(mean_loss))(twin, *batches[0])))


# %%
def change():
    now = arrays(twin)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


losses = [train_step(twin, optimizer, *batches[0]).item()]
changes = [change()]
losses += [train_step(twin, optimizer, *batch).item() for batch in batches[1:]]
changes.append(change())

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
        "layer": "nnx.GRUCell",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "one, none in the product",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
