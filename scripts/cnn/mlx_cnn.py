# %% [markdown]
# # CNN on CIFAR-10 in MLX

# %% setup [markdown]
# MLX is made for Apple's GPUs; on CUDA its convolutions round to TF32 unless a
# variable forbids it before the import. Its Linux wheel brings the reference
# BLAS, on one thread: `LD_PRELOAD=libopenblas.so.0` lets OpenBLAS take over.

# %%
import os
import time
from functools import partial

os.environ["MLX_ENABLE_TF32"] = "0"

import mlx.core as mx
import mlx.nn as nn
import mlx.optimizers as optim
import numpy as np
from mlx.utils import tree_flatten

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

print(f"MLX {mx.__version__} on {mx.default_device()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want `float32`, channels last. `mx.array` copies from NumPy into
# memory that processor and GPU share: there is no device to move data to.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# Layers draw their weights when they are made, so the seed comes first. MLX's
# default is uniform in ±1/√(inputs), for the dense layers' biases too; an
# initializer is a function that looks at an array's shape.


# %%
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 50, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(50, 50, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(50, 100, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(100, 100, kernel_size=3, padding=1)
        self.dense1 = nn.Linear(8 * 8 * 100, 512)
        self.dense2 = nn.Linear(512, 10)
        self.max_pool = nn.MaxPool2d(2, stride=2)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        initializer = nn.init.glorot_uniform()
        for layer in self.leaf_modules().values():
            if "weight" in layer:
                layer.weight = initializer(layer.weight)
                layer.bias = mx.zeros_like(layer.bias)

    def __call__(self, x):
        x = self.conv2(nn.relu(self.conv1(x)))
        x = self.dropout1(nn.relu(self.max_pool(x)))  # 16 x 16 x 50
        x = self.conv4(nn.relu(self.conv3(x)))
        x = self.dropout1(nn.relu(self.max_pool(x)))  # 8 x 8 x 100
        x = self.dropout2(nn.relu(self.dense1(x.flatten(1))))
        return self.dense2(x)  # logits: the loss applies the softmax


mx.random.seed(SEED)
model = CNN()
sizes = [p.size for _, p in tree_flatten(model.parameters())]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. `mx.compile` fuses what is done to
# each element. What a training step reads and changes besides its arguments is
# named, random numbers too: else every training step drops the same units.


# %%
def mean_loss(model, images, labels):
    return nn.losses.cross_entropy(model(images), labels, reduction="mean")


def make_train_step(model):
    optimizer = optim.SGD(LEARNING_RATE, momentum=MOMENTUM, nesterov=False)
    optimizer.init(model.trainable_parameters())  # velocity
    state = [model.state, optimizer.state, mx.random.state]

    @partial(mx.compile, inputs=state, outputs=state)
    def train_step(*batch):
        loss, grads = nn.value_and_grad(model, mean_loss)(model, *batch)
        optimizer.update(model, grads)
        return loss

    return train_step, state


train_step, state = make_train_step(model)

# %% train [markdown]
# Calls only build a graph: `mx.eval` computes, and waits for the device, so a
# clock is read after it. The mode is compiled in and thus set before the first
# training step, which also compiles.

# %%
model.train()
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(mx.array(images), mx.array(labels))
        mx.eval(loss, state)
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `eval()` switches dropout off; it has nothing to do with `mx.eval`. `np.array`
# evaluates each batch: kept lazy, all of them would be one graph.

# %%
model.eval()
batches = x_test.reshape(-1, 100, 32, 32, 3)
logits = [np.array(model(mx.array(x))) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Names and dense layers are as in PyTorch. Convolutions' weights are (out,
# height, width, in); the first dense layer reads images flattened channels
# last. A compiled training step keeps its gradients: they are asked for again.

# %%
ref = reference("cnn")
weights = ref["weights"]


def to_mlx(name, w):
    if name == "dense1.weight":
        w = w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)
    return mx.array(w.transpose(0, 2, 3, 1) if w.ndim == 4 else w)


def from_mlx(name, w):
    if name == "dense1.weight":
        w = w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)
    return np.array(w.transpose(0, 3, 1, 2) if w.ndim == 4 else w)


def arrays(tree):
    return {name: from_mlx(name, w) for name, w in tree_flatten(tree)}


# %%
def load_reference():
    twin.load_weights([(name, to_mlx(name, w)) for name, w in weights.items()])
    return make_train_step(twin)[0]  # without velocity


twin = CNN()
twin.eval()
initial = fingerprint(arrays(twin.parameters()))

train_step = load_reference()
batch = mx.array(ref["images"].transpose(0, 2, 3, 1)), mx.array(ref["labels"])
logits = twin(batch[0])
losses = [train_step(*batch).item() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(*batch)
    now = arrays(twin.parameters())
    return fingerprint({name: now[name] - w for name, w in weights.items()})


train_step = load_reference()
images, labels = ref["margin_images"], ref["margin_labels"]
batch = mx.array(images.transpose(0, 2, 3, 1)), mx.array(labels)
_, grads = nn.value_and_grad(twin, mean_loss)(twin, *batch)
gradients = fingerprint(arrays(grads))
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = mx.array(x_train[:1000])
means = images.mean((1, 2)).mean(0).tolist()
{
    "device": "cuda" if mx.cuda.is_available() else "cpu",
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
