# %% [markdown]
# # GRU on IMDB in TensorFlow

# %% setup [markdown]
# TensorFlow takes a GPU by itself where it finds one, and rounds to TF32 there
# unless told not to.

# %%
import time

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

from rosetta.datasets import fingerprint, imdb, minibatches, reference

tf.config.experimental.enable_tensor_float_32_execution(False)
print(f"TensorFlow {tf.__version__}")

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
# A `tf.function` takes NumPy arrays and copies them to the device.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# Layers are Keras's. With `reset_after`, its default, the GRU is cuDNN's
# recurrence, with two bias vectors; it returns its last output. Here only the
# recurrent kernel starts unlike its default, which is orthogonal.


# %%
class GRU(tf.keras.Model):
    def __init__(self):
        super().__init__()
        uniform = tf.keras.initializers.RandomUniform(-0.05, 0.05)
        init = {"kernel_initializer": "glorot_uniform"}
        init["bias_initializer"] = "zeros"
        gru = {"reset_after": True, "recurrent_initializer": "glorot_uniform"}
        self.embedding = layers.Embedding(VOCABULARY, 125, uniform)
        self.gru = layers.GRU(100, **gru, **init)
        self.dense = layers.Dense(2, **init)
        self(tf.zeros((1, LENGTH), tf.int32))  # makes the weights

    def call(self, reviews):
        last = self.gru(self.embedding(reviews))
        return self.dense(last)  # logits: the loss applies the softmax


tf.random.set_seed(SEED)
model = GRU()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# Keras's `Adam` adds epsilon before the second moment is corrected; here it
# shrinks like that moment, as if added after. Plain `Adam(epsilon=1e-8)` trains
# as well, but differs in the last digits.


# %%
class Adam(tf.keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        correction = 1 - BETA_2 ** tf.cast(self.iterations + 1, tf.float32)
        self.epsilon = EPSILON * tf.sqrt(correction)
        super().update_step(gradient, variable, learning_rate)


def make_optimizer(model):
    adam = Adam(LEARNING_RATE, BETA_1, BETA_2)
    adam.build(model.trainable_variables)
    return adam


# %% [markdown]
# `tf.function` traces the training step into a graph; `build` makes Adam's
# moments before that. XLA makes one pass over the embedding of Adam's many. Of
# a sparse gradient Adam would square the rows before a word's are added up.

# %%
cross_entropy = tf.nn.sparse_softmax_cross_entropy_with_logits


def loss_and_gradients(model, reviews, labels):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(cross_entropy(labels, model(reviews)))
    return loss, tape.gradient(loss, model.trainable_variables)


@tf.function(jit_compile=True)
def update(model, optimizer, gradients):
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))


@tf.function
def train_step(model, optimizer, reviews, labels):
    loss, gradients = loss_and_gradients(model, reviews, labels)
    update(model, optimizer, [tf.convert_to_tensor(g) for g in gradients])
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
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, reviews, labels)
        if step % 20 == 0:
            train_losses.append(float(loss.numpy()))
            marks.append(time.perf_counter())
    loss = loss.numpy()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Nothing is recorded outside a tape. The model has no dropout to switch off.

# %%
forward = tf.function(model)
logits = [forward(x).numpy() for x in x_test.reshape(-1, 100, LENGTH)]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Kernels are (in, out), and their gates stand in the order update, reset, new.

# %%
ref = reference("gru")
weights = ref["weights"]


def exchanged(w):  # the first two gates
    return w.reshape(3, 100, -1)[[1, 0, 2]].reshape(w.shape)


def to_tensorflow(embedding, ih, hh, bias_ih, bias_hh, dense, bias):
    biases = np.stack([exchanged(bias_ih), exchanged(bias_hh)])
    return [embedding, exchanged(ih).T, exchanged(hh).T, biases, dense.T, bias]


def from_tensorflow(values):
    values = [tf.convert_to_tensor(value).numpy() for value in values]
    embedding, ih, hh, biases, dense, bias = values
    gru = map(exchanged, (ih.T, hh.T, *biases))
    return dict(zip(weights, (embedding, *gru, dense.T, bias)))


# %%
def change():
    now = from_tensorflow(twin.trainable_variables)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


twin = GRU()
initial = fingerprint(from_tensorflow(twin.trainable_variables))

twin.set_weights(to_tensorflow(*weights.values()))
optimizer = make_optimizer(twin)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = twin(batches[0][0])
gradients = loss_and_gradients(twin, *batches[0])[1]

losses = [train_step(twin, optimizer, *batches[0])]
changes = [change()]
losses += [train_step(twin, optimizer, *batch) for batch in batches[1:]]
changes.append(change())
tokens = tf.constant(x_train[:1000]).numpy()

# %% results
{
    "device": "cuda" if "GPU" in logits.device else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(tokens.max()),
        "first_mean": float(tokens[:, 0].mean()),
        "last_mean": float(tokens[:, -1].mean()),
    },
    "recurrence": {
        "layer": "layers.GRU",
        "reset": "after the product, or before",
        "gates": "update, reset, new",
        "biases": "two, or one",
    },
    "parity": {
        "initial": initial,
        "logits": logits.numpy().tolist(),
        "gradients": fingerprint(from_tensorflow(gradients)),
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
