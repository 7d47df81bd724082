# %% [markdown]
# # CNN on CIFAR-10 in tinygrad

# %% setup [markdown]
# tinygrad takes a GPU by itself where it finds a driver; `DEV=CPU` forbids it.
# It calls neither cuDNN nor a BLAS: it writes all kernels, on a CPU as C for
# `clang`, and uses `NUM_CPU_THREADS` threads. On GPUs, TF32 is off by default.

# %%
import math
import time
from importlib.metadata import version

import numpy as np
from tinygrad import Context, Device, Tensor, TinyJit, nn

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

print(f"tinygrad {version('tinygrad')} on {Device.DEFAULT}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels first. A `Tensor` lives on the default
# device; like everything else, the copy is made when its values are needed.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# A model is any object that holds tensors. tinygrad's `glorot_uniform` counts a
# convolution's outputs without its window, so the bound is written out; its
# default is uniform in ±1/√(inputs), biases too. `WINO`, off by default, is
# Winograd's convolution, with fewer products: what matters most on a CPU.


# %%
def glorot_uniform(shape):
    fans = (shape[0] + shape[1]) * math.prod(shape[2:])
    bound = math.sqrt(6 / fans)
    return Tensor.uniform(*shape, low=-bound, high=bound)


class CNN:
    def __init__(self, dropout=(0.25, 0.25, 0.5)):
        self.dropout = dropout
        self.conv1 = nn.Conv2d(3, 50, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(50, 50, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(50, 100, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(100, 100, kernel_size=3, padding=1)
        self.dense1 = nn.Linear(100 * 8 * 8, 512)
        self.dense2 = nn.Linear(512, 10)
        for name, p in nn.state.get_state_dict(self).items():
            start = glorot_uniform if name.endswith("weight") else Tensor.zeros
            p.assign(start(p.shape))

    @Context(WINO=1)
    def __call__(self, x):
        x = self.conv2(self.conv1(x).relu())
        x = x.max_pool2d(2).relu()  # 50 x 16 x 16
        x = x.dropout(self.dropout[0])
        x = self.conv4(self.conv3(x).relu())
        x = x.max_pool2d(2).relu()  # 100 x 8 x 8
        x = x.dropout(self.dropout[1])
        x = self.dense1(x.flatten(1)).relu().dropout(self.dropout[2])
        return self.dense2(x)  # logits: the loss applies the softmax


Tensor.manual_seed(SEED)
model = CNN()
sizes = [p.numel() for p in nn.state.get_parameters(model)]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. `TinyJit` runs the training step
# twice, then replays the kernels that it saw: what is not a tensor, as Python's
# branches or `TRAINING`, is as it was then. The optimizer refuses to work
# without `TRAINING`, which is also what switches dropout on.


# %%
def make_optimizer(model):
    parameters = nn.state.get_parameters(model)
    return nn.optim.SGD(parameters, lr=LEARNING_RATE, momentum=MOMENTUM)


def make_train_step(model, optimizer):
    @TinyJit
    @Context(TRAINING=1)
    def train_step(images, labels):
        optimizer.zero_grad()
        loss = model(images).sparse_categorical_crossentropy(labels)
        loss.backward()
        return loss.realize(*optimizer.schedule_step())

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
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(Tensor(images), Tensor(labels))
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    Device.default.synchronize()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.item()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Outside `Context(TRAINING=1)` dropout does nothing. The JIT returns the same
# memory at each call, so logits are copied out before the next one.

# %%
forward = TinyJit(lambda images: model(images).realize())
batches = x_test.reshape(-1, 100, 3, 32, 32)
logits = [forward(Tensor(x)).numpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# tinygrad's layouts and names are PyTorch's. The twin is built without dropout,
# since `TRAINING` must be on for its optimizer. Loading puts new tensors into
# the model, which a training step captured before would not see.

# %%
ref = reference("cnn")
weights = ref["weights"]
twin = CNN(dropout=(0, 0, 0))
parameters = nn.state.get_state_dict(twin)
initial = fingerprint({n: p.numpy() for n, p in parameters.items()})


def load_reference():
    tensors = {name: Tensor(w) for name, w in weights.items()}
    nn.state.load_state_dict(twin, tensors, verbose=False)
    return make_train_step(twin, make_optimizer(twin))  # without velocity


train_step = load_reference()
batch = Tensor(ref["images"]), Tensor(ref["labels"])
logits = twin(batch[0]).realize()
losses = [train_step(*batch).item() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(*batch)
    now = {name: p.numpy() for name, p in parameters.items()}
    return fingerprint({name: now[name] - w for name, w in weights.items()})


train_step = load_reference()
batch = Tensor(ref["margin_images"]), Tensor(ref["margin_labels"])
with Context(TRAINING=1):
    loss = twin(batch[0]).sparse_categorical_crossentropy(batch[1])
grads = loss.gradient(*parameters.values())
Tensor.realize(*grads)
gradients = fingerprint({n: g.numpy() for n, g in zip(parameters, grads)})
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = Tensor(x_train[:1000])
means = images.mean((0, 2, 3)).tolist()
{
    "device": "cpu" if logits.device == "CPU" else "cuda",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": images.max().item(), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
