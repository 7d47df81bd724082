# %% [markdown]
# # A layer that ends in a ReLU unasked: Lasagne on Theano

# %% setup [markdown]
# `FAST_COMPILE` leaves the work to NumPy, where C++ would take longer to
# compile than to run. Lasagne imports a module that Theano has renamed since:
# an empty one stands in.

# %%
import os
import sys
from types import ModuleType

folder = os.path.join(sys.prefix, "theano")
flags = "floatX=float32,mode=FAST_COMPILE"
os.environ.setdefault("THEANO_FLAGS", f"{flags},base_compiledir={folder}")

import numpy as np
import theano
from theano.tensor import signal

signal.downsample = ModuleType("theano.tensor.signal.downsample")
sys.modules[signal.downsample.__name__] = signal.downsample

import lasagne
import lasagne.layers as L

print(f"Lasagne {lasagne.__version__} on Theano {theano.__version__}")

BATCH_SIZE, SEEDS = 64, 5

# %% experiment [markdown]
# The last dense layer of the CNN, with weights drawn anew, reads what a ReLU
# gives. Its outputs are meant as logits, of which about half should be below
# zero. What is counted is the share that is not.


# %%
def not_negative(seed, **options):
    lasagne.random.set_rng(np.random.RandomState(seed))
    layer = L.DenseLayer(L.InputLayer((BATCH_SIZE, 512)), 10, **options)
    x = np.random.RandomState(seed).randn(BATCH_SIZE, 512).astype(np.float32)
    logits = L.get_output(layer, np.maximum(x, 0)).eval()
    return 100 * float((logits >= 0).mean())


with_ = [not_negative(seed) for seed in range(SEEDS)]
without = [not_negative(seed, nonlinearity=None) for seed in range(SEEDS)]
print(f"not negative: {with_[0]:.0f} % and {without[0]:.0f} %")

# %% results [markdown]
# The percentage of outputs that are not negative, seed by seed.

# %%
{"device": theano.config.device, "with": with_, "without": without}
