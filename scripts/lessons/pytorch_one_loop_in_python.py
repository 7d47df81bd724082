# %% [markdown]
# # A loop over time in Python: PyTorch

# %% setup

# %%
import time

import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
BATCH_SIZE, LENGTH, FEATURES, UNITS, REPEATS = 64, 150, 125, 100, 5
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# A GRU's loop over the tokens, whose inputs are multiplied by their weights
# all at once. A time step's part is taken from `unbind`, called once, or
# by its index. Measured are the seconds of one forward and backward pass.

# %%
torch.manual_seed(0)
words = torch.randn(BATCH_SIZE, LENGTH, FEATURES, device=device)
of_input = nn.Linear(FEATURES, 3 * UNITS, device=device)
of_state = nn.Linear(UNITS, 3 * UNITS, device=device)


def unbound(inputs):
    return inputs.unbind(dim=1)


def indexed(inputs):
    return (inputs[:, t] for t in range(LENGTH))


def seconds(parts):
    start = time.perf_counter()
    h = torch.zeros(BATCH_SIZE, UNITS, device=device)
    for given in parts(of_input(words)):
        r_in, z_in, n_in = given.chunk(3, dim=1)
        r_hid, z_hid, n_hid = of_state(h).chunk(3, dim=1)
        r, z = torch.sigmoid(r_in + r_hid), torch.sigmoid(z_in + z_hid)
        h = (1 - z) * torch.tanh(n_in + r * n_hid) + z * h
    h.sum().backward()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


# %%
with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(unbound))
    without.append(seconds(indexed))
with_, without = with_[1:], without[1:]
print(f"unbind {min(with_):.3f} s, index {min(without):.3f} s")

# %% results
{"device": device.type, "with": with_, "without": without}
