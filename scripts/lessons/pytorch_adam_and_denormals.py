# %% [markdown]
# # The square root of almost nothing: PyTorch

# %% setup

# %%
import time

import numpy as np
import torch

print(f"PyTorch {torch.__version__} on cpu")

SHAPE = (30_000, 125)  # the GRU's embedding

# %% experiment [markdown]
# The root of the embedding's second moments, as Adam takes it: of numbers so
# small that `float32` only has them as denormals, and of ordinary ones.

# %%
torch.manual_seed(0)
moments = torch.empty(SHAPE).uniform_(1, 9)
denormal, normal = moments * 1e-39, moments * 1e-9
root = torch.empty(SHAPE)
assert 0 < denormal.max() < torch.finfo(torch.float32).tiny


def seconds(moments, sqrt=torch.sqrt, root=root):
    start = time.perf_counter()
    for _ in range(10):
        sqrt(moments, out=root)
    return (time.perf_counter() - start) / 10


def in_numpy(moments):
    return min(
        seconds(moments.numpy(), np.sqrt, root.numpy()) for _ in range(5)
    )


pairs = [(seconds(denormal), seconds(normal)) for _ in range(11)][1:]
with_, without = map(list, zip(*pairs))
print(f"denormal {min(with_):.4f} s, normal {min(without):.4f} s")

notes = {
    "zero": min(seconds(torch.zeros(SHAPE)) for _ in range(5)),
    "denormal, in NumPy": in_numpy(denormal),
    "normal, in NumPy": in_numpy(normal),
}
torch.set_flush_denormal(True)
notes["denormal, flushed"] = min(seconds(denormal) for _ in range(5))
print({name: round(taken, 4) for name, taken in notes.items()})

# %% results [markdown]
# Seconds of one square root.

# %%
{"device": "cpu", "with": with_, "without": without, "notes": notes}
