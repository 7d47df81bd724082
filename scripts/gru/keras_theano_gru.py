# %% [markdown]
# # GRU on IMDB in Keras 2 on Theano

# %% setup [markdown]
# Keras reads its back end, and Theano its flags, when they are imported. Theano
# compiles C++ while a script runs. What it compiled it keeps, here in Python's
# own folder.

# %%
import os
import sys
import time

os.environ["KERAS_BACKEND"] = "theano"
folder = os.path.join(sys.prefix, "theano")
flags = "floatX=float32,openmp=True,blas.ldflags=-lopenblas"
os.environ.setdefault("THEANO_FLAGS", f"{flags},base_compiledir={folder}")

import keras
import numpy as np
import theano
from keras import backend as K
from keras import layers
from keras.initializers import RandomUniform
from keras.models import Sequential
from keras.optimizers import Adam
from keras.utils import to_categorical

from rosetta.datasets import fingerprint, imdb, minibatches, reference

device = "cpu" if theano.config.device == "cpu" else "cuda"
print(f"Keras {keras.__version__} on Theano {theano.__version__} on {device}")

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
# The loss wants one-hot vectors; tokens index the embedding as they come.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# `reset_after` makes Keras's GRU cuDNN's. By default here, the reset gate comes
# before the matrix product, with one bias vector, the gates' activation is a
# broken line, and the recurrent matrices start orthogonal.
# `implementation=2` multiplies by the weights of all three gates at once.


# %%
def GRU():
    init = {"kernel_initializer": "glorot_uniform", "bias_initializer": "zeros"}
    stack = [
        layers.InputLayer((LENGTH,), dtype="int32"),
        layers.Embedding(
            VOCABULARY, 125, embeddings_initializer=RandomUniform(-0.05, 0.05)
        ),
        layers.GRU(
            100,
            recurrent_activation="sigmoid",
            recurrent_initializer="glorot_uniform",
            implementation=2,
            reset_after=True,
            **init,
        ),
        layers.Dense(2, **init),  # logits: the loss applies the softmax
    ]
    return Sequential(stack)


# %%
np.random.seed(SEED)
model = GRU()
print(f"{model.count_params():,} parameters")

# %% optimizer [markdown]
# Keras adds epsilon before the second moment is corrected: in effect thirty
# times as much in the first training step. An epsilon that shrinks with the
# correction undoes that. `Adam(epsilon=1e-8)` trains as well, but is not the
# same to the last digits.


# %%
def cross_entropy(labels, logits):
    return K.categorical_crossentropy(labels, logits, from_logits=True)


def compile_model(model):
    adam = Adam(lr=LEARNING_RATE, beta_1=BETA_1, beta_2=BETA_2)
    steps = K.cast(adam.iterations, K.floatx()) + 1
    adam.epsilon = EPSILON * K.sqrt(1 - K.pow(adam.beta_2, steps))
    model.compile(adam, loss=cross_entropy)


def train_step(model, reviews, labels):
    return model.train_on_batch(reviews, to_categorical(labels, 2))


compile_model(model)

# %% train [markdown]
# `train_on_batch` returns the computed loss. The first one waits for Theano to
# write C++ and compile it, unless it did before.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, reviews, labels)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `predict` takes the reviews as they are and cuts the batches itself.

# %%
predicted = model.predict(x_test, batch_size=100).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Keras's matrices are (in, out), with the update gate before the reset gate.
# The two bias vectors are the rows of one weight.

# %%
ref = reference("gru")
weights = ref["weights"]


def exchanged(w):  # the first two gates, either way
    return np.concatenate([w[100:200], w[:100], w[200:]])


def to_keras(weights):
    embedding, w_ih, w_hh, b_ih, b_hh, *dense = weights
    w_ih, w_hh, b_ih, b_hh = map(exchanged, (w_ih, w_hh, b_ih, b_hh))
    b = np.stack([b_ih, b_hh])
    return [embedding, w_ih.T, w_hh.T, b, dense[0].T, dense[1]]


def from_keras(found):
    embedding, w_ih, w_hh, b, *dense = found
    gru = map(exchanged, (w_ih.T, w_hh.T, b[0], b[1]))
    return dict(zip(weights, [embedding, *gru, dense[0].T, dense[1]]))


# %% [markdown]
# After one training step the first moment is the gradient times 1 - `BETA_1`.


# %%
def change():
    now = from_keras(twin.get_weights())
    return fingerprint({n: now[n] - w for n, w in weights.items()})


twin = GRU()
compile_model(twin)
initial = fingerprint(from_keras(twin.get_weights()))
twin.set_weights(to_keras(weights.values()))
logits = twin.predict(ref["reviews"][0])

batches = list(zip(ref["reviews"], ref["labels"]))
losses = [float(train_step(twin, *batches[0]))]
_, *moments = twin.optimizer.get_weights()
gradients = from_keras([m / (1 - BETA_1) for m in moments[:6]])
gradients = fingerprint(gradients)
changes = [change()]
losses += [float(train_step(twin, *batch)) for batch in batches[1:]]
changes.append(change())

# %% results
reviews = K.eval(K.variable(x_train[:1000], dtype="int32"))

# %%
{
    "device": device,
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": int(reviews.max()),
        "first_mean": float(reviews[:, 0].mean()),
        "last_mean": float(reviews[:, -1].mean()),
    },
    "recurrence": {
        "layer": "layers.GRU",
        "reset": "before the product, or after",
        "gates": "update, reset, new",
        "biases": "one, or two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
