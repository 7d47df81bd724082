# %% [markdown]
# # BatchNorm's momentum: PyTorch

# %% setup

# %%
import torch
from torch import nn

# %% experiment [markdown]
# A layer with 50 channels sees one batch of the CNN's size, whose mean is 1;
# its running mean starts at 0. Measured is where the running mean goes, with
# Keras's number and with PyTorch's own.


# %%
def share_of_the_batch(seed, momentum):
    torch.manual_seed(seed)
    images = 1 + torch.randn(64, 50, 32, 32)
    norm = nn.BatchNorm2d(50, momentum=momentum)
    norm(images)
    return norm.running_mean.mean().item()


# %%
with_, without = [], []
for seed in range(6):
    keras, own = share_of_the_batch(seed, 0.9), share_of_the_batch(seed, 0.1)
    print(f"the new batch counts: momentum .9 {keras:.3f}, .1 {own:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(keras)
        without.append(own)

# %% results [markdown]
# Running means after one batch, a pair for each seed; and the layer's defaults.

# %%
norm = nn.BatchNorm2d(50)
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"momentum by default": norm.momentum, "epsilon": norm.eps},
}
