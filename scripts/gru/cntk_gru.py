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
from cntk.layers import Dense, Fold, Sequential

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
# Everything is fed as `float32`, the tokens too, and the labels as one-hot
# vectors. A sequence of numbers is a sequence of vectors with one entry.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)
one_hot = np.eye(2, dtype=np.float32)


def to_sequences(reviews):
    return reviews[..., np.newaxis].astype(np.float32)


# %% model [markdown]
# The recurrence of `C.layers.GRU` has the reset gate before the matrix product
# and one bias vector, so cuDNN's is written out here. `Fold` runs it over a
# sequence and keeps the last output. `C.layers.Embedding` wants sparse one-hot
# vectors, whose gradients `C.adam` does not take on a CPU: `gather` is dense.

# %%
x, y = C.sequence.input_variable(1), C.input_variable(2)


def Embedding():
    E = C.parameter((VOCABULARY, 125), init=C.uniform(0.05), name="E")
    return lambda tokens: C.reshape(C.gather(E, tokens), 125)


def Cell():
    glorot = C.glorot_uniform()
    W_ih = C.parameter((125, 300), init=glorot, name="W_ih")
    W_hh = C.parameter((100, 300), init=glorot, name="W_hh")
    b_ih = C.parameter(300, init=0, name="b_ih")
    b_hh = C.parameter(300, init=0, name="b_hh")

    def gates(w):
        return [C.slice(w, -1, i, i + 100) for i in (0, 100, 200)]

    def cell(h, x):
        r_in, z_in, n_in = gates(C.times(x, W_ih) + b_ih)
        r_hid, z_hid, n_hid = gates(C.times(h, W_hh) + b_hh)
        r, z = C.sigmoid(r_in + r_hid), C.sigmoid(z_in + z_hid)
        n = C.tanh(n_in + r * n_hid)
        return (1 - z) * n + z * h

    return cell


def GRU():
    dense = Dense(2, init=C.glorot_uniform(), init_bias=0)
    return Sequential([Embedding(), Fold(Cell()), dense])(x)  # logits


# %%
C.cntk_py.set_fixed_random_seed(SEED)
model = GRU()
print(f"{sum(w.value.size for w in model.parameters):,} parameters")

# %% optimizer [markdown]
# `C.adam` adds epsilon before the second moment is corrected: in effect thirty
# times as much in the first training step. `C.universal` takes a rule that is
# written out. `C.adam(epsilon=1e-8)` trains as well, but is not the same to the
# last digits.


# %%
def adam(parameters, gradients):
    step = C.constant(0)
    step = C.assign(step, step + 1)
    rate = LEARNING_RATE / (1 - C.pow(BETA_1, step))
    correction = 1 - C.pow(BETA_2, step)
    updates = []
    for w, g in zip(parameters, gradients):
        g = g / BATCH_SIZE  # it comes summed over the batch
        m, v = C.constant(0, w.shape), C.constant(0, w.shape)
        m = C.assign(m, BETA_1 * m + (1 - BETA_1) * g)
        v = C.assign(v, BETA_2 * v + (1 - BETA_2) * g * g)
        divisor = C.sqrt(v / correction) + EPSILON
        updates.append(C.assign(w, w - rate * m / divisor))
    return C.combine(updates)


def make_trainer(model):
    loss = C.cross_entropy_with_softmax(model, y)
    return C.Trainer(model, loss, [C.universal(adam, model.parameters)])


def train_step(trainer, reviews, labels):
    batch = {x: to_sequences(reviews), y: one_hot[labels]}
    trainer.train_minibatch(batch)


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

# %% predict [markdown]
# `eval` leaves the batch as it is given.

# %%
batches = to_sequences(x_test).reshape(-1, 100, LENGTH, 1)
logits = [model.eval({x: reviews}) for reviews in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# CNTK's matrices are (in, out), the order of the gates is as it is written
# above. `grad` adds up over the batch; the reference is the gradient of the
# mean.

# %%
ref = reference("gru")
weights = ref["weights"]
batches = list(zip(ref["reviews"], ref["labels"]))
twin = GRU()
own = {p.name: p for p in twin.parameters}
own_names = ["E", "W_ih", "W_hh", "b_ih", "b_hh", "W", "b"]
parameters = {n: own[o] for n, o in zip(weights, own_names)}


def transposed(name, w):  # either way
    return w if name.startswith("embedding") else w.T


def arrays():
    return {n: transposed(n, p.value) for n, p in parameters.items()}


initial = fingerprint(arrays())
for name, w in weights.items():
    parameters[name].value = np.ascontiguousarray(transposed(name, w))
reviews, labels = batches[0]
logits = twin.eval({x: to_sequences(reviews)})

# %% [markdown]
# A training step a batch.


# %%
def step_and_loss(reviews, labels):
    train_step(trainer, reviews, labels)
    return trainer.previous_minibatch_loss_average


def change():
    now = arrays()
    return fingerprint({n: now[n] - w for n, w in weights.items()})


trainer = make_trainer(twin)
fed = {x: to_sequences(reviews), y: one_hot[labels]}
sums = trainer.loss_function.grad(fed, wrt=list(parameters.values()))
means = {n: transposed(n, sums[p]) / BATCH_SIZE for n, p in parameters.items()}
gradients = fingerprint(means)
losses = [step_and_loss(*batches[0])]
changes = [change()]
losses += [step_and_loss(*batch) for batch in batches[1:]]
changes.append(change())

# %% results
reviews = C.NDArrayView.from_dense(to_sequences(x_train[:1000]), device)
reviews = reviews.asarray()[..., 0]
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
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
