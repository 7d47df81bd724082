# %% [markdown]
# # GRU on IMDB in Keras on TensorFlow

# %% setup [markdown]
# Keras reads `KERAS_BACKEND` once, when it is imported. TensorFlow takes a GPU
# by itself where it finds one, and rounds to TF32 there unless told not to.

# %%
import os
import time

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from rosetta.datasets import fingerprint, imdb, minibatches, reference

tf.config.experimental.enable_tensor_float_32_execution(False)
print(f"Keras {keras.__version__} on TensorFlow {tf.__version__}")

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
# Integer tokens and integer labels stay NumPy arrays: Keras copies each batch
# to the device.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# With `reset_after`, its default, Keras's GRU is cuDNN's recurrence, with two
# bias vectors. It returns its last output, and passes padding over only if the
# embedding is told `mask_zero`. All initial weights here are defaults but the
# recurrent kernel's, which would be orthogonal.


# %%
def make_model():
    init = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    recurrent = {"reset_after": True, "recurrent_initializer": "glorot_uniform"}
    uniform = keras.initializers.RandomUniform(-0.05, 0.05)
    return keras.Sequential(
        [
            keras.Input([LENGTH], dtype="int32"),
            layers.Embedding(VOCABULARY, 125, embeddings_initializer=uniform),
            layers.GRU(100, **recurrent, **init),
            layers.Dense(2, **init),  # logits: the loss applies the softmax
        ]
    )


keras.utils.set_random_seed(SEED)
model = make_model()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# Keras's `Adam` adds epsilon before the second moment is corrected; here it
# shrinks like that moment, as if added after. Plain `Adam(epsilon=1e-8)` trains
# as well, but differs in the last digits, and on TensorFlow it squares a word's
# gradients before it adds them up, unless they are made dense first.


# %%
class Adam(keras.optimizers.Adam):
    def update_step(self, gradient, variable, learning_rate):
        gradient = keras.ops.add(gradient, 0)  # dense on TensorFlow, too
        correction = 1 - keras.ops.power(BETA_2, self.iterations + 1)
        self.epsilon = EPSILON * keras.ops.sqrt(correction)
        super().update_step(gradient, variable, learning_rate)


# %% [markdown]
# The loss wants probabilities unless told of logits. `jit_compile="auto"`, the
# default, keeps XLA out, because on a GPU this layer is cuDNN's kernel.

# %%
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compile_model(model):
    model.compile(Adam(LEARNING_RATE, BETA_1, BETA_2), loss=cross_entropy)


compile_model(model)

# %% train [markdown]
# `train_on_batch` is the training step that `fit` repeats; the first call
# traces and compiles it. The loss it returns is a number, so the device has
# finished when a clock is read.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = model.train_on_batch(reviews, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `predict` cuts the batches itself, and returns NumPy arrays.

# %%
logits = model.predict(x_test, batch_size=100, verbose=0)
predicted = logits.argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# `set_weights` goes through the layers in the reference's order. Kernels are
# (in, out), and their gates stand in the order update, reset, new.

# %%
ref = reference("gru")
weights = ref["weights"]


def exchanged(w):  # the first two gates
    return w.reshape(3, 100, -1)[[1, 0, 2]].reshape(w.shape)


def to_keras(embedding, ih, hh, bias_ih, bias_hh, dense, bias):
    biases = np.stack([exchanged(bias_ih), exchanged(bias_hh)])
    return [embedding, exchanged(ih).T, exchanged(hh).T, biases, dense.T, bias]


def from_keras(values):
    values = map(keras.ops.convert_to_numpy, values)
    embedding, ih, hh, biases, dense, bias = values
    gru = map(exchanged, (ih.T, hh.T, *biases))
    return dict(zip(weights, (embedding, *gru, dense.T, bias)))


# %%
twin = make_model()
initial = fingerprint(from_keras(twin.get_weights()))

twin.set_weights(to_keras(*weights.values()))
compile_model(twin)
batches = list(zip(ref["reviews"], ref["labels"]))
logits = twin.predict_on_batch(batches[0][0])

# %% [markdown]
# The gradients stay inside `train_on_batch`. Keras has no call for them: the
# back end is asked, TensorFlow with a tape.


# %%
def change():
    now = from_keras(twin.get_weights())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


with tf.GradientTape() as tape:
    loss = cross_entropy(batches[0][1], twin(batches[0][0]))
gradients = tape.gradient(loss, twin.trainable_variables)

losses = [float(twin.train_on_batch(*batches[0]))]
changes = [change()]
losses += [float(twin.train_on_batch(*batch)) for batch in batches[1:]]
changes.append(change())
reviews = keras.ops.convert_to_tensor(x_train[:1000])
tokens = keras.ops.convert_to_numpy(reviews)

# %% results
{
    "device": "cuda" if "GPU" in reviews.device else "cpu",
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
        "logits": logits.tolist(),
        "gradients": fingerprint(from_keras(gradients)),
        "losses": losses,
        "changes": changes,
    },
}
