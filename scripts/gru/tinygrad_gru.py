# %% [markdown]
# # GRU on IMDB in tinygrad

# %% setup [markdown]
# tinygrad takes a GPU by itself where it finds a driver; `DEV=CPU` forbids it.
# It calls neither cuDNN nor a BLAS: it writes all kernels, on a CPU as C for
# `clang`, and uses `NUM_CPU_THREADS` threads. On GPUs, TF32 is off by default.

# %%
import math
import time
from importlib.metadata import version

import numpy as np
from tinygrad import Context, Device, Tensor, TinyJit, function, nn

from rosetta.datasets import fingerprint, imdb, minibatches, reference

print(f"tinygrad {version('tinygrad')} on {Device.DEFAULT}")

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
# Tokens and classes are `int32`, as they come. A `Tensor` lives on the default
# device; like everything else, the copy is made when its values are needed.

# %%
(x_train, y_train), (x_test, y_test) = imdb(VOCABULARY, LENGTH)
x_train, y_train = x_train[:TRAIN_REVIEWS], y_train[:TRAIN_REVIEWS]
x_test, y_test = x_test[:TEST_REVIEWS], y_test[:TEST_REVIEWS]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# tinygrad has a cell for an LSTM, none for a GRU, and no loop over time but
# Python's. What is marked `function` is scheduled and compiled once, with its
# gradient; unmarked, each of the time steps would be, for many minutes.


# %%
@function(precompile=True, precompile_backward=True)
def gru_step(given, h, weight_hh, bias_hh):
    kept = h.linear(weight_hh.T, bias_hh)
    r_in, z_in, n_in = given.chunk(3, dim=1)
    r_hid, z_hid, n_hid = kept.chunk(3, dim=1)
    r, z = (r_in + r_hid).sigmoid(), (z_in + z_hid).sigmoid()
    n = (n_in + r * n_hid).tanh()
    return (1 - z) * n + z * h


class Recurrence:
    def __init__(self, inputs, units):
        self.weight_ih = glorot_uniform(3 * units, inputs)  # reset, update, new
        self.weight_hh = glorot_uniform(3 * units, units)
        self.bias_ih = Tensor.zeros(3 * units)
        self.bias_hh = Tensor.zeros(3 * units)

    def __call__(self, x):  # time first
        inputs = x.linear(self.weight_ih.T, self.bias_ih).contiguous()
        h = Tensor.zeros(x.shape[1], self.weight_hh.shape[1])
        for given in inputs:
            h = gru_step(given, h, self.weight_hh, self.bias_hh)
        return h  # the last output


def glorot_uniform(outputs, inputs):
    return uniform(outputs, inputs, bound=math.sqrt(6 / (outputs + inputs)))


def uniform(*shape, bound):
    return Tensor.uniform(*shape, low=-bound, high=bound)


# %% [markdown]
# A model is any object that holds tensors. Left alone, an embedding would start
# Glorot-uniform, a dense layer uniform in ±1/√(inputs), its biases too.


# %%
class GRU:
    def __init__(self):
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = Recurrence(125, 100)
        self.dense = nn.Linear(100, 2)
        self.embedding.weight = uniform(VOCABULARY, 125, bound=0.05)
        self.dense.weight = glorot_uniform(2, 100)
        self.dense.bias = Tensor.zeros(2)

    def __call__(self, reviews):
        x = self.embedding(reviews.T).contiguous()
        return self.dense(self.gru(x))  # logits: the loss applies the softmax


Tensor.manual_seed(SEED)
model = GRU()
sizes = [p.numel() for p in nn.state.get_parameters(model)]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# tinygrad's `Adam` adds epsilon after both moments are corrected, as this
# workload does. `TinyJit` runs the training step twice, then replays its
# kernels. By default, each row of the embedding's gradient is summed over all
# tokens; with `USE_ATOMICS`, which NVIDIA's GPUs lack, each token adds to its
# row. That is what matters most on a CPU.


# %%
atomics = int(Device.DEFAULT == "CPU")


def make_optimizer(model):
    parameters = nn.state.get_parameters(model)
    return nn.optim.Adam(parameters, LEARNING_RATE, BETA_1, BETA_2, EPSILON)


def make_train_step(model, optimizer):
    @TinyJit
    @Context(TRAINING=1, USE_ATOMICS=atomics)
    def train_step(reviews, labels):
        optimizer.zero_grad()
        loss = model(reviews).sparse_categorical_crossentropy(labels)
        loss.backward()
        grads = [p.grad for p in optimizer.params]
        return loss.realize(*grads, *optimizer.schedule_step())

    return train_step


train_step = make_train_step(model, make_optimizer(model))

# %% train [markdown]
# Kernels are queued, so a clock is read only after `item()` or `synchronize()`.
# The first two training steps also generate and compile them.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (reviews, labels) in enumerate(batches, start=1):
        loss = train_step(Tensor(reviews), Tensor(labels))
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    Device.default.synchronize()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.item()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# The JIT returns the same memory at each call, so logits are copied out before
# the next one.

# %%
forward = TinyJit(lambda reviews: model(reviews).realize())
batches = x_test.reshape(-1, 100, LENGTH)
logits = [forward(Tensor(x)).numpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# A twin of the model takes the reference weights: names and layouts are
# PyTorch's. Gradients stay in `grad`, and are there because the training step
# realizes them by name; unasked, they are only a part of the weights' update.


# %%
def arrays(tensors):
    return {name: t.numpy() for name, t in tensors.items()}


def change():
    now = arrays(parameters)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


# %%
ref = reference("gru")
weights = ref["weights"]
twin = GRU()
parameters = nn.state.get_state_dict(twin)
initial = fingerprint(arrays(parameters))

tensors = {name: Tensor(w) for name, w in weights.items()}
nn.state.load_state_dict(twin, tensors, verbose=False)
batches = [tuple(map(Tensor, b)) for b in zip(ref["reviews"], ref["labels"])]
logits = twin(batches[0][0]).realize()

train_step = make_train_step(twin, make_optimizer(twin))
losses = [train_step(*batches[0]).item()]
gradients = fingerprint(arrays({n: p.grad for n, p in parameters.items()}))
changes = [change()]
losses += [train_step(*batch).item() for batch in batches[1:]]
changes.append(change())

# %% results
reviews = Tensor(x_train[:1000])
means = reviews.float().mean(0).tolist()
{
    "device": "cpu" if logits.device == "CPU" else "cuda",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "reviews": {
        "largest": reviews.max().item(),
        "first_mean": means[0],
        "last_mean": means[-1],
    },
    "recurrence": {"layer": None},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
