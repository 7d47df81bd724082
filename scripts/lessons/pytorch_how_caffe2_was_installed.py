# %% [markdown]
# # The libraries of a build: PyTorch

# %% setup

# %%
import time

import torch
import torch.nn.functional as F

print(f"PyTorch {torch.__version__} on cpu")
print("built with oneDNN:", torch.backends.mkldnn.is_available())
torch.backends.nnpack.set_flags(False)  # another library, for some shapes only

# %% experiment [markdown]
# The CNN's second convolution, forward and backward, with oneDNN's kernels and
# with those that PyTorch falls back to in a build without such libraries.

# %%
torch.manual_seed(0)
x = torch.randn(64, 50, 32, 32, requires_grad=True)
w = torch.randn(50, 50, 3, 3, requires_grad=True)
b = torch.randn(50, requires_grad=True)
dy = torch.randn(64, 50, 32, 32)


def seconds(onednn):
    torch.backends.mkldnn.enabled = onednn
    start = time.perf_counter()
    y = F.conv2d(x, w, b, padding=1)
    torch.autograd.grad(y, (x, w, b), dy)
    return time.perf_counter() - start


pairs = [(seconds(True), seconds(False)) for _ in range(8)][1:]
with_, without = map(list, zip(*pairs))
print(f"with oneDNN {min(with_):.4f} s, without {min(without):.4f} s")

# %% results [markdown]
# Seconds of one forward and backward pass.

# %%
{"device": "cpu", "with": with_, "without": without}
