# %% [markdown]
# # Several kernels for one recurrence: PyTorch

# %% setup [markdown]
# On a GPU `nn.GRU` is cuDNN's kernel; on a CPU it is a loop in C++.

# %%
import time

import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
BATCH_SIZE, LENGTH, FEATURES, UNITS, REPEATS = 64, 150, 125, 100, 8
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The same weights in the fused layer and in a cell that Python calls once a
# time step. Measured are the seconds of one forward and one backward pass.

# %%
torch.manual_seed(0)
words = torch.randn(LENGTH, BATCH_SIZE, FEATURES, device=device)
fused = nn.GRU(FEATURES, UNITS, device=device)
cell = nn.GRUCell(FEATURES, UNITS, device=device)
for own, other in zip(cell.parameters(), fused.parameters()):
    own.data.copy_(other.data)


def last_of_layer():
    return fused(words)[0][-1]


def last_of_loop():
    h = torch.zeros(BATCH_SIZE, UNITS, device=device)
    for word in words:
        h = cell(word, h)
    return h


def seconds(last_output):
    start = time.perf_counter()
    last_output().sum().backward()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


# %%
with torch.no_grad():
    distance = (last_of_layer() - last_of_loop()).abs().max().item()
print(f"the outputs differ by {distance:.1e}")

with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(last_of_layer))
    without.append(seconds(last_of_loop))
with_, without = with_[1:], without[1:]
print(f"layer {min(with_):.3f} s, loop {min(without):.3f} s")

# %% results
{
    "device": device.type,
    "with": with_,
    "without": without,
    "notes": {"distance of the outputs": distance},
}
