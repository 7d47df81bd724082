# %% [markdown]
# # CNN on CIFAR-10 in TensorFlow

# %% setup [markdown]
# TensorFlow takes a GPU by itself where it finds one, and rounds to TF32 there
# unless told not to.

# %%
import time

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

tf.config.experimental.enable_tensor_float_32_execution(False)
print(f"TensorFlow {tf.__version__}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Channels last is TensorFlow's default and the only order that it convolves on
# a CPU. A `tf.function` takes NumPy arrays and copies them to the device.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# Layers that own weights are Keras's, which make them when they first see a
# shape; the rest are functions of `tf.nn`. Glorot-uniform kernels and zero
# biases are Keras's defaults, written out here.


# %%
class CNN(tf.keras.Model):
    def __init__(self):
        super().__init__()
        init = {"kernel_initializer": "glorot_uniform"}
        init["bias_initializer"] = "zeros"
        conv = {"kernel_size": 3, "padding": "same", **init}
        self.conv1 = layers.Conv2D(50, **conv)
        self.conv2 = layers.Conv2D(50, **conv)
        self.conv3 = layers.Conv2D(100, **conv)
        self.conv4 = layers.Conv2D(100, **conv)
        self.dense1 = layers.Dense(512, **init)
        self.dense2 = layers.Dense(10, **init)
        self(tf.zeros((1, 32, 32, 3)))  # makes the weights

    def call(self, x, training=False):
        dropout = tf.nn.dropout if training else lambda x, rate: x
        x = self.conv2(tf.nn.relu(self.conv1(x)))
        x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
        x = dropout(tf.nn.relu(x), 0.25)  # 16 x 16 x 50
        x = self.conv4(tf.nn.relu(self.conv3(x)))
        x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="VALID")
        x = dropout(tf.nn.relu(x), 0.25)  # 8 x 8 x 100
        x = tf.reshape(x, (-1, 8 * 8 * 100))
        x = dropout(tf.nn.relu(self.dense1(x)), 0.5)
        return self.dense2(x)  # logits: the loss applies the softmax


tf.random.set_seed(SEED)
model = CNN()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# `tf.function` is the switch that matters: it traces the training step into a
# graph, once per model, optimizer and shape. No variable may be made in a later
# trace, so `build` makes the velocity. XLA, `jit_compile=True`, is slower on a
# CPU.

# %%
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits


def make_optimizer(model):
    sgd = tf.keras.optimizers.SGD(LEARNING_RATE, momentum=MOMENTUM)
    sgd.build(model.trainable_variables)
    return sgd


def loss_and_gradients(model, images, labels, training):
    with tf.GradientTape() as tape:
        logits = model(images, training=training)
        loss = tf.reduce_mean(cross_entropy(labels, logits))
    return loss, tape.gradient(loss, model.trainable_variables)


@tf.function
def train_step(model, optimizer, images, labels, training=True):
    loss, gradients = loss_and_gradients(model, images, labels, training)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


optimizer = make_optimizer(model)

# %% train [markdown]
# On a GPU the call returns before the result is there, so a clock is read only
# after `numpy()`, which waits for it. The first training step is also traced.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, images, labels)
        if step % 20 == 0:
            train_losses.append(float(loss.numpy()))
            marks.append(time.perf_counter())
    loss = loss.numpy()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `training` is an argument of the call; without it dropout is off here. Nothing
# is recorded outside a tape.

# %%
forward = tf.function(model)
batches = x_test.reshape(-1, 100, 32, 32, 3)
logits = [forward(x).numpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# TensorFlow's weights are (height, width, in, out) and (in, out); the first
# dense layer's are permuted too, because it reads images flattened channels
# last. `training=False` switches dropout off in the same training step.

# %%
ref = reference("cnn")
weights = ref["weights"]


def to_tensorflow(name, w):
    if name == "dense1.weight":
        w = w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)
    return w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T


def from_tensorflow(name, w):
    w = w.transpose(3, 2, 0, 1) if w.ndim == 4 else w.T
    if name == "dense1.weight":
        w = w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)
    return w


def arrays(values):
    values = [value.numpy() for value in values]
    return {name: from_tensorflow(name, w) for name, w in zip(weights, values)}


# %%
def load_reference():
    for (name, w), variable in zip(weights.items(), twin.trainable_variables):
        variable.assign(to_tensorflow(name, w))
    return make_optimizer(twin)  # without velocity


twin = CNN()
initial = fingerprint(arrays(twin.trainable_variables))

optimizer = load_reference()
batch = ref["images"].transpose(0, 2, 3, 1), ref["labels"]
logits = twin(batch[0])
losses = [train_step(twin, optimizer, *batch, False) for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, optimizer, *batch, False)
    now = arrays(twin.trainable_variables)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


optimizer = load_reference()
batch = ref["margin_images"].transpose(0, 2, 3, 1), ref["margin_labels"]
_, gradients = loss_and_gradients(twin, *batch, False)
gradients = fingerprint(arrays(gradients))
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = tf.constant(x_train[:1000]).numpy()
means = images.mean((0, 1, 2), dtype=np.float64).tolist()
{
    "device": "cuda" if "GPU" in logits.device else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(images.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.numpy().tolist(),
        "gradients": gradients,
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
