# %% [markdown]
# # ReLU after the pool: MXNet Gluon

# %% setup [markdown]
# What the CNN's second convolution hands to its first pool.

# %%
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count()))

import mxnet as mx
import numpy as np
from mxnet import autograd, nd
from mxnet.gluon import nn

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
mx.random.seed(0)
features = nd.random.normal(shape=(64, 50, 32, 32), ctx=device)
errors = nd.random.normal(shape=(64, 50, 16, 16), ctx=device)
features.attach_grad()
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# ReLU and pool in both orders, forward and backward; outputs and gradients are
# the same, number by number.


# %%
def in_order(*layers):
    block = nn.HybridSequential()
    block.add(*layers)
    block.hybridize(static_alloc=True, static_shape=True)
    return block


def forward_backward(block):
    with autograd.record():
        outputs = block(features)
    outputs.backward(errors)
    return outputs.asnumpy(), features.grad.asnumpy()


relu_last = in_order(nn.MaxPool2D(2, strides=2), nn.Activation("relu"))
relu_first = in_order(nn.Activation("relu"), nn.MaxPool2D(2, strides=2))
both = zip(forward_backward(relu_last), forward_backward(relu_first))
assert all(np.array_equal(a, b) for a, b in both)


# %%
def seconds(block):
    start = time.perf_counter()
    for _ in range(20):
        with autograd.record():
            outputs = block(features)
        outputs.backward(errors)
    nd.waitall()
    return (time.perf_counter() - start) / 20


seconds(relu_last), seconds(relu_first)  # warm-up
pairs = [(seconds(relu_last), seconds(relu_first)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"ReLU last {min(with_):.5f} s, ReLU first {min(without):.5f} s")

# %% results [markdown]
# Seconds for both layers, forward and backward.

# %%
name = "cuda" if device.device_type == "gpu" else "cpu"
{"device": name, "with": with_, "without": without}
