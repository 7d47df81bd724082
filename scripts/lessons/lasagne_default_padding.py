# %% [markdown]
# # A convolution that is told nothing about padding: Lasagne on Theano

# %% setup [markdown]
# Lasagne imports a module that Theano has renamed since: an empty one stands
# in. Shapes are known before anything is compiled.

# %%
import os
import sys
from types import ModuleType

folder = os.path.join(sys.prefix, "theano")
os.environ.setdefault("THEANO_FLAGS", f"base_compiledir={folder}")

import numpy as np
import theano
from theano.tensor import signal

signal.downsample = ModuleType("theano.tensor.signal.downsample")
sys.modules[signal.downsample.__name__] = signal.downsample

import lasagne
import lasagne.layers as L

print(f"Lasagne {lasagne.__version__} on Theano {theano.__version__}")

SIDES = [32, 16, 8]  # before and after the pools of the CNN

# %% experiment [markdown]
# A convolution of three by three is told nothing about padding, then to keep
# the size. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"pad": 1}


def positions(side, **options):
    x = L.InputLayer((1, 1, side, side))
    return np.prod(L.Conv2DLayer(x, 1, filter_size=3, **options).output_shape)


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{"device": theano.config.device, "with": with_, "without": without}
