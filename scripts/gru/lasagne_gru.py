# %% [markdown]
# # GRU on IMDB in Lasagne on Theano

# %% setup [markdown]
# Theano compiles C++ while a script runs: with `g++`, the BLAS named here, and
# OpenMP. It keeps what it has compiled, here in Python's own folder. Lasagne
# imports a module `downsample`, which Theano has renamed since: an empty one
# stands in.

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
signal.downsample = ModuleType("theano.tensor.signal.downsample")
sys.modules[signal.downsample.__name__] = signal.downsample

import lasagne
import lasagne.layers as L
from lasagne.init import Constant, GlorotUniform, Uniform
from lasagne.objectives import categorical_crossentropy
from lasagne.updates import adam

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
    def __init__(self, incoming, num_units):
        super().__init__(incoming)
        self.num_units, stacked = num_units, 3 * num_units  # reset, update, new
        W, b = GlorotUniform(), Constant(0)
        self.W_in = self.add_param(W, (self.input_shape[2], stacked), "W_in")
        self.W_hid = self.add_param(W, (num_units, stacked), "W_hid")
        self.b_in = self.add_param(b, (stacked,), "b_in")
        self.b_hid = self.add_param(b, (stacked,), "b_hid")

    def get_output_shape_for(self, input_shape):
        return input_shape[0], self.num_units

    def get_output_for(self, input, **options):
        def step(given, h, W_hid, b_hid):
            kept, units = T.dot(h, W_hid) + b_hid, self.num_units
            both = given[:, : 2 * units] + kept[:, : 2 * units]
            r = T.nnet.sigmoid(both[:, :units])
            z = T.nnet.sigmoid(both[:, units:])
            n = T.tanh(given[:, 2 * units :] + r * kept[:, 2 * units :])
            return (1 - z) * n + z * h

        given = T.dot(input.dimshuffle(1, 0, 2), self.W_in) + self.b_in
        start = T.zeros((input.shape[0], self.num_units))
        hidden = [self.W_hid, self.b_hid]
        return theano.scan(step, given, start, hidden, strict=True)[0][-1]


# %%
def build_gru():
    x = L.InputLayer((None, LENGTH), input_var)
    x = CudnnGRULayer(L.EmbeddingLayer(x, VOCABULARY, 125, Uniform(0.05)), 100)
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
    p = T.nnet.softmax(L.get_output(model))  # the model gives logits
    return categorical_crossentropy(p, target_var).mean()


def compile_step(model):
    loss, weights = mean_loss(model), L.get_all_params(model, trainable=True)
    steps = theano.shared(np.float32(0))
    epsilon = EPSILON * T.sqrt(1 - BETA_2 ** (steps + 1))
    updates = adam(loss, weights, LEARNING_RATE, BETA_1, BETA_2, epsilon)
    updates[steps] = steps + 1
    return theano.function([input_var, target_var], loss, updates=updates)


train_step = compile_step(model)

# %% train [markdown]
# A compiled function takes NumPy arrays, and returns when it has computed.

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
forward = theano.function([input_var], L.get_output(model))
logits = [forward(x) for x in x_test.reshape(-1, 100, LENGTH)]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Parameters come in the order of the reference, gates too. Matrices are
# (in, out), all but the embedding's. Gradients need a function of their own.

# %%
ref = reference("gru")
weights = ref["weights"]


def arrays(values):
    named = zip(weights, values)
    return {n: w if n == "embedding.weight" else w.T for n, w in named}


def change():
    now = arrays(w.get_value() for w in twin_weights)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
twin = build_gru()
twin_weights = L.get_all_params(twin, trainable=True)
initial = fingerprint(arrays(w.get_value() for w in twin_weights))
for variable, w in zip(twin_weights, arrays(weights.values()).values()):
    variable.set_value(w)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = theano.function([input_var], L.get_output(twin))(batches[0][0])
formulas = theano.grad(mean_loss(twin), twin_weights)
backward = theano.function([input_var, target_var], formulas)
gradients = fingerprint(arrays(backward(*batches[0])))
twin_step = compile_step(twin)
losses = [float(twin_step(*batches[0]))]
changes = [change()]
losses += [float(twin_step(*batch)) for batch in batches[1:]]
changes.append(change())

# %% results
{
    "device": theano.config.device,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(x_train[:1000].max()),
        "first_mean": float(x_train[:1000, 0].mean()),
        "last_mean": float(x_train[:1000, -1].mean()),
    },
    "recurrence": {
        "layer": "L.GRULayer",
        "reset": "after the product",
        "gates": "a matrix each",
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
