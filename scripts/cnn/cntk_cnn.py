# %% [markdown]
# # CNN on CIFAR-10 in CNTK

# %% setup [markdown]
# CNTK's GPU build takes a GPU by itself where it finds one; its CPU build takes
# every processor unless it is told a number. Two variables matter to MKL at
# import: one opens AVX2 to processors that are not Intel's, the other lets idle
# threads sleep instead of spin.

# %%
import os
import time
from operator import attrgetter

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import cntk as C
import numpy as np
from cntk.layers import Convolution2D, Dense, Dropout, MaxPooling, Sequential

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

device = C.use_default_device()
threads = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))
C.cntk_py.set_max_num_cputhreads(threads)
print(f"CNTK {C.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels first. The loss wants one-hot vectors,
# `float32` too. Batches are fed as NumPy arrays, which CNTK copies.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)
one_hot = np.eye(10, dtype=np.float32)

# %% model [markdown]
# Layers learn their input sizes when the model is applied to an input, whose
# shape leaves the batch out. `pad` is `False` by default and strides are 1, in
# pooling too. Glorot-uniform weights and zero biases are CNTK's own defaults.

# %%
x, y = C.input_variable((3, 32, 32)), C.input_variable(10)


def CNN(dropout=(0.25, 0.25, 0.5)):
    with C.layers.default_options(init=C.glorot_uniform(), init_bias=0):
        layers = [
            Convolution2D((3, 3), 50, C.relu, pad=True, name="conv1"),
            Convolution2D((3, 3), 50, pad=True, name="conv2"),
            MaxPooling((2, 2), strides=2),
            C.relu,  # 50 x 16 x 16
            Dropout(dropout[0]),
            Convolution2D((3, 3), 100, C.relu, pad=True, name="conv3"),
            Convolution2D((3, 3), 100, pad=True, name="conv4"),
            MaxPooling((2, 2), strides=2),
            C.relu,  # 100 x 8 x 8
            Dropout(dropout[1]),
            Dense(512, C.relu, name="dense1"),  # dense layers flatten
            Dropout(dropout[2]),
            Dense(10, name="dense2"),  # logits: the loss applies the softmax
        ]
    return Sequential(layers)(x)


# %%
C.cntk_py.set_fixed_random_seed(SEED)
model = CNN()
print(f"{sum(w.value.size for w in model.parameters):,} parameters")

# %% optimizer [markdown]
# `unit_gain=True`, CNTK's default, would multiply every gradient by one minus
# the momentum. A learning rate without a `minibatch_size` is one for the mean
# gradient of the batch, whatever its size.


# %%
def make_trainer(model):
    loss = C.cross_entropy_with_softmax(model, y)
    rate = C.learning_parameter_schedule(LEARNING_RATE)
    momentum = C.momentum_schedule(MOMENTUM)
    sgd = C.momentum_sgd(model.parameters, rate, momentum, unit_gain=False)
    return C.Trainer(model, loss, [sgd])


def train_step(trainer, images, labels):
    trainer.train_minibatch({x: images, y: one_hot[labels]})


trainer = make_trainer(model)

# %% train [markdown]
# `train_minibatch` switches dropout on. On a GPU it returns early: a clock is
# read only after `previous_minibatch_loss_average`, which waits.
# `train`, called on the loss, stands for trainer and loop. It takes the images
# in their order, the same in every epoch, and the incomplete last batch too:
# ```python
# data = x_train, one_hot[y_train]
# loss.train(data, BATCH_SIZE, max_epochs=EPOCHS, parameter_learners=[sgd])
# ```

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        train_step(trainer, images, labels)
        if step % 20 == 0:
            train_losses.append(trainer.previous_minibatch_loss_average)
            marks.append(time.perf_counter())
    loss = trainer.previous_minibatch_loss_average
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `eval` leaves dropout off.

# %%
batches = x_test.reshape(-1, 100, 3, 32, 32)
logits = [model.eval({x: images}) for images in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# A convolution's weights have the reference's layout, its biases two axes more;
# dense weights are (in, out), the first ones (channels, height, width, out).
# Training and `grad` switch dropout on, so the twin is built without. `grad`
# adds up over the batch; the reference is the gradient of the mean.

# %%
ref = reference("cnn")
weights = ref["weights"]
twin = CNN(dropout=(0, 0, 0))
# What the reference calls conv1.weight is conv1.W here.
names = [name.replace("weight", "W").replace("bias", "b") for name in weights]
parameters = dict(zip(weights, attrgetter(*names)(twin)))


def to_cntk(name, w):
    w = w.T if name.startswith("dense") else w
    return w.reshape(parameters[name].shape)


def from_cntk(name, w):
    w = w.reshape(-1, w.shape[-1]).T if name.startswith("dense") else w
    return w.reshape(weights[name].shape)


def arrays():
    return {n: from_cntk(n, p.value) for n, p in parameters.items()}


# %%
def load_reference():
    for name, w in weights.items():
        parameters[name].value = to_cntk(name, w)
    return make_trainer(twin)  # without velocity


initial = fingerprint(arrays())
trainer = load_reference()
batch = ref["images"], ref["labels"]
logits = twin.eval({x: batch[0]})
losses = []
for _ in range(3):
    train_step(trainer, *batch)
    losses.append(trainer.previous_minibatch_loss_average)


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(trainer, *batch)
    now = arrays()
    return fingerprint({name: now[name] - w for name, w in weights.items()})


trainer = load_reference()
batch = ref["margin_images"], ref["margin_labels"]
fed = {x: batch[0], y: one_hot[batch[1]]}
sums = trainer.loss_function.grad(fed, wrt=list(parameters.values()))
means = {n: from_cntk(n, sums[p]) / len(fed[x]) for n, p in parameters.items()}
gradients = fingerprint(means)
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = C.NDArrayView.from_dense(x_train[:1000], device).asarray()
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
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
