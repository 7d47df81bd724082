# %% [markdown]
# # CNN on CIFAR-10 in Chainer

# %% setup [markdown]
# Chainer computes with NumPy. iDeep, Intel's kernels, takes over where it is
# installed (newer Pythons never got it) *and* `use_ideep` says so. Its MKL runs
# slow code on other makers' processors: 5 stands for AVX2, whoever made them.

# %%
import os
import time
from operator import attrgetter

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np
from chainer.backends import intel64

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

chainer.global_config.use_ideep = "auto"
print(f"Chainer {chainer.__version__}, iDeep: {intel64.is_ideep_available()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels first; the loss wants `int32` class
# indices. Both are what `cifar10` returns. Functions take arrays as they are:
# what is not wrapped in a `Variable` gets no gradient.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# Links own weights and are registered inside `init_scope`. Chainer's default is
# LeCun-normal; biases start at zero. Windows that hang over the edge are pooled
# too, unless `cover_all` is off. iDeep's dropout repeats its mask until the
# second of the clock is over, so NumPy's is asked for.


# %%
def dropout(x, ratio):
    with chainer.using_config("use_ideep", "never"):
        return F.dropout(x, ratio)


class CNN(chainer.Chain):
    def __init__(self):
        super().__init__()
        init = {"initialW": chainer.initializers.GlorotUniform()}
        with self.init_scope():
            self.conv1 = L.Convolution2D(3, 50, ksize=3, pad=1, **init)
            self.conv2 = L.Convolution2D(50, 50, ksize=3, pad=1, **init)
            self.conv3 = L.Convolution2D(50, 100, ksize=3, pad=1, **init)
            self.conv4 = L.Convolution2D(100, 100, ksize=3, pad=1, **init)
            self.dense1 = L.Linear(100 * 8 * 8, 512, **init)
            self.dense2 = L.Linear(512, 10, **init)

    def forward(self, x):
        x = self.conv2(F.relu(self.conv1(x)))
        x = F.relu(F.max_pooling_2d(x, 2, cover_all=False))  # 50 x 16 x 16
        x = dropout(x, ratio=0.25)
        x = self.conv4(F.relu(self.conv3(x)))
        x = F.relu(F.max_pooling_2d(x, 2, cover_all=False))  # 100 x 8 x 8
        x = dropout(x, ratio=0.25)
        x = F.relu(self.dense1(x))  # Linear flattens
        x = dropout(x, ratio=0.5)
        return self.dense2(x)  # logits: the loss applies the softmax


np.random.seed(SEED)  # draws weights and dropout masks
model = CNN()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. Gradients add up until they are
# cleared. The graph lives as long as the loss does: what is kept is its array.


# %%
def make_optimizer(model):
    sgd = chainer.optimizers.MomentumSGD(lr=LEARNING_RATE, momentum=MOMENTUM)
    return sgd.setup(model)


def train_step(model, optimizer, images, labels):
    loss = F.softmax_cross_entropy(model(images), labels)
    model.cleargrads()
    loss.backward()
    optimizer.update()
    return float(loss.array)


optimizer = make_optimizer(model)

# %% train [markdown]
# `chainer.config.train` is on unless it is switched off. Everything is computed
# before a call returns, so the clock needs to wait for nothing.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, images, labels)
        if step % 20 == 0:
            train_losses.append(loss)
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Two switches, one for dropout and one for the graph. Each is a context, and
# independent of the other.

# %%
batches = x_test.reshape(-1, 100, 3, 32, 32)
with chainer.using_config("train", False), chainer.no_backprop_mode():
    logits = [model(x).array for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Chainer's layouts are the reference's. With `train` off dropout is too, and
# only that: `train_step` still computes gradients and updates the weights.

# %%
ref = reference("cnn")
weights = ref["weights"]
twin = CNN()
# What the reference calls conv1.weight is conv1.W here.
names = {n: n.replace("weight", "W").replace("bias", "b") for n in weights}
parameters = {n: attrgetter(names[n])(twin) for n in weights}
initial = fingerprint({n: p.array for n, p in parameters.items()})


def load_reference():
    for name, parameter in parameters.items():
        parameter.array[...] = weights[name]
    return make_optimizer(twin)  # without velocity


optimizer = load_reference()
batch = ref["images"], ref["labels"]
with chainer.using_config("train", False):
    logits = twin(batch[0]).array
    losses = [train_step(twin, optimizer, *batch) for _ in range(3)]

# %% [markdown]
# A new optimizer starts without velocity. Gradients stay in `grad` until the
# next training step clears them.


# %%
def change_after(steps):
    with chainer.using_config("train", False):
        for _ in range(steps):
            train_step(twin, optimizer, *batch)
    return fingerprint({n: p.array - weights[n] for n, p in parameters.items()})


optimizer = load_reference()
batch = ref["margin_images"], ref["margin_labels"]
changes = [change_after(1)]
gradients = fingerprint({n: p.grad for n, p in parameters.items()})
changes.append(change_after(2))  # two more

# %% results
images = x_train[:1000]
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cpu",
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
