# %% [markdown]
# # A loop over time in Python: MLX

# %% setup

# %%
import os
import time

os.environ["MLX_ENABLE_TF32"] = "0"

import mlx.core as mx

BATCH_SIZE, LENGTH, FEATURES, UNITS, REPEATS = 64, 150, 125, 100, 5
print(f"MLX {mx.__version__} on {mx.default_device()}")

# %% experiment [markdown]
# A GRU's loop over the tokens, whose inputs are multiplied by their weights
# all at once. A time step's part is taken from `split`, called once, or by its
# index. Measured are the seconds of one forward and backward pass.


# %%
def parted(inputs):
    return [part.squeeze(1) for part in mx.split(inputs, LENGTH, axis=1)]


def indexed(inputs):
    return [inputs[:, t] for t in range(LENGTH)]


def gradient(parts):
    def loss(weights, words):
        w_ih, w_hh = weights
        h = mx.zeros((BATCH_SIZE, UNITS))
        for given in parts(words @ w_ih):
            r_in, z_in, n_in = mx.split(given, 3, axis=1)
            r_hid, z_hid, n_hid = mx.split(h @ w_hh, 3, axis=1)
            r, z = mx.sigmoid(r_in + r_hid), mx.sigmoid(z_in + z_hid)
            h = (1 - z) * mx.tanh(n_in + r * n_hid) + z * h
        return h.sum()

    return mx.grad(loss)


def seconds(function):
    start = time.perf_counter()
    mx.eval(function(weights, words))
    return time.perf_counter() - start


# %%
mx.random.seed(0)
shapes = [(FEATURES, 3 * UNITS), (UNITS, 3 * UNITS)]
weights = [mx.random.uniform(-0.1, 0.1, shape) for shape in shapes]
words = mx.random.normal((BATCH_SIZE, LENGTH, FEATURES))
mx.eval(weights, words)
once, each = gradient(parted), gradient(indexed)

with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(once))
    without.append(seconds(each))
with_, without = with_[1:], without[1:]
print(f"split {min(with_):.3f} s, index {min(without):.3f} s")

# %% results
device = "cuda" if mx.cuda.is_available() else "cpu"
{"device": device, "with": with_, "without": without}
