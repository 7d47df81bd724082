# %% [markdown]
# # NumPy in the training loop: MXNet Gluon

# %% setup

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

BATCH_SIZE, STEPS, TURNS = 64, 4, 5

# %% experiment [markdown]
# The CNN takes four training steps and keeps count of what it tells right:
# once with NumPy, after each step, once on the device, in MXNet's own arrays.
# Both take five turns, of which the fastest counts: a machine has slow seconds.


# %%
def build_cnn():
    conv = {"kernel_size": 3, "padding": 1}
    model = nn.HybridSequential()
    for channels in (50, 100):
        model.add(nn.Conv2D(channels, activation="relu", **conv))
        model.add(nn.Conv2D(channels, **conv))
        model.add(nn.MaxPool2D(pool_size=2, strides=2))
        model.add(nn.Activation("relu"), nn.Dropout(0.25))
    model.add(nn.Dense(512, activation="relu"), nn.Dropout(0.5), nn.Dense(10))
    model.initialize(mx.init.Xavier(), ctx=device)
    model.hybridize(static_alloc=True, static_shape=True)
    return model


model = build_cnn()
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
sgd = {"learning_rate": 0.01, "momentum": 0.9}
trainer = gluon.Trainer(model.collect_params(), "sgd", sgd)
rng = np.random.RandomState(0)
x_train = rng.rand(BATCH_SIZE * STEPS, 3, 32, 32).astype(np.float32)
y_train = rng.randint(10, size=BATCH_SIZE * STEPS).astype(np.int32)


def train_step(images, labels):
    with autograd.record():
        logits = model(images)
        losses = cross_entropy(logits, labels)
    losses.backward()
    trainer.step(BATCH_SIZE)
    return logits


# %%
def seconds(use_numpy):
    nd.waitall()
    start = time.perf_counter()
    correct = 0
    for rows in np.split(rng.permutation(len(x_train)), STEPS):
        images = nd.array(x_train[rows], ctx=device)
        labels = nd.array(y_train[rows], ctx=device)
        logits = train_step(images, labels)
        if use_numpy:
            predicted = logits.asnumpy().argmax(axis=1)
            correct += (predicted == labels.asnumpy()).sum()
        else:
            correct = correct + (logits.argmax(axis=1) == labels).sum()
    if not use_numpy:
        correct = correct.asscalar()
    nd.waitall()
    return (time.perf_counter() - start) / STEPS


def fastest():
    turns = [(seconds(True), seconds(False)) for _ in range(TURNS)]
    return [min(each) for each in zip(*turns)]


pairs = [fastest() for _ in range(11)][1:]
with_, without = map(list, zip(*pairs))
print(f"NumPy {min(with_):.4f} s a step, the device {min(without):.4f} s")

# %% results [markdown]
# Seconds of one training step, the count included.

# %%
{
    "device": "cuda" if device.device_type == "gpu" else "cpu",
    "with": with_,
    "without": without,
}
