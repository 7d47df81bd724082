# %% [markdown]
# # CNN on CIFAR-10 in Lasagne on Theano

# %% setup [markdown]
# Theano compiles C++ while a script runs: with `g++`, the BLAS named here, and
# OpenMP. It keeps what it has compiled, here in Python's own folder. Lasagne
# imports `downsample`, which Theano has renamed to `pool` since: a module of
# the old name, with the function it calls, stands in.

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
from theano.tensor.signal.pool import pool_2d

# %%
downsample = ModuleType("theano.tensor.signal.downsample")
downsample.max_pool_2d = lambda input, ds, st, padding, **options: pool_2d(
    input, ds, stride=st, pad=padding, **options
)
sys.modules[downsample.__name__] = theano.tensor.signal.downsample = downsample

import lasagne
import lasagne.layers as L
from lasagne.init import Constant, GlorotUniform
from lasagne.nonlinearities import rectify

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

print(f"Lasagne {lasagne.__version__} on Theano {theano.__version__}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want channels first, in the `float32` of `floatX`; the loss takes
# `int32` class indices. Symbols stand for them: a type, dimensions, no values.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

input_var, target_var = T.tensor4("images"), T.ivector("labels")

# %% model [markdown]
# Layers form a chain, and the last one stands for the model. Convolutions and
# dense layers end in `rectify` unless told otherwise; dense layers flatten.
# Padding is explicit: "same" would compute more and crop it.


# %%
def build_cnn():
    linear = {"W": GlorotUniform(), "b": Constant(0), "nonlinearity": None}
    relu = {**linear, "nonlinearity": rectify}
    x = L.InputLayer((None, 3, 32, 32), input_var)
    x = L.Conv2DLayer(x, 50, filter_size=3, pad=1, **relu)
    x = L.Conv2DLayer(x, 50, filter_size=3, pad=1, **linear)
    x = L.NonlinearityLayer(L.MaxPool2DLayer(x, 2), rectify)  # 50 x 16 x 16
    x = L.DropoutLayer(x, 0.25)
    x = L.Conv2DLayer(x, 100, filter_size=3, pad=1, **relu)
    x = L.Conv2DLayer(x, 100, filter_size=3, pad=1, **linear)
    x = L.NonlinearityLayer(L.MaxPool2DLayer(x, 2), rectify)  # 100 x 8 x 8
    x = L.DropoutLayer(x, 0.25)
    x = L.DropoutLayer(L.DenseLayer(x, 512, **relu), 0.5)
    return L.DenseLayer(x, 10, **linear)  # logits: the loss applies the softmax


lasagne.random.set_rng(np.random.RandomState(SEED))
model = build_cnn()
print(f"{L.count_params(model):,} parameters")

# %% optimizer [markdown]
# A loss is a formula: Theano derives its gradients, and merges softmax and
# cross-entropy into one stable operator. `theano.function` compiles it together
# with the updates of weights and velocities: one call is one training step.


# %%
def mean_loss(model, **mode):
    probabilities = T.nnet.softmax(L.get_output(model, **mode))
    losses = lasagne.objectives.categorical_crossentropy(
        probabilities, target_var
    )
    return losses.mean()


def compile_step(model, **mode):
    loss = mean_loss(model, **mode)
    weights = L.get_all_params(model, trainable=True)
    updates = lasagne.updates.momentum(loss, weights, LEARNING_RATE, MOMENTUM)
    return theano.function([input_var, target_var], loss, updates=updates)


train_step = compile_step(model)

# %% train [markdown]
# A compiled function takes NumPy arrays, and returns when it has computed.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(images, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Dropout belongs to the formula, not to a state: `deterministic=True` leaves it
# out, and the function is compiled without it.


# %%
def compile_forward(model):
    logits = L.get_output(model, deterministic=True)
    return theano.function([input_var], logits)


forward = compile_forward(model)
logits = [forward(x) for x in x_test.reshape(-1, 100, 3, 32, 32)]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Theano convolves as mathematics does, with flipped filters: the same function
# from weights that are turned by 180 degrees. Dense weights are (in, out). Both
# changes undo themselves. The twin is compiled without dropout; its gradients
# are asked for once more, as outputs.

# %%
ref = reference("cnn")
weights = ref["weights"]


def turned(w):
    return w[:, :, ::-1, ::-1] if w.ndim == 4 else w.T


def arrays(values):
    return {name: turned(value) for name, value in zip(weights, values)}


def load_reference():
    for variable in twin_step.get_shared():  # weights and velocities
        variable.set_value(0 * variable.get_value())
    for variable, w in zip(twin_weights, weights.values()):
        variable.set_value(turned(w))


# %%
no_dropout = {"deterministic": True}
twin = build_cnn()
twin_weights = L.get_all_params(twin, trainable=True)
initial = fingerprint(arrays(w.get_value() for w in twin_weights))
twin_step = compile_step(twin, **no_dropout)

load_reference()
batch = ref["images"], ref["labels"]
logits = compile_forward(twin)(batch[0])
losses = [float(twin_step(*batch)) for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        twin_step(*batch)
    now = arrays(w.get_value() for w in twin_weights)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


load_reference()
batch = ref["margin_images"], ref["margin_labels"]
formulas = theano.grad(mean_loss(twin, **no_dropout), twin_weights)
compute_gradients = theano.function([input_var, target_var], formulas)
gradients = fingerprint(arrays(compute_gradients(*batch)))
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = x_train[:1000]
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": theano.config.device,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(images.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
