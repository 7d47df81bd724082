# %% [markdown]
# # A pool that is told only its size: PyTorch

# %% setup

# %%
import torch
import torch.nn.functional as F

print(f"PyTorch {torch.__version__}")

SIDES = [33, 17, 9]  # one more than a power of two, so that rounding shows

# %% experiment [markdown]
# A max-pool of two by two is told nothing else, then its stride and how to
# round as well. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"stride": 2, "ceil_mode": False}


def positions(side, **options):
    return F.max_pool2d(torch.zeros(1, 1, side, side), 2, **options).numel()


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{"device": "cpu", "with": with_, "without": without}
