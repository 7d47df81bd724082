# %% [markdown]
# # A ReLU that flips: PyTorch

# %% setup

# %%
import numpy as np
import torch
import torch.nn.functional as F

BATCH, INPUTS, UNITS = 64, 6400, 512  # the CNN's first dense layer

# %% experiment [markdown]
# Two correct programs: one adds up a dense layer's products from the first
# input to the last, the other in the opposite order. Compared is the gradient
# of the layer's weights.


# %%
def sums(x, weight, backwards):
    return x.flip(1) @ weight.flip(1).T if backwards else x @ weight.T


def gradient(x, weight, bias, readout, labels, backwards):
    weight = weight.clone().requires_grad_()
    hidden = F.relu(sums(x, weight, backwards) + bias)
    F.cross_entropy(hidden @ readout.T, labels).backward()
    return weight.grad


def difference(*network):
    one, other = (gradient(*network, backwards) for backwards in (False, True))
    return ((one - other).abs().max() / one.abs().max()).item()


# %% [markdown]
# Some sums differ in their last digit. Where one is a little larger backwards,
# a bias of minus the other sum puts zero between the two: the ReLU is off in
# one program and on in the other. Nothing but this one bias is changed.


# %%
def pair(seed):
    rng = np.random.default_rng(seed)
    shapes = {"x": (BATCH, INPUTS), "weight": (UNITS, INPUTS)}
    shapes |= {"bias": (UNITS,), "readout": (10, UNITS)}
    scales = {"x": 1, "weight": 0.02, "bias": 0, "readout": 0.06}
    network = [scales[n] * rng.normal(size=s) for n, s in shapes.items()]
    x, weight, bias, readout = (torch.from_numpy(a).float() for a in network)
    labels = torch.from_numpy(rng.integers(10, size=BATCH))
    forth, back = sums(x, weight, False), sums(x, weight, True)
    rest = difference(x, weight, bias, readout, labels)
    gap = torch.where(back > forth, back - forth, torch.inf)
    image, unit = divmod(gap.argmin().item(), UNITS)
    bias[unit] = -forth[image, unit]
    flipped = difference(x, weight, bias, readout, labels)
    return flipped, rest, gap.min().item(), forth.abs().min().item()


# %%
with_, without = [], []
for seed in range(6):
    flipped, rest, distance, nearest = pair(seed)
    print(f"gradients differ by {flipped:.1e} with a flip, {rest:.1e} without")
    if seed:  # the first pair is the warm-up
        with_.append(flipped)
        without.append(rest)

# %% results [markdown]
# Largest differences over the largest gradient, a pair for each seed; and, of
# the last, how far the ReLU's input is from zero.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"input that flips": distance, "nearest otherwise": nearest},
}
