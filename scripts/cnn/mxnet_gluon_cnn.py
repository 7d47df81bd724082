# %% [markdown]
# # CNN on CIFAR-10 in MXNet Gluon

# %% setup [markdown]
# MXNet reads its environment when it is imported. It would use half of the
# processors it sees, for hyper-threading; and only NVIDIA's own variable keeps
# the GPU from rounding to TF32. cuDNN's autotuner is on by default.

# %%
import os
import time
from operator import attrgetter

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))
os.environ["NVIDIA_TF32_OVERRIDE"] = "0"

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

from rosetta.datasets import cifar10, fingerprint, minibatches, reference

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

# %% hyperparameters tags=["parameters"]
EPOCHS = 10
BATCH_SIZE = 64
LEARNING_RATE = 0.01
MOMENTUM = 0.9
SEED = 0
TRAIN_IMAGES = 50_000
TEST_IMAGES = 10_000

# %% data [markdown]
# Convolutions want channels first. `nd.array` copies to the device and makes
# everything `float32` unless told otherwise; the loss takes class indices so.

# %%
(x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
x_train, y_train = x_train[:TRAIN_IMAGES], y_train[:TRAIN_IMAGES]
x_test, y_test = x_test[:TEST_IMAGES], y_test[:TEST_IMAGES]
print(x_train.shape, x_train.dtype, y_train.shape, y_train.dtype)


def to_device(images, labels):
    return nd.array(images, ctx=device), nd.array(labels, ctx=device)


# %% model [markdown]
# `hybridize` compiles the forward pass on its first call and keeps its memory.
# Input sizes are optional, but with them the weights exist at once. `Xavier()`
# is Glorot-uniform; Gluon's default is uniform in ±0.07. Biases start at zero.


# %%
class CNN(gluon.HybridBlock):
    def __init__(self, dropout=(0.25, 0.25, 0.5)):
        super().__init__()
        self.dropout = dropout
        with self.name_scope():
            self.conv1 = nn.Conv2D(50, 3, padding=1, in_channels=3)
            self.conv2 = nn.Conv2D(50, 3, padding=1, in_channels=50)
            self.conv3 = nn.Conv2D(100, 3, padding=1, in_channels=50)
            self.conv4 = nn.Conv2D(100, 3, padding=1, in_channels=100)
            self.dense1 = nn.Dense(512, in_units=100 * 8 * 8)
            self.dense2 = nn.Dense(10, in_units=512)
            self.max_pool = nn.MaxPool2D(pool_size=2, strides=2)
        self.initialize(mx.init.Xavier(), ctx=device)
        self.hybridize(static_alloc=True, static_shape=True)

    def hybrid_forward(self, F, x):
        x = self.conv2(F.relu(self.conv1(x)))
        x = F.relu(self.max_pool(x))  # 50 x 16 x 16
        x = F.Dropout(x, self.dropout[0])
        x = self.conv4(F.relu(self.conv3(x)))
        x = F.relu(self.max_pool(x))  # 100 x 8 x 8
        x = F.Dropout(x, self.dropout[1])
        x = F.relu(self.dense1(x))  # dense layers flatten
        x = F.Dropout(x, self.dropout[2])
        return self.dense2(x)  # logits: the loss applies the softmax


mx.random.seed(SEED)
model = CNN()
sizes = [p.data().size for p in model.collect_params().values()]
print(f"{sum(sizes):,} parameters")

# %% optimizer [markdown]
# The loss is one number per image, and `backward` sums their gradients:
# `trainer.step` divides by the batch size it is told. `record` also switches
# dropout on: Gluon's models have no switch for it.

# %%
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()


def make_trainer(model):
    sgd = {"learning_rate": LEARNING_RATE, "momentum": MOMENTUM}
    return gluon.Trainer(model.collect_params(), "sgd", sgd)


def train_step(model, trainer, images, labels):
    with autograd.record():
        losses = cross_entropy(model(images), labels)
    losses.backward()
    trainer.step(len(images))
    return losses.mean()


trainer = make_trainer(model)

# %% train [markdown]
# The engine queues operators and returns before they have run, on the CPU too:
# a clock is read only after `asscalar()` or `waitall()`, which wait.

# %%
epoch_seconds, step_seconds, train_losses = [], [], []
for epoch in range(EPOCHS):
    marks = [time.perf_counter()]
    batches = minibatches(x_train, y_train, BATCH_SIZE, seed=SEED + epoch)
    for step, (images, labels) in enumerate(batches, start=1):
        loss = train_step(model, trainer, *to_device(images, labels))
        if step % 20 == 0:
            train_losses.append(float(loss.asscalar()))
            marks.append(time.perf_counter())
    nd.waitall()
    epoch_seconds.append(time.perf_counter() - marks[0])
    step_seconds += [(b - a) / 20 for a, b in zip(marks, marks[1:])]
    loss = loss.asscalar()
    print(f"epoch {epoch + 1:2}  loss {loss:.3f}  {epoch_seconds[-1]:.2f} s")

# %% predict [markdown]
# Outside `autograd.record` nothing is recorded and dropout is off.

# %%
batches = x_test.reshape(-1, 100, 3, 32, 32)
logits = [model(nd.array(x, ctx=device)).asnumpy() for x in batches]
predicted = np.concatenate(logits).argmax(axis=1)

# %% evaluate
test_accuracy = float((predicted == y_test).mean())
print(f"test accuracy {test_accuracy:.4f}")

# %% parity [markdown]
# Gluon's layouts are the reference's. The twin is built without dropout:
# `record(train_mode=False)` would switch it off, but on a CPU max-pooling then
# forgets where the maxima were, and gradients are wrong. `grad()` holds the sum
# over the batch; the reference is the gradient of the mean.

# %%
ref = reference("cnn")
weights = ref["weights"]
twin = CNN(dropout=(0, 0, 0))
parameters = {name: attrgetter(name)(twin) for name in weights}
initial = fingerprint({n: p.data().asnumpy() for n, p in parameters.items()})


def load_reference():
    for name, parameter in parameters.items():
        parameter.set_data(weights[name])
    return make_trainer(twin)  # without velocity


trainer = load_reference()
batch = to_device(ref["images"], ref["labels"])
logits = twin(batch[0])
losses = [train_step(twin, trainer, *batch).asscalar() for _ in range(3)]


# %%
def change_after(steps):
    for _ in range(steps):
        train_step(twin, trainer, *batch)
    now = {name: p.data().asnumpy() for name, p in parameters.items()}
    return fingerprint({name: now[name] - w for name, w in weights.items()})


trainer = load_reference()
batch = to_device(ref["margin_images"], ref["margin_labels"])
changes = [change_after(1)]
means = {n: p.grad().asnumpy() / len(batch[0]) for n, p in parameters.items()}
gradients = fingerprint(means)
changes.append(change_after(2))  # two more

# %% results
images = to_device(x_train[:1000], y_train[:1000])[0].asnumpy()
means = images.mean((0, 2, 3), dtype=np.float64).tolist()
{
    "device": "cuda" if logits.context.device_type == "gpu" else "cpu",
    "epoch_seconds": epoch_seconds,
    "step_seconds": step_seconds,
    "train_losses": train_losses,
    "test_accuracy": test_accuracy,
    "images": {"largest": float(images.max()), "channel_means": means},
    "parity": {
        "initial": initial,
        "logits": logits.asnumpy().tolist(),
        "gradients": gradients,
        "losses": [float(loss) for loss in losses],
        "changes": changes,
    },
}
