# %% [markdown]
# # CNN on CIFAR-10 in JAX with Flax NNX and Optax

# %% setup [markdown]
# JAX takes a GPU by itself where its CUDA build finds one. There, its matrix
# products and convolutions round to TF32 unless asked for full `float32`.

# %%
import time
from operator import attrgetter

import jax
import numpy as np
import optax
from flax import nnx

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

jax.config.update("jax_default_matmul_precision", "float32")
print(f"JAX {jax.__version__} on {jax.default_backend()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Flax's convolutions want `float32`, channels last. Compiled functions take
# NumPy arrays and copy them to the device themselves.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# No global random state: layers draw weights and dropout masks from `rngs`.
# Flax's default is LeCun-normal; biases start at zero. Pooling windows do not
# overlap, so the pool is a reshape and a maximum: XLA's gradient of
# `nnx.max_pool` (whose strides default to 1) is slow on a CPU.


# %%
def max_pool(x):
    n, h, w, c = x.shape
    return x.reshape(n, h // 2, 2, w // 2, 2, c).max(axis=(2, 4))


class CNN(nnx.Module):
    def __init__(self, rngs):
        init = {"kernel_init": nnx.initializers.glorot_uniform(), "rngs": rngs}
        self.conv1 = nnx.Conv(3, 50, (3, 3), padding="SAME", **init)
        self.conv2 = nnx.Conv(50, 50, (3, 3), padding="SAME", **init)
        self.conv3 = nnx.Conv(50, 100, (3, 3), padding="SAME", **init)
        self.conv4 = nnx.Conv(100, 100, (3, 3), padding="SAME", **init)
        self.dense1 = nnx.Linear(8 * 8 * 100, 512, **init)
        self.dense2 = nnx.Linear(512, 10, **init)
        self.dropout1 = nnx.Dropout(0.25, rngs=rngs)
        self.dropout2 = nnx.Dropout(0.25, rngs=rngs)
        self.dropout3 = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        x = self.conv2(nnx.relu(self.conv1(x)))
        x = self.dropout1(nnx.relu(max_pool(x)))  # 16 x 16 x 50
        x = self.conv4(nnx.relu(self.conv3(x)))
        x = self.dropout2(nnx.relu(max_pool(x)))  # 8 x 8 x 100
        x = self.dropout3(nnx.relu(self.dense1(x.reshape(len(x), -1))))
        return self.dense2(x)  # logits: the loss applies the softmax


model = CNN(nnx.Rngs(params=SEED, dropout=SEED))
sizes = [p.size for p in jax.tree.leaves(nnx.state(model, nnx.Param))]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# The loss takes logits and class indices. `nnx.jit` compiles the whole training
# step, once per shape, and carries its updates of the model's and the
# optimizer's variables back to the objects outside.


# %%
def make_optimizer(model):
    sgd = optax.sgd(LEARNING_RATE, momentum=MOMENTUM, nesterov=False)
    return nnx.Optimizer(model, sgd, wrt=nnx.Param)


def mean_loss(model, images, labels):
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(model(images), labels).mean()


@nnx.jit
def train_step(model, optimizer, images, labels):
    loss, grads = nnx.value_and_grad(mean_loss)(model, images, labels)
    optimizer.update(model, grads)
    return loss


optimizer = make_optimizer(model)

# %% train [markdown]
# `cached_partial` walks through the model once, not at every call, so the mode
# is set before it. Results are promises: a clock is read only after `item()` or
# `block_until_ready()`. The first training step also compiles.

# %%
model.train()
cached_step = nnx.cached_partial(train_step, model, optimizer)
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = cached_step(images, labels)
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    loss.block_until_ready()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `eval()` switches dropout off. There is no graph to switch off: JAX computes
# gradients only where they are asked for.

# %%
model.eval()
forward = nnx.jit(CNN.__call__)
batches = x_test.reshape(-1, 100, 32, 32, 3)
logits = [forward(model, x) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Flax's weights are (height, width, in, out) and (in, out); the first dense
# layer's are permuted too, because it reads images flattened channels last.
# `eval()` switches dropout off, for which `train_step` is compiled anew. The
# gradients stay inside it, so they are asked for once more.

# %%
ref = reference("cnn")
weights = ref["weights"]
# What the reference calls conv1.weight is conv1.kernel here.
find = {n: attrgetter(n.replace("weight", "kernel")) for n in weights}


def to_flax(name, w):
    if name == "dense1.weight":
        w = w.reshape(512, 100, 8, 8).transpose(0, 2, 3, 1).reshape(512, -1)
    return w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T


def from_flax(name, w):
    w = w.transpose(3, 2, 0, 1) if w.ndim == 4 else w.T
    if name == "dense1.weight":
        w = w.reshape(512, 8, 8, 100).transpose(0, 3, 1, 2).reshape(512, -1)
    return w


def arrays(tree):
    return {n: from_flax(n, np.asarray(find[n](tree))) for n in weights}


# %%
def load_reference():
    for name, w in weights.items():
        find[name](twin)[...] = to_flax(name, w)
    return make_optimizer(twin)  # without velocity


twin = CNN(nnx.Rngs(params=SEED, dropout=SEED))
twin.eval()
initial = fingerprint(arrays(twin))

optimizer = load_reference()
batch = ref["images"].transpose(0, 2, 3, 1), ref["labels"]
logits = forward(twin, batch[0])
losses = [train_step(twin, optimizer, *batch).item() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, optimizer, *batch)
    now = arrays(twin)
    return fingerprint({name: now[name] - w for name, w in weights.items()})


optimizer = load_reference()
batch = ref["margin_images"].transpose(0, 2, 3, 1), ref["margin_labels"]
gradients = fingerprint(arrays(nnx.jit(nnx.grad(mean_loss))(twin, *batch)))
changes = [change_after(1), change_after(2)]  # two more

# %% results
images = jax.device_put(x_train[:1000])
means = images.mean((0, 1, 2)).tolist()
{
    "device": "cuda" if logits.device.platform == "gpu" else "cpu",
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
