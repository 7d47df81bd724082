# %% [markdown]
# # The square root of almost nothing: Caffe2

# %% setup

# %%
import time
from importlib.metadata import version

import numpy as np
from caffe2.python import core, workspace

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
print("Caffe2 of PyTorch", version("torch"), "on cpu")

SHAPE = (30_000, 125)  # the GRU's embedding

# %% experiment [markdown]
# The root of the embedding's second moments, as Adam takes it: of numbers so
# small that `float32` only has them as denormals, and of ordinary ones.

# %%
rng = np.random.default_rng(0)
moments = rng.uniform(1, 9, SHAPE).astype(np.float32)
workspace.FeedBlob("denormal", moments * np.float32(1e-39))
workspace.FeedBlob("normal", moments * np.float32(1e-9))
smallest = np.finfo(np.float32).tiny
assert 0 < workspace.FetchBlob("denormal").max() < smallest


def seconds(blob):
    root = core.CreateOperator("Sqrt", [blob], ["root"])
    start = time.perf_counter()
    for _ in range(10):
        workspace.RunOperatorOnce(root)
    return (time.perf_counter() - start) / 10


pairs = [(seconds("denormal"), seconds("normal")) for _ in range(6)][1:]
with_, without = map(list, zip(*pairs))
print(f"denormal {min(with_):.4f} s, normal {min(without):.4f} s")

# %% results [markdown]
# Seconds of one square root.

# %%
{"device": "cpu", "with": with_, "without": without}
