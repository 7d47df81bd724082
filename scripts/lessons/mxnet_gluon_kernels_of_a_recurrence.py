# %% [markdown]
# # Several kernels for one recurrence: MXNet Gluon

# %% setup [markdown]
# `rnn.GRU` is one operator, cuDNN's on a GPU; `rnn.GRUCell` is a dozen of them,
# for one time step.

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import rnn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
BATCH_SIZE, LENGTH, FEATURES, UNITS, REPEATS = 64, 150, 125, 100, 8
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# The same weights in the fused layer and in an unrolled cell, both compiled
# with `hybridize`. Measured are the seconds of one forward and one backward
# pass.


# %%
class Layer(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.gru = rnn.GRU(UNITS, input_size=FEATURES)

    def hybrid_forward(self, F, words):
        outputs = self.gru(words)
        last = F.slice_axis(outputs, axis=0, begin=-1, end=None)
        return F.squeeze(last, axis=0)


class Loop(gluon.HybridBlock):
    def __init__(self):
        super().__init__()
        self.cell = rnn.GRUCell(UNITS, input_size=FEATURES)

    def hybrid_forward(self, F, words):
        start = [F.zeros((BATCH_SIZE, UNITS))]
        return self.cell.unroll(LENGTH, words, start, layout="TNC")[0][-1]


# %%
mx.random.seed(0)
words = nd.random.normal(shape=(LENGTH, BATCH_SIZE, FEATURES), ctx=device)
layer, loop = Layer(), Loop()
for model in (layer, loop):
    model.initialize(mx.init.Xavier(), ctx=device)
    model.hybridize(static_alloc=True, static_shape=True)
for kind in ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias"):
    weight = getattr(layer.gru, "l0_" + kind).data()
    getattr(loop.cell, kind).set_data(weight)


def seconds(model):
    nd.waitall()
    start = time.perf_counter()
    with autograd.record():
        output = model(words)
    output.backward()
    nd.waitall()
    return time.perf_counter() - start


# %%
distance = float((layer(words) - loop(words)).abs().max().asscalar())
print(f"the outputs differ by {distance:.1e}")

with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(layer))
    without.append(seconds(loop))
with_, without = with_[1:], without[1:]
print(f"layer {min(with_):.3f} s, loop {min(without):.3f} s")

# %% results
{
    "device": "cuda" if device.device_type == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {"distance of the outputs": distance},
}
