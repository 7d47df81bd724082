# %% [markdown]
# # GRU on IMDB in CNTK

# %% setup [markdown]
# CNTK's GPU build takes a GPU by itself where it finds one; its CPU build takes
# every processor unless it is told a number. Two variables matter to MKL at
# import: one opens AVX2 to processors that are not Intel's, the other lets idle
# threads sleep instead of spin.

# %%
import os
import time

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import cntk as C
import numpy as np
from cntk.layers import Dense, Fold

from rosetta.datasets import fingerprint, imdb, minibatches, reference

device = C.use_default_device()
threads = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))
C.cntk_py.set_max_num_cputhreads(threads)
print(f"CNTK {C.__version__} on {device}")

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
# Everything is fed as `float32`: tokens too, and labels as one-hot vectors.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)
one_hot = np.eye(2, dtype=np.float32)

# %% model [markdown]
# In `C.layers.GRU` the reset gate comes before the matrix product, and there is
# one bias vector; cuDNN's recurrence is written out. `Fold` keeps the last
# output. `C.layers.Embedding` wants sparse one-hot vectors and has a sparse
# gradient, which Adam does not take on a CPU; that of `gather` is dense.

# %%
x, y = C.sequence.input_variable(()), C.input_variable(2)


def GRU():
    init = C.glorot_uniform()
    E = C.parameter((VOCABULARY, 125), init=C.uniform(0.05), name="E")
    W_ih = C.parameter((125, 300), init=init, name="W_ih")
    W_hh = C.parameter((100, 300), init=init, name="W_hh")
    b_ih, b_hh = (C.parameter(300, init=0, name=n) for n in ("b_ih", "b_hh"))

    def gates(w):
        return [C.slice(w, -1, i, i + 100) for i in (0, 100, 200)]

    def cell(h, word):
        r_in, z_in, n_in = gates(C.times(word, W_ih) + b_ih)
        r_hid, z_hid, n_hid = gates(C.times(h, W_hh) + b_hh)
        r, z = C.sigmoid(r_in + r_hid), C.sigmoid(z_in + z_hid)
        n = C.tanh(n_in + r * n_hid)
        return (1 - z) * n + z * h

    last = Fold(cell)(C.gather(E, x))
    return Dense(2, init=init, init_bias=0)(last)  # logits


# %%
C.cntk_py.set_fixed_random_seed(SEED)
model = GRU()
print(f"{sum(w.value.size for w in model.parameters):,} parameters")

# %% optimizer [markdown]
# `C.adam` adds epsilon before the second moment is corrected, so the rule is
# written out for `C.universal`, which hands it sums over the batch. `C.adam`
# trains as well, but is not the same to the last digits, and its learning rate
# needs `minibatch_size=1`, or is divided by the size of the batch.


# %%
def adam(parameters, gradients):
    step = C.constant(0)
    step = C.assign(step, step + 1)
    rate = LEARNING_RATE / (1 - C.pow(BETA_1, step))
    correction = 1 - C.pow(BETA_2, step)
    updates = []
    for w, g in zip(parameters, gradients):
        g = g / BATCH_SIZE
        m, v = C.constant(0, w.shape), C.constant(0, w.shape)
        m = C.assign(m, BETA_1 * m + (1 - BETA_1) * g)
        v = C.assign(v, BETA_2 * v + (1 - BETA_2) * g * g)
        divisor = C.sqrt(v / correction) + EPSILON
        updates.append(C.assign(w, w - rate * m / divisor))
    return C.combine(updates)


# %%
def make_trainer(model):
    loss = C.cross_entropy_with_softmax(model, y)
    return C.Trainer(model, loss, [C.universal(adam, model.parameters)])


def feed(reviews, labels):
    return {x: reviews.astype(np.float32), y: one_hot[labels]}


def train_step(trainer, reviews, labels):
    trainer.train_minibatch(feed(reviews, labels))


trainer = make_trainer(model)

# %% train [markdown]
# On a GPU `train_minibatch` returns early: a clock is read only after
# `previous_minibatch_loss_average`, which waits.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        train_step(trainer, reviews, labels)
        if step % 20 == 0:
            train_losses.append(trainer.previous_minibatch_loss_average)
            marks.append(time.perf_counter())
    loss = trainer.previous_minibatch_loss_average
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict
batches = x_test.reshape(-1, 100, LENGTH).astype(np.float32)
logits = [model.eval({x: reviews}) for reviews in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Matrices are (in, out). `grad`, too, gives sums; the reference's are means.

# %%
ref = reference("gru")
weights = ref["weights"]
batches = list(zip(ref["reviews"], ref["labels"]))
twin = GRU()
own_names = ["E", "W_ih", "W_hh", "b_ih", "b_hh", "W", "b"]
by_name = {p.name: p for p in twin.parameters}
parameters = {n: by_name[own] for n, own in zip(weights, own_names)}


def transposed(name, w):  # either way
    return w if name.startswith("embedding") else np.ascontiguousarray(w.T)


def arrays():
    return {n: transposed(n, p.value) for n, p in parameters.items()}


initial = fingerprint(arrays())
for name, w in weights.items():
    parameters[name].value = transposed(name, w)
fed = feed(*batches[0])
logits = twin.eval({x: fed[x]})

# %%
trainer = make_trainer(twin)
sums = trainer.loss_function.grad(fed, wrt=list(parameters.values()))
means = {n: transposed(n, sums[p]) / BATCH_SIZE for n, p in parameters.items()}
gradients = fingerprint(means)
losses, changes = [], []
for batch in batches:
    train_step(trainer, *batch)
    losses.append(trainer.previous_minibatch_loss_average)
    now = arrays()
    changes.append(fingerprint({n: now[n] - w for n, w in weights.items()}))

# %% results
reviews = x_train[:1000].astype(np.float32)
reviews = C.NDArrayView.from_dense(reviews, device).asarray()

# %%
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
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
        "layer": "C.layers.GRU",
        "reset": "before the product",
        "gates": "update, reset, new",
        "biases": "one",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes[::2],  # after the first and the third
    },
}
