# %% [markdown]
# # A loop over time in Python: Chainer

# %% setup

# %%
import time

import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

BATCH_SIZE, LENGTH, FEATURES, UNITS, REPEATS = 64, 150, 125, 100, 5
print(f"Chainer {chainer.__version__}")

# %% experiment [markdown]
# A GRU's loop over the tokens, whose inputs are multiplied by their weights
# all at once. A time step's part is taken from `separate`, called once, or
# by its index. Measured are the seconds of one forward and backward pass.

# %%
np.random.seed(0)
words = np.random.randn(BATCH_SIZE, LENGTH, FEATURES).astype(np.float32)
of_input = L.Linear(FEATURES, 3 * UNITS)
of_state = L.Linear(UNITS, 3 * UNITS)


def separated(inputs):
    return F.separate(inputs, axis=1)


def indexed(inputs):
    return (inputs[:, t] for t in range(LENGTH))


def seconds(parts):
    start = time.perf_counter()
    h = chainer.Variable(np.zeros((BATCH_SIZE, UNITS), np.float32))
    for given in parts(of_input(words, n_batch_axes=2)):
        r_in, z_in, n_in = F.split_axis(given, 3, axis=1)
        r_hid, z_hid, n_hid = F.split_axis(of_state(h), 3, axis=1)
        r, z = F.sigmoid(r_in + r_hid), F.sigmoid(z_in + z_hid)
        h = (1 - z) * F.tanh(n_in + r * n_hid) + z * h
    F.sum(h).backward()
    return time.perf_counter() - start


# %%
with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(separated))
    without.append(seconds(indexed))
with_, without = with_[1:], without[1:]
print(f"separate {min(with_):.3f} s, index {min(without):.3f} s")

# %% results
{"device": "cpu", "with": with_, "without": without}
