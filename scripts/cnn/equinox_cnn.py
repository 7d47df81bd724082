# %% [markdown]
# # CNN on CIFAR-10 in JAX with Equinox and Optax

# %% setup [markdown]
# JAX takes a GPU by itself where its CUDA build finds one. There, its matrix
# products and convolutions round to TF32 unless asked for full `float32`.

# %%
import time
from operator import attrgetter

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from equinox import nn
from jax.nn import relu

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

jax.config.update("jax_default_matmul_precision", "float32")
print(f"Equinox {eqx.__version__} on {jax.default_backend()}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Equinox's convolutions want `float32`, channels first. Compiled functions take
# NumPy arrays and copy them to the device themselves.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# A model is an immutable tree of arrays, written for *one* image. Layers start
# from uniform weights and *non-zero* biases; `tree_at` returns a copy with
# Glorot's and zeros in their place. Windows do not overlap, so the pool is a
# reshape and a maximum: the gradient of `nn.MaxPool2d` is slow on a CPU.


# %%
def glorot(layer, key):
    draw = jax.nn.initializers.glorot_uniform(in_axis=1, out_axis=0)
    start = draw(key, layer.weight.shape), jnp.zeros_like(layer.bias)
    return eqx.tree_at(lambda own: (own.weight, own.bias), layer, start)


def max_pool(x):
    c, h, w = x.shape
    return x.reshape(c, h // 2, 2, w // 2, 2).max(axis=(2, 4))


# %%
class CNN(eqx.Module):
    conv1: nn.Conv2d
    conv2: nn.Conv2d
    conv3: nn.Conv2d
    conv4: nn.Conv2d
    dense1: nn.Linear
    dense2: nn.Linear
    dropouts: list[nn.Dropout]

    def __init__(self, key):
        k = jax.random.split(key, 6)
        self.conv1 = glorot(nn.Conv2d(3, 50, 3, padding=1, key=k[0]), k[0])
        self.conv2 = glorot(nn.Conv2d(50, 50, 3, padding=1, key=k[1]), k[1])
        self.conv3 = glorot(nn.Conv2d(50, 100, 3, padding=1, key=k[2]), k[2])
        self.conv4 = glorot(nn.Conv2d(100, 100, 3, padding=1, key=k[3]), k[3])
        self.dense1 = glorot(nn.Linear(100 * 8 * 8, 512, key=k[4]), k[4])
        self.dense2 = glorot(nn.Linear(512, 10, key=k[5]), k[5])
        self.dropouts = [nn.Dropout(p) for p in (0.25, 0.25, 0.5)]

    def __call__(self, x, *, key=None):
        keys = [None] * 3 if key is None else jax.random.split(key, 3)
        x = self.conv2(relu(self.conv1(x)))
        x = self.dropouts[0](relu(max_pool(x)), key=keys[0])  # 50 x 16 x 16
        x = self.conv4(relu(self.conv3(x)))
        x = self.dropouts[1](relu(max_pool(x)), key=keys[1])  # 100 x 8 x 8
        x = self.dropouts[2](relu(self.dense1(x.ravel())), key=keys[2])
        return self.dense2(x)  # logits: the loss applies the softmax


model_key, key = jax.random.split(jax.random.key(SEED))
model = CNN(model_key)
sizes = [p.size for p in jax.tree.leaves(eqx.filter(model, eqx.is_array))]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# `vmap` adds the batch axis, and each image gets its own key for dropout. The
# `filter_` functions sort arrays, which are traced, from all else in the tree.
# Nothing is updated in place: a training step returns a new model and state.

# %%
optimizer = optax.sgd(LEARNING_RATE, momentum=MOMENTUM, nesterov=False)


@eqx.filter_value_and_grad
def loss_and_grads(model, images, labels, key):
    logits = jax.vmap(model)(images, key=jax.random.split(key, len(images)))
    cross_entropy = optax.softmax_cross_entropy_with_integer_labels
    return cross_entropy(logits, labels).mean()


@eqx.filter_jit
def train_step(model, state, images, labels, key):
    loss, grads = loss_and_grads(model, images, labels, key)
    updates, state = optimizer.update(grads, state)
    return eqx.apply_updates(model, updates), state, loss


state = optimizer.init(eqx.filter(model, eqx.is_array))

# %% train [markdown]
# A key is used once: each training step splits off its own. Results are
# promises: a clock is read only after `item()` or `block_until_ready()`. The
# first training step also compiles.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        key, step_key = jax.random.split(key)
        model, state, loss = train_step(model, state, images, labels, step_key)
        if step % 20 == 0:
            train_losses.append(loss.item())
            marks.append(time.perf_counter())
    loss.block_until_ready()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# `inference_mode` returns a copy of the model with dropout off, which needs no
# key. JAX computes gradients only where they are asked for.

# %%
forward = eqx.filter_jit(lambda model, images: jax.vmap(model)(images))
trained = nn.inference_mode(model)
batches = x_test.reshape(-1, 100, 3, 32, 32)
logits = [forward(trained, x) for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Layouts are the reference's, but a convolution's bias is (out, 1, 1). In
# `inference_mode` keys are ignored. Gradients stay inside `train_step`, so they
# are asked for once more. The twin stays as it was loaded, however many
# training steps start from it.

# %%
ref = reference("cnn")
weights = ref["weights"]
find = {name: attrgetter(name) for name in weights}


def arrays(tree):
    leaves = {name: np.asarray(find[name](tree)) for name in weights}
    return {name: a.reshape(weights[name].shape) for name, a in leaves.items()}


fresh = nn.inference_mode(CNN(model_key))
initial = fingerprint(arrays(fresh))
loaded = [jnp.reshape(w, find[n](fresh).shape) for n, w in weights.items()]
twin = eqx.tree_at(lambda own: [find[n](own) for n in weights], fresh, loaded)


# %%
def train(steps):
    model, losses = twin, []
    state = optimizer.init(eqx.filter(twin, eqx.is_array))
    for _ in range(steps):
        model, state, loss = train_step(model, state, *batch, key)
        losses.append(loss.item())
    now = arrays(model)
    return losses, fingerprint({n: now[n] - w for n, w in weights.items()})


batch = ref["images"], ref["labels"]
logits = forward(twin, batch[0])
losses, _ = train(3)

batch = ref["margin_images"], ref["margin_labels"]
_, grads = eqx.filter_jit(loss_and_grads)(twin, *batch, key)
gradients = fingerprint(arrays(grads))
changes = [train(1)[1], train(3)[1]]

# %% results
images = jax.device_put(x_train[:1000])
means = images.mean((0, 2, 3)).tolist()
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
