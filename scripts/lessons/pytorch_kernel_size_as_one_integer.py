# %% [markdown]
# # One integer as the size of a kernel: PyTorch

# %% setup

# %%
import torch
from torch import nn

print(f"PyTorch {torch.__version__}")

SHAPES = [(3, 50, 32), (50, 50, 32), (50, 100, 16), (100, 100, 16)]

# %% experiment [markdown]
# The four convolutions of the CNN are applied to an image, once with `3` and
# once with `(3, 3)` for the kernel's size. What is counted is weights.


# %%
def weights(kernel_size, in_channels, out_channels, side):
    layer = nn.Conv2d(in_channels, out_channels, kernel_size, padding=1)
    result = layer(torch.ones(1, in_channels, side, side))
    shapes = tuple(layer.weight.shape), tuple(result.shape)
    print(kernel_size, "weights", shapes[0], "result", shapes[1])
    return float(layer.weight.numel())


with_ = [weights(3, *shape) for shape in SHAPES]
without = [weights((3, 3), *shape) for shape in SHAPES]

# %% results [markdown]
# Weights of each convolution.

# %%
{"device": "cpu", "with": with_, "without": without}
