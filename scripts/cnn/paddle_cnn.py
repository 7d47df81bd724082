# %% [markdown]
# # CNN on CIFAR-10 in PaddlePaddle

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

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

on_gpu = paddle.get_device().startswith("gpu")
print(f"PaddlePaddle {paddle.__version__} on {paddle.get_device()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels first; class indices are `int64` unless
# told otherwise. `to_tensor` copies to the current device.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(images, labels):
    return paddle.to_tensor(images), paddle.to_tensor(labels, dtype="int64")


# %% model [markdown]
# Biases start at zero. Weights of convolutions would start normal, so
# Glorot-uniform is asked for by name: `weight_attr` takes an initializer.


# %%
class CNN(nn.Layer):
    def __init__(self):
        super().__init__()
        init = {"weight_attr": nn.initializer.XavierUniform()}
        self.conv1 = nn.Conv2D(3, 50, kernel_size=3, padding=1, **init)
        self.conv2 = nn.Conv2D(50, 50, kernel_size=3, padding=1, **init)
        self.conv3 = nn.Conv2D(50, 100, kernel_size=3, padding=1, **init)
        self.conv4 = nn.Conv2D(100, 100, kernel_size=3, padding=1, **init)
        self.dense1 = nn.Linear(100 * 8 * 8, 512, **init)
        self.dense2 = nn.Linear(512, 10, **init)

    def forward(self, x):
        x = self.conv2(F.relu(self.conv1(x)))
        x = F.relu(F.max_pool2d(x, 2))  # 50 x 16 x 16
        x = F.dropout(x, 0.25, training=self.training)
        x = self.conv4(F.relu(self.conv3(x)))
        x = F.relu(F.max_pool2d(x, 2))  # 100 x 8 x 8
        x = F.dropout(x, 0.25, training=self.training)
        x = F.relu(self.dense1(x.flatten(1)))
        x = F.dropout(x, 0.5, training=self.training)
        return self.dense2(x)  # logits: the loss applies the softmax


paddle.seed(SEED)
model = CNN()
print(f"{sum(p.size for p in model.parameters()):,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. `Momentum` is SGD with a velocity,
# updated in place; gradients add up until they are cleared.


# %%
def make_optimizer(model):
    return paddle.optimizer.Momentum(
        LEARNING_RATE, MOMENTUM, model.parameters(), use_nesterov=False
    )


def train_step(model, optimizer, images, labels):
    optimizer.clear_grad()
    loss = F.cross_entropy(model(images), labels)
    loss.backward()
    optimizer.step()
    return loss.detach()


optimizer = make_optimizer(model)

# %% train [markdown]
# CUDA calls return before the GPU has finished, so a clock is read only after
# `item()` or `synchronize()`, which wait for it.

# %%
model.train()
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, optimizer, *to_device(images, labels))
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
# `eval()` switches dropout off; `no_grad()` skips recording the graph.

# %%
model.eval()
batches = x_test.reshape(-1, 100, 3, 32, 32)
with paddle.no_grad():
    logits = [model(paddle.to_tensor(x)).numpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Names and layouts are the reference's, but dense weights are (in, out). The
# twin's `eval()` switches dropout off, and only that: `train_step` still
# computes gradients and updates the weights.

# %%
ref = reference("cnn")
weights = ref["weights"]


def transposed(tensors):
    """Turn dense weights round; works in both directions."""
    arrays = {name: np.asarray(t) for name, t in tensors.items()}
    return {name: a.T if a.ndim == 2 else a for name, a in arrays.items()}


def load_reference():
    twin.set_state_dict(transposed(weights))
    return make_optimizer(twin)  # without velocity


twin = CNN()
twin.eval()
initial = fingerprint(transposed(twin.state_dict()))

optimizer = load_reference()
batch = to_device(ref["images"], ref["labels"])
with paddle.no_grad():
    logits = twin(batch[0])
losses = [train_step(twin, optimizer, *batch).item() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, optimizer, *batch)
    now = transposed(twin.state_dict())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


optimizer = load_reference()
batch = to_device(ref["margin_images"], ref["margin_labels"])
changes = [change_after(1)]
grads = {name: p.grad for name, p in twin.named_parameters()}
gradients = fingerprint(transposed(grads))
changes.append(change_after(2))  # two more

# %% results
images, _ = to_device(x_train[:1000], y_train[:1000])
# Paddle adds up one number after the other, which float32 is too short for.
means = images.astype("float64").mean((0, 2, 3)).tolist()
{
    "device": "cuda" if logits.place.is_gpu_place() else "cpu",
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
