# %% [markdown]
# # A convolution that is told nothing about padding: PyTorch

# %% setup

# %%
import torch
from torch import nn

print(f"PyTorch {torch.__version__}")

SIDES = [32, 16, 8]  # before and after the pools of the CNN

# %% experiment [markdown]
# A convolution of three by three is told nothing about padding, then to keep
# the size. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"padding": 1}


def positions(side, **options):
    layer = nn.Conv2d(1, 1, kernel_size=3, **options)
    return layer(torch.zeros(1, 1, side, side)).numel()


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{"device": "cpu", "with": with_, "without": without}
