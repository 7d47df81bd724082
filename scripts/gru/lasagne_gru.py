# %% [markdown]
# # GRU on IMDB in Lasagne on Theano

# %% setup [markdown]
# Theano compiles C++ while a script runs: with `g++`, the BLAS named here, and
# OpenMP. It keeps what it has compiled, here in Python's own folder. Lasagne
# imports `downsample`, which Theano has renamed to `pool` since: an empty
# module of the old name stands in.

# %%
import os
import sys
import time
from types import ModuleType

folder = os.path.join(sys.prefix, "theano")
flags = "floatX=float32,openmp=True,allow_gc=False,blas.ldflags=-lopenblas"
os.environ.setdefault("THEANO_FLAGS", f"{flags},base_compiledir={folder}")

import numpy as np
import theano
import theano.tensor as T
from theano.tensor import signal

# %%
downsample = ModuleType("theano.tensor.signal.downsample")
sys.modules[downsample.__name__] = signal.downsample = downsample

import lasagne
import lasagne.layers as L
from lasagne.init import Constant, GlorotUniform, Uniform

from rosetta.datasets import fingerprint, imdb, minibatches, reference

print(f"Lasagne {lasagne.__version__} on Theano {theano.__version__}")

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
# Tokens index the embedding as `int32`, as they come, and the loss takes
# `int32` class indices. Symbols stand for them: a type, dimensions, no values.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

input_var, target_var = T.imatrix("reviews"), T.ivector("labels")

# %% model [markdown]
# Lasagne's `GRULayer` has one bias a gate, none inside the reset gate's
# product, and a `W_hid` of its own for each: another recurrence. A layer is
# its parameters and a formula, so cuDNN's is written here. `scan` loops over
# the first axis, time; all that needs no state is computed before it.


# %%
class CudnnGRULayer(L.Layer):
    def __init__(self, incoming, num_units, W=GlorotUniform(), b=Constant(0)):
        super().__init__(incoming)
        self.num_units, stacked = num_units, 3 * num_units  # reset, update, new
        inputs = self.input_shape[2]
        self.W_in = self.add_param(W, (inputs, stacked), "W_in")
        self.W_hid = self.add_param(W, (num_units, stacked), "W_hid")
        self.b_in = self.add_param(b, (stacked,), "b_in")
        self.b_hid = self.add_param(b, (stacked,), "b_hid")

    def get_output_shape_for(self, input_shape):
        return input_shape[0], self.num_units

    def get_output_for(self, input, **options):
        def gate(x, index):
            return x[:, index * self.num_units : (index + 1) * self.num_units]

        def step(given, h, W_hid, b_hid):
            kept = T.dot(h, W_hid) + b_hid
            r = T.nnet.sigmoid(gate(given, 0) + gate(kept, 0))
            z = T.nnet.sigmoid(gate(given, 1) + gate(kept, 1))
            n = T.tanh(gate(given, 2) + r * gate(kept, 2))
            return (1 - z) * n + z * h

        given = T.dot(input.dimshuffle(1, 0, 2), self.W_in) + self.b_in
        start = T.zeros((input.shape[0], self.num_units))
        shared = [self.W_hid, self.b_hid]
        states, _ = theano.scan(step, given, start, shared, strict=True)
        return states[-1]


# %%
def build_gru():
    x = L.InputLayer((None, LENGTH), input_var)
    x = L.EmbeddingLayer(x, VOCABULARY, 125, W=Uniform(0.05))
    x = CudnnGRULayer(x, 100)
    # Logits: the loss applies the softmax.
    return L.DenseLayer(x, 2, GlorotUniform(), Constant(0), nonlinearity=None)


lasagne.random.set_rng(np.random.RandomState(SEED))
model = build_gru()
print(f"{L.count_params(model):,} parameters")

# %% optimizer [markdown]
# Lasagne's `adam` adds epsilon before the second moment is corrected. What is
# to be added after it must shrink with the correction: epsilon may be a formula
# too, of a count of the steps. A plain `epsilon=1e-8` trains as well, but is
# not the same to the last digits. One call is one training step.


# %%
def mean_loss(model):
    probabilities = T.nnet.softmax(L.get_output(model))
    losses = lasagne.objectives.categorical_crossentropy(
        probabilities, target_var
    )
    return losses.mean()


def compile_step(model):
    loss = mean_loss(model)
    weights = L.get_all_params(model, trainable=True)
    steps = theano.shared(np.float32(0))
    updates = lasagne.updates.adam(
        loss,
        weights,
        LEARNING_RATE,
        BETA_1,
        BETA_2,
        epsilon=EPSILON * T.sqrt(1 - BETA_2 ** (steps + 1)),
    )
    updates[steps] = steps + 1
    return theano.function([input_var, target_var], loss, updates=updates)


train_step = compile_step(model)

# %% train [markdown]
# A compiled function takes NumPy arrays, and returns when it has computed. The
# gradient of the embedding is as large as the embedding, most of it zero.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(reviews, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# A second function, of the logits alone, shares the weights. Theano sees that
# only the last state is wanted: its loop keeps no others.


# %%
def compile_forward(model):
    return theano.function([input_var], L.get_output(model))


forward = compile_forward(model)
logits = [forward(x) for x in x_test.reshape(-1, 100, LENGTH)]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Parameters come layer by layer, in the order of the reference, and so do the
# gates within them. Matrices are (in, out) in Lasagne, all but the embedding's.
# Gradients are asked for in a function of their own, as outputs.

# %%
ref = reference("gru")
weights = ref["weights"]


def turned(name, w):
    return w if name == "embedding.weight" else w.T


def arrays(values):
    return {name: turned(name, v) for name, v in zip(weights, values)}


def change():
    now = arrays(w.get_value() for w in twin_weights)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
twin = build_gru()
twin_weights = L.get_all_params(twin, trainable=True)
initial = fingerprint(arrays(w.get_value() for w in twin_weights))
twin_step = compile_step(twin)
formulas = theano.grad(mean_loss(twin), twin_weights)
compute_gradients = theano.function([input_var, target_var], formulas)

for variable, (name, w) in zip(twin_weights, weights.items()):
    variable.set_value(turned(name, w))
batches = list(zip(ref["reviews"], ref["labels"]))
logits = compile_forward(twin)(batches[0][0])
gradients = fingerprint(arrays(compute_gradients(*batches[0])))
losses = [float(twin_step(*batches[0]))]
changes = [change()]
losses += [float(twin_step(*batch)) for batch in batches[1:]]
changes.append(change())

# %% results
reviews = x_train[:1000]
{
    "device": theano.config.device,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(reviews.max()),
        "first_mean": float(reviews[:, 0].mean()),
        "last_mean": float(reviews[:, -1].mean()),
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
