# %% [markdown]
# # The dtypes of x and y: PyTorch

# %% setup
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.conv.fp32_precision = "ieee"
rng = np.random.default_rng(0)
pixels = rng.integers(0, 256, (64, 3, 32, 32), dtype=np.uint8)
labels = torch.from_numpy(rng.integers(0, 100, 64)).to(device)
print(f"PyTorch {torch.__version__} on {device}, x: {(pixels / 255).dtype}")

# %% experiment [markdown]
# Two convolutions trained on NumPy's `pixels / 255`, which is `float64`, and on
# `float32`. PyTorch refuses the first, until the model is made `float64` too.


# %%
def make_model():
    return nn.Sequential(
        nn.Conv2d(3, 50, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(50, 100, 3, stride=2, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    ).to(device)


single, double = make_model(), make_model().double()
x32, x64 = (pixels / 255).astype(np.float32), pixels / 255
try:
    single(torch.from_numpy(x64).to(device))
except RuntimeError as refusal:
    print(refusal)


# %%
def seconds(model, x):
    start = time.perf_counter()
    for _ in range(5):
        model.zero_grad()
        logits = model(torch.from_numpy(x).to(device))
        loss = F.cross_entropy(logits, labels)
        loss.backward()
    loss.item()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / 5


seconds(double, x64), seconds(single, x32)  # warm-up
pairs = [(seconds(double, x64), seconds(single, x32)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"float64 {min(with_):.4f} s, float32 {min(without):.4f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": device.type, "with": with_, "without": without}
