# %% [markdown]
# # The square root of almost nothing: PyTorch

# %% setup

# %%
import time

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


def seconds(moments):
    start = time.perf_counter()
    for _ in range(10):
        torch.sqrt(moments, out=root)
    return (time.perf_counter() - start) / 10


pairs = [(seconds(denormal), seconds(normal)) for _ in range(11)][1:]
with_, without = map(list, zip(*pairs))
print(f"denormal {min(with_):.4f} s, normal {min(without):.4f} s")

# %% results [markdown]
# Seconds of one square root.

# %%
{"device": "cpu", "with": with_, "without": without}
