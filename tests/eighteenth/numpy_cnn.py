# %% [markdown]
# # CNN on CIFAR-10 in NumPy

# %% setup [markdown]
# NumPy has arrays and no gradients: every layer here is a pair of functions,
# one forward, one backward.

# %%
import time

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

print(f"NumPy {np.__version__}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)

# %% model [markdown]
# Parameters are a dict of arrays. A backward function takes the gradient of
# what the forward one returned, and adds the parameters' to `grads`.

# %%
SHAPES = {
    "conv1": (50, 3, 3, 3),
    "conv2": (50, 50, 3, 3),
    "conv3": (100, 50, 3, 3),
    "conv4": (100, 100, 3, 3),
    "dense1": (512, 100 * 8 * 8),
    "dense2": (10, 512),
}


def init_params(rng):
    """Glorot-uniform weights, zero biases."""
    params = {}
    for name, shape in SHAPES.items():
        fan_in_and_out = (shape[0] + shape[1]) * np.prod(shape[2:])
        bound = np.sqrt(6 / fan_in_and_out)
        weight = rng.uniform(-bound, bound, shape)
        params[name + ".weight"] = weight.astype(np.float32)
        params[name + ".bias"] = np.zeros(shape[0], np.float32)
    return params


def patches(x):
    """Lay out what each 3 x 3 kernel sees: (images x height x width, 9 c)."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    seen = sliding_window_view(padded, (3, 3), axis=(2, 3))
    return seen.transpose(0, 2, 3, 1, 4, 5).reshape(-1, 9 * x.shape[1])


def conv(params, name, x):
    weight, bias = params[name + ".weight"], params[name + ".bias"]
    n, _, height, width = x.shape
    columns = patches(x)
    out = columns @ weight.reshape(len(weight), -1).T + bias
    out = out.reshape(n, height, width, -1).transpose(0, 3, 1, 2)

    def backward(grad, grads):
        rows = grad.transpose(0, 2, 3, 1).reshape(-1, len(weight))
        grads[name + ".weight"] = (rows.T @ columns).reshape(weight.shape)
        grads[name + ".bias"] = rows.sum(0)
        turned = weight[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
        back = patches(grad) @ turned.reshape(len(turned), -1).T
        return back.reshape(n, height, width, -1).transpose(0, 3, 1, 2)

    return out, backward


def dense(params, name, x):
    weight = params[name + ".weight"]

    def backward(grad, grads):
        grads[name + ".weight"] = grad.T @ x
        grads[name + ".bias"] = grad.sum(0)
        return grad @ weight

    return x @ weight.T + params[name + ".bias"], backward


def relu(x):
    return np.maximum(x, 0), lambda grad, grads: grad * (x > 0)


def max_pool(x):
    n, c, height, width = x.shape
    blocks = x.reshape(n, c, height // 2, 2, width // 2, 2)
    blocks = blocks.transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
    winner = np.arange(len(blocks)), blocks.argmax(1)

    def backward(grad, grads):
        back = np.zeros_like(blocks)
        back[winner] = grad.ravel()
        back = back.reshape(n, c, height // 2, width // 2, 2, 2)
        return back.transpose(0, 1, 2, 4, 3, 5).reshape(x.shape)

    return blocks[winner].reshape(n, c, height // 2, width // 2), backward


def dropout(x, rate, rng):
    kept = (rng.random_sample(x.shape) >= rate).astype(np.float32) / (1 - rate)
    return x * kept, lambda grad, grads: grad * kept


def flatten(x):
    return x.reshape(len(x), -1), lambda grad, grads: grad.reshape(x.shape)


# %%
def forward(params, x, rng=None):
    """Return logits and the way back; without a generator nothing drops."""
    layers = [
        lambda x: conv(params, "conv1", x),
        relu,
        lambda x: conv(params, "conv2", x),
        max_pool,
        relu,
        lambda x: dropout(x, 0.25, rng),
        lambda x: conv(params, "conv3", x),
        relu,
        lambda x: conv(params, "conv4", x),
        max_pool,
        relu,
        lambda x: dropout(x, 0.25, rng),
        flatten,
        lambda x: dense(params, "dense1", x),
        relu,
        lambda x: dropout(x, 0.5, rng),
        lambda x: dense(params, "dense2", x),
    ]
    if rng is None:
        del layers[15], layers[11], layers[5]
    way_back = []
    for layer in layers:
        x, backward = layer(x)
        way_back.insert(0, backward)
    return x, way_back


params = init_params(np.random.RandomState(SEED))
print(f"{sum(p.size for p in params.values()):,} parameters")


# %% optimizer
def loss_and_grads(params, images, labels, rng=None):
    logits, way_back = forward(params, images, rng)
    logits = logits - logits.max(1, keepdims=True)
    log_sums = np.log(np.exp(logits).sum(1, keepdims=True))
    chosen = np.arange(len(labels)), labels
    grad = np.exp(logits - log_sums)
    grad[chosen] -= 1
    grad, grads = grad / np.float32(len(labels)), {}
    for backward in way_back:
        grad = backward(grad, grads)
    return (log_sums.ravel() - logits[chosen]).mean(), grads


def train_step(params, velocity, images, labels, rng=None):
    loss, grads = loss_and_grads(params, images, labels, rng)
    for name, grad in grads.items():
        velocity[name] = MOMENTUM * velocity.get(name, 0) + grad
        params[name] = params[name] - LEARNING_RATE * velocity[name]
    return loss


velocity = {}

# %% train
rng = np.random.RandomState(SEED)
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(params, velocity, images, labels, rng)
        if step % 20 == 0:
            train_losses.append(float(loss))
            marks.append(time.perf_counter())
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict
batches = x_test.reshape(-1, 100, 3, 32, 32)
logits = [forward(params, batch)[0] for batch in batches]
predicted = np.concatenate(logits).argmax(1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity
ref = reference("cnn")
initial = fingerprint(init_params(np.random.RandomState(SEED)))
twin, velocity = dict(ref["weights"]), {}
batch = ref["images"], ref["labels"]
logits, _ = forward(twin, batch[0])
losses = [float(train_step(twin, velocity, *batch)) for _ in range(3)]

twin, velocity = dict(ref["weights"]), {}
batch = ref["margin_images"], ref["margin_labels"]
gradients = fingerprint(loss_and_grads(twin, *batch)[1])


def change_after(steps):
    for _ in range(steps):
        train_step(twin, velocity, *batch)
    return fingerprint({n: twin[n] - w for n, w in ref["weights"].items()})


changes = [change_after(1), change_after(2)]

# %% results
means = x_train[:1000].mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(x_train[:1000].max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.tolist(),
        "gradients": gradients,
        "losses": losses,
        "changes": changes,
    },
}
