# %% [markdown]
# # The libraries of a build: Chainer

# %% setup [markdown]
# iDeep's MKL, too, has to be told to use fast code on other makers' processors.

# %%
import os
import time

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import chainer
import chainer.functions as F
import numpy as np
from chainer.backends import intel64

print(f"Chainer {chainer.__version__}, iDeep: {intel64.is_ideep_available()}")

# %% experiment [markdown]
# The CNN's second convolution, forward and backward, with iDeep, which is
# oneDNN's kernels, and with NumPy, which is all that Chainer needs.

# %%
rng = np.random.RandomState(0)


def randn(*shape):
    return chainer.Variable(rng.standard_normal(shape).astype(np.float32))


x, w, b = randn(64, 50, 32, 32), randn(50, 50, 3, 3), randn(50)
dy = randn(64, 50, 32, 32)


def seconds(use_ideep):
    with chainer.using_config("use_ideep", use_ideep):
        start = time.perf_counter()
        for _ in range(2):
            y = F.convolution_2d(x, w, b, pad=1)
            chainer.grad([y], [x, w, b], [dy])
        return (time.perf_counter() - start) / 2


pairs = [(seconds("auto"), seconds("never")) for _ in range(6)][1:]
with_, without = map(list, zip(*pairs))
print(f"with iDeep {min(with_):.4f} s, without {min(without):.4f} s")

# %% results [markdown]
# Seconds of one forward and backward pass.

# %%
{"device": "cpu", "with": with_, "without": without}
