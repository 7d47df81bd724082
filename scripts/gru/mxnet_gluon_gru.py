# %% [markdown]
# # GRU on IMDB in MXNet Gluon

# %% setup [markdown]
# MXNet reads its environment when it is imported. It would use half of the
# processors it sees, for hyper-threading; and only NVIDIA's own variable keeps
# the GPU from rounding to TF32.

# %%
import math
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
os.environ["NVIDIA_TF32_OVERRIDE"] = "0"

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn, rnn

from rosetta.datasets import fingerprint, imdb, minibatches, reference

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

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
# `nd.array` copies to the device and makes everything `float32` unless told
# otherwise. The embedding and the loss take integers so; up to 16 million,
# tokens stay exact.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(reviews, labels):
    return nd.array(reviews, ctx=device), nd.array(labels, ctx=device)


# %% model [markdown]
# `rnn.GRU` is cuDNN's recurrence, on the CPU too, with two bias vectors, time
# first. `hybridize` compiles the forward pass; that it keeps memory and shapes
# is what makes it fast. `Xavier()` is Glorot-uniform, over the matrix of all
# gates; Gluon's default is uniform in ±0.07. Biases start at zero.


# %%
class GRU(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        init = {"weight_initializer": mx.init.Uniform(0.05)}
        with self.name_scope():
            self.embedding = nn.Embedding(VOCABULARY, 125, **init)
            self.gru = rnn.GRU(100, layout="TNC", input_size=125)
            self.dense = nn.Dense(2, in_units=100)
        self.initialize(mx.init.Xavier(), ctx=device)
        self.hybridize(static_alloc=True, static_shape=True)

    def hybrid_forward(self, F, reviews):
        outputs = self.gru(self.embedding(F.transpose(reviews)))
        # F.SequenceLast without lengths does this too, but its backward pass
        # crashes on a CPU.
        last = F.slice_axis(outputs, axis=0, begin=-1, end=None)
        return self.dense(F.squeeze(last, axis=0))  # logits, no softmax


mx.random.seed(SEED)
model = GRU()
sizes = [p.data().size for p in model.collect_params().values()]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# MXNet's Adam adds epsilon before the second moment is corrected, where it
# counts 30 times as much in the first step: that trains as well, but is not the
# same to the last digits. Hence a subclass. The loss is one number per review;
# `backward` sums their gradients, and `trainer.step` divides by the batch size.

# %%
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()


class PaperAdam(mx.optimizer.Adam):
    def update(self, index, weight, grad, state):
        step = self._index_update_count.get(index, 0) + 1
        self.epsilon = EPSILON * math.sqrt(1 - BETA_2**step)
        super().update(index, weight, grad, state)


def make_trainer(model):
    adam = PaperAdam(learning_rate=LEARNING_RATE, beta1=BETA_1, beta2=BETA_2)
    return gluon.Trainer(model.collect_params(), adam)


def train_step(model, trainer, reviews, labels):
    with autograd.record():
        losses = cross_entropy(model(reviews), labels)
    losses.backward()
    trainer.step(len(reviews))
    return losses.mean()


trainer = make_trainer(model)

# %% train [markdown]
# The engine queues operators and returns before they have run, on the CPU too:
# a clock is read only after `asscalar()` or `waitall()`, which wait. With
# `sparse_grad=True` the embedding's gradient would be small, but Adam would
# forget the rows that a batch lacks.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, trainer, *to_device(reviews, labels))
        if step % 20 == 0:
            train_losses.append(float(loss.asscalar()))
            marks.append(time.perf_counter())
    nd.waitall()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.asscalar()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Outside `autograd.record` nothing is recorded.

# %%
batches = x_test.reshape(-1, 100, LENGTH)
logits = [model(nd.array(x, ctx=device)).asnumpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Gluon's layouts and its order of gates are the reference's. `l0` is the first
# layer, `i2h` the input's part, `h2h` the state's. `grad()` holds the sum over
# the batch; the reference is the gradient of the mean.

# %%
ref = reference("gru")
weights = ref["weights"]
twin = GRU()
parameters = {
    "embedding.weight": twin.embedding.weight,
    "gru.weight_ih": twin.gru.l0_i2h_weight,
    "gru.weight_hh": twin.gru.l0_h2h_weight,
    "gru.bias_ih": twin.gru.l0_i2h_bias,
    "gru.bias_hh": twin.gru.l0_h2h_bias,
    "dense.weight": twin.dense.weight,
    "dense.bias": twin.dense.bias,
}
initial = fingerprint({n: p.data().asnumpy() for n, p in parameters.items()})
for name, parameter in parameters.items():
    parameter.set_data(weights[name])
trainer = make_trainer(twin)
batches = [to_device(*batch) for batch in zip(ref["reviews"], ref["labels"])]
logits = twin(batches[0][0])


# %%
def change():
    now = {name: p.data().asnumpy() for name, p in parameters.items()}
    return fingerprint({name: now[name] - w for name, w in weights.items()})


losses = [train_step(twin, trainer, *batches[0]).asscalar()]
means = {n: p.grad().asnumpy() / BATCH_SIZE for n, p in parameters.items()}
gradients = fingerprint(means)
changes = [change()]
losses += [train_step(twin, trainer, *b).asscalar() for b in batches[1:]]
changes.append(change())

# %% results
reviews = to_device(x_train[:1000], y_train[:1000])[0].asnumpy()

# %%
{
    "device": "cuda" if logits.context.device_type == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": float(reviews.max()),
        "first_mean": float(reviews[:, 0].mean(dtype=np.float64)),
        "last_mean": float(reviews[:, -1].mean(dtype=np.float64)),
    },
    "recurrence": {
        "layer": "rnn.GRU",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.asnumpy().tolist(),
        "gradients": gradients,
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
