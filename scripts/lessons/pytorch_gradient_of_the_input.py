# %% [markdown]
# # The gradient of the input: PyTorch

# %% setup
import time
from statistics import median

import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.conv.fp32_precision = "ieee"
torch.manual_seed(0)
images = torch.rand(64, 3, 32, 32, device=device)
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The CNN's first convolution, forward and backward, on images that require a
# gradient and on images that do not. In the notes, the same for all four.

# %%
first_layer = nn.Conv2d(3, 50, 3, padding=1)
whole_stack = nn.Sequential(
    first_layer,
    nn.ReLU(),
    nn.Conv2d(50, 50, 3, padding=1),
    nn.MaxPool2d(2),
    nn.ReLU(),
    nn.Conv2d(50, 100, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(100, 100, 3, padding=1),
).to(device)


def seconds(model, steps, input_gradient):
    x = images.clone().requires_grad_(input_gradient)
    start = time.perf_counter()
    for _ in range(steps):
        x.grad = None
        model.zero_grad()
        outputs = model(x)
        outputs.backward(outputs.detach())
    if device.type == "cuda":
        torch.cuda.synchronize()
    assert (x.grad is not None) is input_gradient
    return (time.perf_counter() - start) / steps


def measure(model, steps, pairs):
    both = [True, False]
    for setting in both:  # warm-up
        seconds(model, steps, setting)
    rows = [[seconds(model, steps, s) for s in both] for _ in range(pairs)]
    return map(list, zip(*rows))


# %%
with_, without = measure(first_layer, 10, pairs=10)
whole = [median(times) for times in measure(whole_stack, 2, pairs=5)]
print(f"first layer {min(with_):.4f} s, {min(without):.4f} s")
print(f"all layers {whole[0]:.4f} s, {whole[1]:.4f} s")

# %% results [markdown]
# Seconds for the first layer.

# %%
{
    "device": device.type,
    "with": with_,
    "without": without,
    "notes": {"all layers with": whole[0], "all layers without": whole[1]},
}
