# %% [markdown]
# # ResNet v1 and v1.5: PyTorch

# %% setup

# %%
import torch
import torch.nn.functional as F
from torch import nn

# %% experiment [markdown]
# The first bottleneck of ResNet-50's second stage, which halves the image: v1
# does so in its first convolution, v1.5 in its second. Neither stride has a
# weight, so the one's weights load into the other.


# %%
class Bottleneck(nn.Module):
    def __init__(self, first_stride, second_stride):
        super().__init__()
        shape = {"bias": False}
        self.conv1 = nn.Conv2d(256, 128, 1, first_stride, **shape)
        self.conv2 = nn.Conv2d(128, 128, 3, second_stride, padding=1, **shape)
        self.conv3 = nn.Conv2d(128, 512, 1, **shape)
        self.shortcut = nn.Conv2d(256, 512, 1, stride=2, **shape)
        norms = [nn.BatchNorm2d(n) for n in (128, 128, 512, 512)]
        self.norm1, self.norm2, self.norm3, self.norm4 = norms

    def forward(self, x):
        y = F.relu(self.norm1(self.conv1(x)))
        y = F.relu(self.norm2(self.conv2(y)))
        return F.relu(self.norm3(self.conv3(y)) + self.norm4(self.shortcut(x)))


# %% [markdown]
# Both are compared with v1.5 in 64-bit arithmetic, so that two programs which
# are the same differ by rounding and not by nothing. The norms are in training
# mode, which stands in for statistics that a trained network would have.


# %%
@torch.no_grad()
def pair(seed):
    torch.manual_seed(seed)
    images = torch.rand(8, 256, 56, 56)
    exact = Bottleneck(1, 2).double()
    weights = exact.state_dict()
    expected = exact(images.double())
    outputs = []
    for strides in ((2, 1), (1, 2)):
        block = Bottleneck(*strides)
        print(block.load_state_dict(weights), end=" ")
        outputs.append(block(images))
    largest = expected.abs().max()
    return [((y - expected).abs().max() / largest).item() for y in outputs]


# %%
with_, without = [], []
for seed in range(6):
    v1, same = pair(seed)
    print(f"v1 is off by {v1:.1e}, v1.5 by {same:.1e}")
    if seed:  # the first pair is the warm-up
        with_.append(v1)
        without.append(same)

# %% results [markdown]
# Largest differences over the largest output, a pair for each seed.

# %%
{"device": "cpu", "with": with_, "without": without}
