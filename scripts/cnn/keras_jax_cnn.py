# %% [markdown]
# # CNN on CIFAR-10 in Keras on JAX

# %% setup [markdown]
# Keras reads `KERAS_BACKEND` once, when it is imported. JAX takes a GPU by
# itself where its CUDA build finds one, and rounds to TF32 there unless asked
# for full `float32`.

# %%
import os
import time

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
from keras import layers

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

jax.config.update("jax_default_matmul_precision", "float32")
print(f"Keras {keras.__version__} on JAX {jax.__version__}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Keras's own default is channels last. `float32` images and integer labels stay
# NumPy arrays: Keras copies each batch to the device.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# A model is a list of layers, whatever the back end; with `Input` its weights
# exist at once. Glorot-uniform kernels and zero biases are Keras's defaults,
# written out here. The pool's strides are its size unless given.


# %%
def make_model(dropout=(0.25, 0.25, 0.5)):
    init = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    conv = {"kernel_size": 3, "padding": "same", **init}
    return keras.Sequential(
        [
            keras.Input(x_train.shape[1:]),
            layers.Conv2D(50, activation="relu", **conv),
            layers.Conv2D(50, **conv),
            layers.MaxPooling2D(2),  # to 16 x 16
            layers.ReLU(),
            layers.Dropout(dropout[0]),
            layers.Conv2D(100, activation="relu", **conv),
            layers.Conv2D(100, **conv),
            layers.MaxPooling2D(2),  # to 8 x 8
            layers.ReLU(),
            layers.Dropout(dropout[1]),
            layers.Flatten(),
            layers.Dense(512, activation="relu", **init),
            layers.Dropout(dropout[2]),
            layers.Dense(10, **init),  # logits: the loss applies the softmax
        ]
    )


# %%
keras.utils.set_random_seed(SEED)
model = make_model()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# `compile` joins model, loss and a new optimizer. The loss wants probabilities
# unless told of logits; the learning rate is inside SGD's velocity. The default
# `jit_compile="auto"` compiles the whole training step with XLA.

# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compile_model(model):
    sgd = keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)
    model.compile(optimizer=sgd, loss=cross_entropy)


compile_model(model)

# %% train [markdown]
# `train_on_batch` is the training step that `fit` repeats: dropout is on, and
# the first call traces and compiles it. The loss it returns is a number, so the
# device has finished when a clock is read.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = model.train_on_batch(images, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `predict` switches dropout off, and returns NumPy arrays.

# %%
logits = model.predict(x_test, batch_size=100, verbose=0)
predicted = logits.argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# `set_weights` goes through the layers in order: the reference's order, too.
# Kernels are (height, width, in, out) and (in, out); the first dense layer's is
# permuted too, because `Flatten` reads channels last. `train_on_batch` always
# trains, so the twin is built without dropout.

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


def arrays(values):
    values = map(keras.ops.convert_to_numpy, values)
    return {name: from_keras(name, w) for name, w in zip(weights, values)}


# %%
def load_reference():
    twin.set_weights([to_keras(name, w) for name, w in weights.items()])
    compile_model(twin)  # a new optimizer, without velocity


twin = make_model(dropout=(0, 0, 0))
initial = fingerprint(arrays(twin.get_weights()))

load_reference()
batch = ref["images"].transpose(0, 2, 3, 1), ref["labels"]
logits = twin.predict_on_batch(batch[0])
losses = [float(twin.train_on_batch(*batch)) for _ in range(3)]

# %% [markdown]
# The gradients stay inside `train_on_batch`. Keras has no call for them: the
# back end is asked, JAX with `stateless_call`, a function of the weights.


# %%
def change_after(steps):
    for _ in range(steps):
        twin.train_on_batch(*batch)
    now = arrays(twin.get_weights())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


def mean_loss(values, images, labels):
    logits, _ = twin.stateless_call(values, state, images, training=True)
    return cross_entropy(labels, logits)


load_reference()
batch = ref["margin_images"].transpose(0, 2, 3, 1), ref["margin_labels"]
values = [variable.value for variable in twin.trainable_variables]
state = [variable.value for variable in twin.non_trainable_variables]
gradients = fingerprint(arrays(jax.jit(jax.grad(mean_loss))(values, *batch)))
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = keras.ops.convert_to_tensor(x_train[:1000])
pixels = keras.ops.convert_to_numpy(images)
means = pixels.mean((0, 1, 2), dtype="float64").tolist()
{
    "device": "cuda" if images.device.platform == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(pixels.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
