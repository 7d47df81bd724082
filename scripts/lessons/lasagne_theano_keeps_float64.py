# %% [markdown]
# # An integer that makes Theano compute in float64: Lasagne on Theano

# %% setup [markdown]
# What has no type gets `floatX`. `FAST_COMPILE` leaves the work to NumPy, where
# C++ would take longer to compile than to run.

# %%
import os
import sys

folder = os.path.join(sys.prefix, "theano")
flags = "floatX=float32,mode=FAST_COMPILE"
os.environ.setdefault("THEANO_FLAGS", f"{flags},base_compiledir={folder}")

import numpy as np
import theano
import theano.tensor as T

print(f"Theano {theano.__version__}, floatX {theano.config.floatX}")

SHAPES = [(30_000, 125), (300, 125), (300, 100)]

# %% experiment [markdown]
# Adam's rate depends on the number of the training step. The same formula is
# compiled with an `int64` count and with one in `float32`; what is measured is
# the memory of the step that it gives for each of the GRU's matrices.


# %%
def mebibytes(count, shape):
    moment = T.matrix("moment")
    steps = theano.shared(count)
    rate = 0.001 * T.sqrt(1 - 0.999**steps) / (1 - 0.9**steps)
    move = theano.function([moment], rate * moment)
    result = move(np.ones(shape, np.float32))
    print(f"{steps.dtype} and {moment.dtype} give {result.dtype}")
    return result.nbytes / 2**20


with_ = [mebibytes(np.int64(1), shape) for shape in SHAPES]
without = [mebibytes(np.float32(1), shape) for shape in SHAPES]

# %% results [markdown]
# Mebibytes of the step, matrix by matrix.

# %%
{"device": theano.config.device, "with": with_, "without": without}
