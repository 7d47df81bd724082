# %% [markdown]
# # A convolution that is told nothing about padding: CNTK

# %% setup

# %%
import cntk as C
import numpy as np
from cntk.layers import Convolution2D

device = C.use_default_device()

print(f"CNTK {C.__version__} on {device}")

SIDES = [32, 16, 8]  # before and after the pools of the CNN

# %% experiment [markdown]
# A convolution of three by three is told nothing about padding, then to keep
# the size. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"pad": True}


def positions(side, **options):
    x = C.input_variable((1, side, side))
    return np.prod(Convolution2D((3, 3), 1, **options)(x).shape)


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{
    "device": "cuda" if device.type() == C.DeviceKind.GPU else "cpu",
    "with": with_,
    "without": without,
}
