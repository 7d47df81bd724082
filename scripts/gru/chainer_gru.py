# %% [markdown]
# # GRU on IMDB in Chainer

# %% setup [markdown]
# Chainer computes with NumPy, one small operation after another here. Looking
# at the types and shapes of each one's arguments takes a good part of the time:
# `type_check` switches that off. iDeep, Intel's kernels, is not asked for: it
# has none for a GRU.

# %%
import math
import time

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer import initializers

from rosetta.datasets import fingerprint, imdb, minibatches, reference

chainer.global_config.type_check = False
print(f"Chainer {chainer.__version__}")

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
# An embedding wants `int32` tokens, the loss `int32` class indices. Both are
# what `imdb` returns. Functions take arrays as they are: what is not wrapped in
# a `Variable` gets no gradient.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# `NStepGRU` is cuDNN's recurrence, on the CPU too, with two bias vectors; it
# takes a list of sequences. `L.GRU` has the reset gate before the product. Each
# gate has matrices of its own: Glorot-uniform is drawn for three at once.
# Chainer's default is LeCun-normal; biases start at zero.


# %%
class GRU(chainer.Chain):
    def __init__(self):
        super().__init__()
        uniform = initializers.Uniform(0.05)
        glorot = initializers.GlorotUniform()
        with self.init_scope():
            self.embedding = L.EmbedID(VOCABULARY, 125, initialW=uniform)
            self.gru = L.NStepGRU(1, 125, 100, dropout=0)
            self.dense = L.Linear(100, 2, initialW=glorot)
        (ws,) = self.gru.ws  # of its only layer
        for gates, inputs in (ws[:3], 125), (ws[3:], 100):
            matrix = initializers.generate_array(glorot, (300, inputs), np)
            for gate, rows in zip(gates, np.split(matrix, 3)):
                gate.array[...] = rows

    def forward(self, reviews):
        words = F.separate(self.embedding(reviews))  # a list of reviews
        states, _ = self.gru(None, words)  # None: from zero
        return self.dense(states[0])  # logits: the loss applies the softmax


np.random.seed(SEED)
model = GRU()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# Chainer's Adam adds epsilon before the second moment is corrected, where it
# counts 30 times as much in the first step: that trains as well, but is not the
# same to the last digits. Hence a hook, which runs before each update.
# Gradients add up until they are cleared.


# %%
def correct_epsilon(optimizer):
    optimizer.eps = EPSILON * math.sqrt(1 - BETA_2 ** (optimizer.t + 1))


def make_optimizer(model):
    adam = chainer.optimizers.Adam(LEARNING_RATE, beta1=BETA_1, beta2=BETA_2)
    adam.setup(model)
    adam.add_hook(correct_epsilon)
    return adam


def train_step(model, optimizer, reviews, labels):
    loss = F.softmax_cross_entropy(model(reviews), labels)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    return float(loss.array)


optimizer = make_optimizer(model)

# %% train [markdown]
# Everything is computed before a call returns: the clock waits for nothing.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, reviews, labels)
        if step % 20 == 0:
            train_losses.append(loss)
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `no_backprop_mode()` skips recording the graph.

# %%
batches = x_test.reshape(-1, 100, LENGTH)
with chainer.no_backprop_mode():
    logits = [model(x).array for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Chainer's layouts and order of gates are the reference's, but each gate has
# matrices and biases of its own: three for the input, three for the state.

# %%
ref = reference("gru")
weights = ref["weights"]
twin = GRU()
(ws,), (bs,) = twin.gru.ws, twin.gru.bs
parameters = {
    "embedding.weight": [twin.embedding.W],
    "gru.weight_ih": ws[:3],
    "gru.weight_hh": ws[3:],
    "gru.bias_ih": bs[:3],
    "gru.bias_hh": bs[3:],
    "dense.weight": [twin.dense.W],
    "dense.bias": [twin.dense.b],
}


def joined(kind):  # "array" or "grad"
    parts = {n: [getattr(p, kind) for p in parameters[n]] for n in weights}
    return {n: np.concatenate(arrays) for n, arrays in parts.items()}


# %%
initial = fingerprint(joined("array"))
for name, w in weights.items():
    gates = parameters[name]
    for gate, rows in zip(gates, np.split(w, len(gates))):
        gate.array[...] = rows
optimizer = make_optimizer(twin)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = twin(batches[0][0]).array

# %% [markdown]
# Gradients stay in `grad` until the next training step clears them.


# %%
def change():
    now = joined("array")
    return fingerprint({name: now[name] - w for name, w in weights.items()})


losses = [train_step(twin, optimizer, *batches[0])]
gradients = fingerprint(joined("grad"))
changes = [change()]
losses += [train_step(twin, optimizer, *batch) for batch in batches[1:]]
changes.append(change())

# %% results
reviews = x_train[:1000]

# %%
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": float(reviews.max()),
        "first_mean": float(reviews[:, 0].mean(dtype=np.float64)),
        "last_mean": float(reviews[:, -1].mean(dtype=np.float64)),
    },
    "recurrence": {
        "layer": "L.NStepGRU",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
