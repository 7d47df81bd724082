# %% [markdown]
# # GRU on IMDB in MLX

# %% setup [markdown]
# MLX is made for Apple's GPUs; on CUDA its matrix products round to TF32 unless
# a variable forbids it before the import. Its Linux wheel brings the reference
# BLAS, on one thread: `LD_PRELOAD=libopenblas.so.0` lets OpenBLAS take over.

# %%
import os
import time
from functools import partial

os.environ["MLX_ENABLE_TF32"] = "0"

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_flatten

from rosetta.datasets import fingerprint, imdb, minibatches, reference

print(f"MLX {mx.__version__} on {mx.default_device()}")

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
# Tokens index an array as `int32`, classes too. `mx.array` copies from NumPy
# into memory that processor and GPU share: there is no device to move data to.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# MLX's `nn.GRU` has cuDNN's reset gate, but one bias where cuDNN's other two
# gates have two, and that trains otherwise: so the recurrence is written out.
# Its loop over time is Python's, unrolled into the graph.

# %%
uniform = nn.init.uniform(-0.05, 0.05)
glorot_uniform = nn.init.glorot_uniform()


class Recurrence(nn.Module):
    def __init__(self, inputs, units):
        super().__init__()
        # A gate's rows stand in the order reset, update, new.
        self.weight_ih = glorot_uniform(mx.zeros((3 * units, inputs)))
        self.weight_hh = glorot_uniform(mx.zeros((3 * units, units)))
        self.bias_ih = mx.zeros(3 * units)
        self.bias_hh = mx.zeros(3 * units)

    def __call__(self, x):  # time first
        inputs = mx.addmm(self.bias_ih, x, self.weight_ih.T)
        h = mx.zeros((1, x.shape[1], self.weight_hh.shape[1]))
        for given in mx.split(inputs, len(x)):
            kept = mx.addmm(self.bias_hh, h, self.weight_hh.T)
            r_in, z_in, n_in = mx.split(given, 3, axis=-1)
            r_hid, z_hid, n_hid = mx.split(kept, 3, axis=-1)
            r, z = mx.sigmoid(r_in + r_hid), mx.sigmoid(z_in + z_hid)
            n = mx.tanh(n_in + r * n_hid)
            h = (1 - z) * n + z * h
        return h[0]  # the last output


# %% [markdown]
# Layers draw their weights when they are made, so the seed comes first. MLX's
# default is normal for an embedding and uniform in ±1/√(inputs) for a dense
# layer, biases too; an initializer is a function that looks at a shape.


# %%
class GRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = Recurrence(125, 100)
        self.dense = nn.Linear(100, 2)
        self.embedding.weight = uniform(self.embedding.weight)
        self.dense.weight = glorot_uniform(self.dense.weight)
        self.dense.bias = mx.zeros_like(self.dense.bias)

    def __call__(self, reviews):
        x = self.embedding(reviews.T)  # time, review, feature
        return self.dense(self.gru(x))  # logits: the loss applies the softmax


mx.random.seed(SEED)
model = GRU()
sizes = [p.size for _, p in tree_flatten(model.parameters())]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# `Adam` leaves its moments uncorrected unless told otherwise; then it adds
# epsilon after the correction. `mx.compile` fuses what is done to each element;
# what a function reads and changes besides its arguments is named. It slows the
# unrolled recurrence down on a CPU, so only the weights' update is compiled.


# %%
def mean_loss(model, reviews, labels):
    return nn.losses.cross_entropy(model(reviews), labels, reduction="mean")


def make_train_step(model):
    betas = [BETA_1, BETA_2]
    optimizer = optim.Adam(LEARNING_RATE, betas, EPSILON, bias_correction=True)
    optimizer.init(model.trainable_parameters())  # moments
    state = [model.state, optimizer.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def update(grads):
        optimizer.update(model, grads)

    def train_step(*batch):
        loss, grads = nn.value_and_grad(model, mean_loss)(model, *batch)
        update(grads)
        return loss

    return train_step, state


train_step, state = make_train_step(model)

# %% train [markdown]
# Calls only build a graph: `mx.eval` computes, and waits for the device, so a
# clock is read after it. It gets the weights too: else the graph would grow
# with each training step.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(mx.array(reviews), mx.array(labels))
        mx.eval(loss, state)
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.item()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `np.array` evaluates each batch: kept lazy, all of them would be one graph.

# %%
batches = x_test.reshape(-1, 100, LENGTH)
logits = [np.array(model(mx.array(x))) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# A twin of the model takes the reference weights: names and layouts are
# PyTorch's. A training step keeps its gradients to itself, so those of the
# first are asked for before.


# %%
def arrays(tree):
    return {name: np.array(w) for name, w in tree_flatten(tree)}


def change():
    now = arrays(twin.parameters())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
ref = reference("gru")
weights = ref["weights"]
twin = GRU()
initial = fingerprint(arrays(twin.parameters()))

twin.load_weights([(name, mx.array(w)) for name, w in weights.items()])
batches = list(zip(mx.array(ref["reviews"]), mx.array(ref["labels"])))
logits = twin(batches[0][0])
_, grads = nn.value_and_grad(twin, mean_loss)(twin, *batches[0])
gradients = fingerprint(arrays(grads))

train_step, _ = make_train_step(twin)
losses = [train_step(*batches[0]).item()]
changes = [change()]
losses += [train_step(*batch).item() for batch in batches[1:]]
changes.append(change())
reviews = mx.array(x_train[:1000])

# %% results
{
    "device": "cuda" if mx.cuda.is_available() else "cpu",
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
        "layer": "nn.GRU",
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
