# %% [markdown]
# # Time first, or the batch: MXNet Gluon

# %% setup

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import mxnet as mx
from mxnet import autograd, gluon, nd
from mxnet.gluon import nn, rnn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
BATCH_SIZE, LENGTH, VOCABULARY, REPEATS = 64, 150, 30_000, 20
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# The workload's embedding, GRU and last output, once with time first, from
# transposed tokens, once with the batch first. Measured are the seconds of one
# forward and one backward pass.


# %%
class Recurrent(gluon.HybridBlock):
    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = rnn.GRU(100, layout=layout, input_size=125)
        self.initialize(mx.init.Xavier(), ctx=device)
        self.hybridize(static_alloc=True, static_shape=True)

    def hybrid_forward(self, F, reviews):
        axis = self.layout.find("T")
        words = self.embedding(reviews if axis else F.transpose(reviews))
        outputs = self.gru(words)
        return F.slice_axis(outputs, axis=axis, begin=-1, end=None)


mx.random.seed(0)
time_first, batch_first = Recurrent("TNC"), Recurrent("NTC")
reviews = nd.random.randint(0, VOCABULARY, (BATCH_SIZE, LENGTH), ctx=device)
reviews = reviews.astype("float32")


def seconds(model):
    nd.waitall()
    start = time.perf_counter()
    with autograd.record():
        output = model(reviews)
    output.backward()
    nd.waitall()
    return time.perf_counter() - start


# %%
with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(time_first))
    without.append(seconds(batch_first))
with_, without = with_[1:], without[1:]
print(f"time first {min(with_):.4f} s, batch first {min(without):.4f} s")

# %% results
cuda = device.device_type == "gpu"
{"device": "cuda" if cuda else "cpu", "with": with_, "without": without}
