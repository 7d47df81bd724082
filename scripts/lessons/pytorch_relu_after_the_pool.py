# %% [markdown]
# # ReLU after the pool: PyTorch

# %% setup [markdown]
# What the CNN's second convolution hands to its first pool, channels last as in
# the script.

# %%
import time

import torch
import torch.nn.functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)
features = torch.randn(64, 50, 32, 32, device=device)
features = features.to(memory_format=torch.channels_last).requires_grad_()
errors = torch.randn(64, 50, 16, 16, device=device)
errors = errors.to(memory_format=torch.channels_last)
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# ReLU and pool in both orders, forward and backward; outputs and gradients are
# the same, number by number.


# %%
def relu_last(x):
    return F.relu(F.max_pool2d(x, 2))


def relu_first(x):
    return F.max_pool2d(F.relu(x), 2)


def gradient(layers):
    return torch.autograd.grad(layers(features), features, errors)[0]


assert torch.equal(relu_last(features), relu_first(features))
assert torch.equal(gradient(relu_last), gradient(relu_first))


def seconds(layers):
    start = time.perf_counter()
    for _ in range(20):
        gradient(layers)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / 20


seconds(relu_last), seconds(relu_first)  # warm-up
pairs = [(seconds(relu_last), seconds(relu_first)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"ReLU last {min(with_):.5f} s, ReLU first {min(without):.5f} s")

# %% results [markdown]
# Seconds for both layers, forward and backward.

# %%
{"device": device.type, "with": with_, "without": without}
