# %% [markdown]
# # A pool that is told only its size: Caffe2

# %% setup

# %%
from importlib.metadata import version

import numpy as np
from caffe2.python import core, workspace

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])

print("Caffe2 of PyTorch", version("torch"))

SIDES = [33, 17, 9]  # one more than a power of two, so that rounding shows

# %% experiment [markdown]
# A max-pool of two by two is told nothing else, then its stride and how to
# round as well. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"stride": 2}  # Caffe2 rounds down


def positions(side, **options):
    workspace.FeedBlob("x", np.zeros((1, 1, side, side), np.float32))
    pool = core.CreateOperator("MaxPool", ["x"], ["y"], kernel=2, **options)
    workspace.RunOperatorOnce(pool)
    return workspace.FetchBlob("y").size


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{"device": "cpu", "with": with_, "without": without}
