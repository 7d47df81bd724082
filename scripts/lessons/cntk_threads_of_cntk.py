# %% [markdown]
# # Two threads for small matrix products: CNTK

# %% setup [markdown]
# A variable opens AVX2 to processors not Intel's. How long an idle thread spins
# before it sleeps is set by a call of Intel's OpenMP, as `KMP_BLOCKTIME` would.

# %%
import ctypes
import os
import time

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import cntk as C
import numpy as np
from cntk.layers import Fold

device = C.use_default_device()
print(f"CNTK {C.__version__} on {device}, {os.cpu_count()} processors")

BATCH_SIZE, LENGTH, STEPS = 64, 150, 2
SLEEP, SPIN = 0, 200  # milliseconds; the second is the default

# %% experiment [markdown]
# The GRU of the workload, without its embedding, goes forward and backward
# over a batch: with two threads that sleep while they wait, then with one, in
# turn. Beside that, two threads that spin.

# %%
x = C.sequence.input_variable(125)
W_ih, W_hh = (C.parameter((n, 300), C.glorot_uniform()) for n in (125, 100))
b_ih, b_hh = (C.parameter(300, 0) for _ in range(2))


def gates(w):
    return [C.slice(w, -1, i, i + 100) for i in (0, 100, 200)]


def cell(h, word):
    r_in, z_in, n_in = gates(C.times(word, W_ih) + b_ih)
    r_hid, z_hid, n_hid = gates(C.times(h, W_hh) + b_hh)
    r, z = C.sigmoid(r_in + r_hid), C.sigmoid(z_in + z_hid)
    n = C.tanh(n_in + r * n_hid)
    return (1 - z) * n + z * h


total = C.reduce_sum(Fold(cell)(x))
words = np.random.RandomState(0).randn(BATCH_SIZE, LENGTH, 125)
words = words.astype(np.float32)


# %%
openmp = ctypes.CDLL("libiomp5.so")  # CNTK has loaded it


def seconds(threads, block_time):
    openmp.kmp_set_blocktime(block_time)
    C.cntk_py.set_max_num_cputhreads(threads)
    start = time.perf_counter()
    for _ in range(STEPS):
        total.grad({x: words}, wrt=[W_ih, W_hh, b_ih, b_hh])
    return (time.perf_counter() - start) / STEPS


pairs = [(seconds(2, SLEEP), seconds(1, SLEEP)) for _ in range(6)][1:]
with_, without = map(list, zip(*pairs))
print(f"two threads {min(with_):.4f} s, one {min(without):.4f} s")
spinning = min(seconds(2, SPIN) for _ in range(6))
print(f"two threads that spin {spinning:.4f} s")

# %% results [markdown]
# Seconds of one forward and backward pass.

# %%
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
    "with": with_,
    "without": without,
    "notes": {"two threads that spin": spinning},
}
