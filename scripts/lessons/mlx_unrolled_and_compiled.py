# %% [markdown]
# # An unrolled recurrence, compiled: MLX

# %% setup [markdown]
# On a CPU `mx.compile` writes C++ and has a compiler translate it: the first
# call takes its time.

# %%
import os
import time

os.environ["MLX_ENABLE_TF32"] = "0"

import mlx.core as mx

BATCH_SIZE, FEATURES, UNITS, LENGTH, REPEATS = 64, 125, 100, 150, 8
SHORT = 30
print(f"MLX {mx.__version__} on {mx.default_device()}")

# %% experiment [markdown]
# A GRU whose loop over the tokens is unrolled into the graph. Measured are the
# seconds of one forward and one backward pass, compiled and not.


# %%
def loss(weights, words):
    w_ih, w_hh, b_ih, b_hh = weights
    inputs = mx.addmm(b_ih, words, w_ih.T)
    h = mx.zeros((1, BATCH_SIZE, UNITS))
    for given in mx.split(inputs, len(words)):
        kept = mx.addmm(b_hh, h, w_hh.T)
        r_in, z_in, n_in = mx.split(given, 3, axis=-1)
        r_hid, z_hid, n_hid = mx.split(kept, 3, axis=-1)
        r, z = mx.sigmoid(r_in + r_hid), mx.sigmoid(z_in + z_hid)
        n = mx.tanh(n_in + r * n_hid)
        h = (1 - z) * n + z * h
    return h.square().mean()


def seconds(function, words):
    start = time.perf_counter()
    mx.eval(function(weights, words))
    return time.perf_counter() - start


def both_ways(words):
    compiled, with_, without = mx.compile(plain), [], []
    for _ in range(1 + REPEATS):  # the first pair warms up, and compiles
        with_.append(seconds(compiled, words))
        without.append(seconds(plain, words))
    return with_[1:], without[1:]


# %%
mx.random.seed(0)
shapes = [(3 * UNITS, FEATURES), (3 * UNITS, UNITS), (3 * UNITS,), (3 * UNITS,)]
weights = [mx.random.uniform(-0.1, 0.1, shape) for shape in shapes]
words = mx.random.normal((LENGTH, BATCH_SIZE, FEATURES))
mx.eval(weights, words)
plain = mx.value_and_grad(loss)

with_, without = both_ways(words)
print(f"compiled {min(with_):.3f} s, not compiled {min(without):.3f} s")
few = [min(turns) for turns in both_ways(words[:SHORT])]
print(f"of {SHORT} tokens: {few[0]:.3f} s, {few[1]:.3f} s")

# %% results
device = "cuda" if mx.cuda.is_available() else "cpu"
notes = {f"{SHORT} tokens, compiled": few[0], f"{SHORT} tokens, not": few[1]}
{"device": device, "with": with_, "without": without, "notes": notes}
