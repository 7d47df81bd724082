# %% [markdown]
# # No gradients when testing: PyTorch

# %% setup [markdown]
# The system knows the largest memory that this process had since it was told to
# forget it; batches are large, so that what they need is handed back at once.

# %%
import gc
import re
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(0)
images = torch.rand(256, 3, 32, 32).to(memory_format=torch.channels_last)
print(f"PyTorch {torch.__version__}")

# %% experiment [markdown]
# The CNN's forward pass, as it predicts, with a graph recorded and without. The
# logits are kept until the peak is read.

# %%
model = nn.Sequential(
    nn.Conv2d(3, 50, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(50, 50, 3, padding=1),
    nn.MaxPool2d(2),
    nn.ReLU(),
    nn.Conv2d(50, 100, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(100, 100, 3, padding=1),
    nn.MaxPool2d(2),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(6400, 512),
    nn.ReLU(),
    nn.Linear(512, 10),
)
model = model.to(memory_format=torch.channels_last).eval()


# %%
def resident(name):
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024


def peak(context):
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the old peak
    before = resident("VmRSS")
    with context():
        logits = model(images)
    assert logits.requires_grad is (context is nullcontext)
    return resident("VmHWM") - before


peak(nullcontext), peak(torch.no_grad)  # warm-up
pairs = [(peak(nullcontext), peak(torch.no_grad)) for _ in range(8)]
with_, without = map(list, zip(*pairs))
print(f"recorded {with_[0]:.0f} MiB, not recorded {without[0]:.0f} MiB")

# %% results [markdown]
# MiB that a forward pass needs at its peak.

# %%
{"device": "cpu", "with": with_, "without": without}
