# %% [markdown]
# # A model that is hybridized: MXNet Gluon

# %% setup

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn, rnn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
print(f"MXNet {mx.__version__} on {device}")

BATCH_SIZE, LENGTH, STEPS = 64, 150, 4

# %% experiment [markdown]
# Two copies of the GRU take four training steps in turn: one is hybridized and
# keeps its memory and its shapes, one runs operator by operator. The same is
# done with the CNN's first two convolutions, for the notes.


# %%
class GRU(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        with self.name_scope():
            self.embedding = nn.Embedding(30_000, 125)
            self.gru = rnn.GRU(100, layout="TNC", input_size=125)
            self.dense = nn.Dense(2, in_units=100)

    def hybrid_forward(self, F, reviews):
        outputs = self.gru(self.embedding(F.transpose(reviews)))
        last = F.slice_axis(outputs, axis=0, begin=-1, end=None)
        return self.dense(F.squeeze(last, axis=0))


def build_cnn():
    model = nn.HybridSequential()
    model.add(nn.Conv2D(50, 3, padding=1), nn.Conv2D(50, 3, padding=1))
    model.add(nn.MaxPool2D(2, 2), nn.Activation("relu"), nn.Dense(10))
    return model


# %%
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
rng = np.random.RandomState(0)
reviews = nd.array(rng.randint(30_000, size=(BATCH_SIZE, LENGTH)), ctx=device)
images = nd.array(rng.rand(BATCH_SIZE, 3, 32, 32), ctx=device)
labels = nd.array(rng.randint(2, size=BATCH_SIZE), ctx=device)


def seconds(model, inputs):
    trainer = gluon.Trainer(model.collect_params(), "sgd")
    nd.waitall()
    start = time.perf_counter()
    for _ in range(STEPS):
        with autograd.record():
            losses = cross_entropy(model(inputs), labels)
        losses.backward()
        trainer.step(BATCH_SIZE)
    nd.waitall()
    return (time.perf_counter() - start) / STEPS


def compare(build, inputs):
    hybrid, plain = build(), build()
    for model in (hybrid, plain):
        model.initialize(mx.init.Xavier(), ctx=device)
    hybrid.hybridize(static_alloc=True, static_shape=True)
    models = hybrid, plain
    pairs = [[seconds(m, inputs) for m in models] for _ in range(8)]
    return map(list, zip(*pairs[1:]))


# %%
with_, without = compare(GRU, reviews)
print(f"hybridized {min(with_):.4f} s a step, plain {min(without):.4f} s")
hybrid, plain = map(np.median, compare(build_cnn, images))
print(f"two convolutions: {hybrid:.4f} s and {plain:.4f} s")

# %% results [markdown]
# Seconds of one training step.

# %%
{
    "device": "cuda" if device.device_type == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {
        "two convolutions, hybridized": float(hybrid),
        "two convolutions, plain": float(plain),
    },
}
