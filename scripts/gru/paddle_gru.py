# %% [markdown]
# # GRU on IMDB in PaddlePaddle

# %% setup [markdown]
# Paddle takes a GPU by itself where its CUDA build finds one; only NVIDIA's own
# variable keeps that from rounding to TF32. On a CPU it takes one thread, and
# its MKL knows AMD's processors by no name: unless told that they have AVX-512
# (7) or AVX2 (5), it uses its slowest kernels. All this is read at the import.

# %%
import os
import time
from pathlib import Path

os.environ["NVIDIA_TF32_OVERRIDE"] = "0"
cpu = Path("/proc/cpuinfo").read_text()
if "AuthenticAMD" in cpu:
    kernels = "7" if "avx512" in cpu else "5"
    os.environ.setdefault("MKL_DEBUG_CPU_TYPE", kernels)

import numpy as np
import paddle
import paddle.nn.functional as F
from paddle import nn

from rosetta.datasets import fingerprint, imdb, minibatches, reference

on_gpu = paddle.get_device().startswith("gpu")
print(f"PaddlePaddle {paddle.__version__} on {paddle.get_device()}")

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
# Tokens index the embedding as `int32` or `int64`, as they come; class indices
# are `int64` unless told otherwise. `to_tensor` copies to the current device.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(reviews, labels):
    return paddle.to_tensor(reviews), paddle.to_tensor(labels, dtype="int64")


# %% model [markdown]
# `nn.GRU` is cuDNN's recurrence, on the CPU too, with two bias vectors. Left
# alone, they start uniform in ±0.1, as its weights do. Its kernel wants time
# first: transposing the tokens spares it transposing what they embed to.


# %%
class GRU(nn.Layer):
    def __init__(self):
        super().__init__()
        uniform = nn.initializer.Uniform(-0.05, 0.05)
        glorot_uniform = nn.initializer.XavierUniform()
        self.embedding = nn.Embedding(VOCABULARY, 125, weight_attr=uniform)
        self.gru = nn.GRU(
            125,
            100,
            time_major=True,
            weight_ih_attr=glorot_uniform,
            weight_hh_attr=glorot_uniform,
            bias_ih_attr=nn.initializer.Constant(0.0),
            bias_hh_attr=nn.initializer.Constant(0.0),
        )
        self.dense = nn.Linear(100, 2, weight_attr=glorot_uniform)

    def forward(self, reviews):
        outputs, _ = self.gru(self.embedding(reviews.T))
        return self.dense(outputs[-1])  # logits: the loss applies the softmax


paddle.seed(SEED)
model = GRU()
print(f"{sum(p.size for p in model.parameters()):,} parameters")

# %% optimizer [markdown]
# Paddle's `Adam` adds epsilon after both moments are corrected, as this
# workload does, though its documentation's formula adds it before. Every value
# here is also its default. Gradients add up until they are cleared.


# %%
def make_optimizer(model):
    parameters = model.parameters()
    return paddle.optimizer.Adam(
        LEARNING_RATE, BETA_1, BETA_2, EPSILON, parameters
    )


def train_step(model, optimizer, reviews, labels):
    optimizer.clear_grad()
    loss = F.cross_entropy(model(reviews), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


optimizer = make_optimizer(model)

# %% train [markdown]
# CUDA calls return before the GPU has finished: a clock is read after `item()`
# or `synchronize()`. The embedding's gradient is dense unless `sparse=True`.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, *to_device(reviews, labels))
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    if on_gpu:
        paddle.device.synchronize()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.item()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `no_grad()` skips recording the graph; no dropout waits for `eval()`.

# %%
batches = x_test.reshape(-1, 100, LENGTH)
with paddle.no_grad():
    logits = [model(paddle.to_tensor(x)).numpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Gates, layouts and names are the reference's, but dense weights are (in, out)
# and the GRU's names end in a number. `state_dict` holds each of its weights
# under two names; `named_parameters` does not.


# %%
def own_name(name):
    return name + "_l0" if name.startswith("gru") else name


def arrays(tensors):
    """Return tensors under the reference's names, in its layout."""
    named = {name: np.asarray(tensors[own_name(name)]) for name in weights}
    return {**named, "dense.weight": named["dense.weight"].T}


ref = reference("gru")
weights = ref["weights"]
twin = GRU()
parameters = dict(twin.named_parameters())
initial = fingerprint(arrays(parameters))
for name, w in weights.items():
    w = w.T if name == "dense.weight" else w
    parameters[own_name(name)].set_value(w)
optimizer = make_optimizer(twin)
batches = [to_device(*batch) for batch in zip(ref["reviews"], ref["labels"])]
with paddle.no_grad():
    logits = twin(batches[0][0])


# %%
def change():
    now = arrays(parameters)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


losses = [train_step(twin, optimizer, *batches[0]).item()]
grads = {name: p.grad for name, p in parameters.items()}
gradients = fingerprint(arrays(grads))
changes = [change()]
losses += [train_step(twin, optimizer, *batch).item() for batch in batches[1:]]
changes.append(change())
reviews, _ = to_device(x_train[:1000], y_train[:1000])

# %% results
{
    "device": "cuda" if logits.place.is_gpu_place() else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": reviews.max().item(),
        "first_mean": reviews[:, 0].astype("float64").mean().item(),
        "last_mean": reviews[:, -1].astype("float64").mean().item(),
    },
    "recurrence": {
        "layer": "nn.GRU",
        "reset": "after the product",
        "gates": "reset, update, new",
        "biases": "two",
    },
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
