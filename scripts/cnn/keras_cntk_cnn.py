# %% [markdown]
# # CNN on CIFAR-10 in Keras 2 on CNTK

# %% setup [markdown]
# Keras reads its back end when it is imported. CNTK takes every processor
# unless told a number. Two variables matter to MKL at import: one opens AVX2 to
# processors that are not Intel's, the other lets idle threads sleep, not spin.

# %%
import os
import time

os.environ["KERAS_BACKEND"] = "cntk"
os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")
os.environ.setdefault("KMP_BLOCKTIME", "0")

import cntk
import keras
import numpy as np
from keras import backend as K
from keras import layers
from keras.models import Sequential
from keras.optimizers import SGD
from keras.utils import to_categorical

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

threads = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))
cntk.cntk_py.set_max_num_cputhreads(threads)
gpu = cntk.DeviceKind.GPU
device = "cuda" if cntk.use_default_device().type() == gpu else "cpu"
print(f"Keras {keras.__version__} on CNTK {cntk.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Keras takes either order of the axes. CNTK computes channels first, so that
# images in this order need not be transposed at every layer. The loss wants
# one-hot vectors.

# %%
K.set_image_data_format("channels_first")
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# The input's shape leaves the batch out; the layers after it learn their own.
# Glorot-uniform weights and zero biases are Keras's own defaults, and the
# strides of a pool are its size.


# %%
def CNN(dropout=(0.25, 0.25, 0.5)):
    init = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    conv = {"kernel_size": 3, "padding": "same", **init}
    stack = [
        layers.InputLayer(x_train.shape[1:]),
        layers.Conv2D(50, activation="relu", **conv),
        layers.Conv2D(50, **conv),
        layers.MaxPooling2D(2),
        layers.Activation("relu"),  # 50 x 16 x 16
        layers.Dropout(dropout[0]),
        layers.Conv2D(100, activation="relu", **conv),
        layers.Conv2D(100, **conv),
        layers.MaxPooling2D(2),
        layers.Activation("relu"),  # 100 x 8 x 8
        layers.Dropout(dropout[1]),
        layers.Flatten(),
        layers.Dense(512, activation="relu", **init),
        layers.Dropout(dropout[2]),
        layers.Dense(10, **init),  # logits: the loss applies the softmax
    ]
    return Sequential(stack)


# %%
np.random.seed(SEED)
model = CNN()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# Keras's own losses take probabilities; this one takes logits. `compile` builds
# the training step, but CNTK sees it when it is first called.


# %%
def cross_entropy(labels, logits):
    return K.categorical_crossentropy(labels, logits, from_logits=True)


def compile_model(model):
    sgd = SGD(lr=LEARNING_RATE, momentum=MOMENTUM, decay=0, nesterov=False)
    model.compile(sgd, loss=cross_entropy)


def train_step(model, images, labels):
    return model.train_on_batch(images, to_categorical(labels, 10))


compile_model(model)

# %% train [markdown]
# `train_on_batch` switches dropout on and returns the computed loss.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, images, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `predict` leaves dropout off.

# %%
predicted = model.predict(x_test, batch_size=100).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Keras's weights are (height, width, in, out) and (in, out), and `Flatten` puts
# the channels last whatever the images' order.

# %%
ref = reference("cnn")
weights = ref["weights"]


def to_keras(name, w):
    if name == "dense1.weight":
        w = w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)
    return w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T


def from_keras(name, w):
    w = w.transpose(3, 2, 0, 1) if w.ndim == 4 else w.T
    if name == "dense1.weight":
        w = w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)
    return w


def arrays(found):
    return {n: from_keras(n, w) for n, w in zip(weights, found)}


# %% [markdown]
# The twin is built without dropout, which `train_on_batch` would switch on.
# After one training step the velocity is minus the learning rate times the
# gradient.


# %%
def load_reference():
    twin.set_weights([to_keras(n, w) for n, w in weights.items()])
    velocity = twin.optimizer.get_weights()
    twin.optimizer.set_weights([np.zeros_like(v) for v in velocity])


def change_after(steps):
    for _ in range(steps):
        train_step(twin, *batch)
    now = arrays(twin.get_weights())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


twin = CNN(dropout=(0, 0, 0))
compile_model(twin)
initial = fingerprint(arrays(twin.get_weights()))

load_reference()
batch = ref["images"], ref["labels"]
logits = twin.predict(batch[0])
losses = [float(train_step(twin, *batch)) for _ in range(3)]

# %%
load_reference()
batch = ref["margin_images"], ref["margin_labels"]
changes = [change_after(1)]
_, *velocity = twin.optimizer.get_weights()
gradients = fingerprint(arrays([-v / LEARNING_RATE for v in velocity]))
changes.append(change_after(2))  # two more

# %% results
images = K.eval(K.variable(x_train[:1000]))
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": device,
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
