# %% [markdown]
# # cuDNN's autotuner for batches of one shape: PyTorch

# %% setup [markdown]
# PyTorch keeps the algorithm that it found first for a shape, however the
# switch is set later. So each setting has a process of its own.

# %%
import subprocess
import sys

import torch

if not torch.cuda.is_available():
    raise RuntimeError("cuDNN needs a GPU, and PyTorch finds none here")
print(f"PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}")

# %% experiment [markdown]
# Each process trains the CNN's convolutions on one batch, 100 training steps
# for each line that it is sent, and answers with the seconds of one.

# %%
CHILD = """
import sys, time
import torch
import torch.nn.functional as F
from torch import nn

torch.backends.cudnn.benchmark = sys.argv[1] == "with"
torch.backends.cudnn.conv.fp32_precision = "ieee"
model = nn.Sequential(
    nn.Conv2d(3, 50, 3, padding=1), nn.ReLU(),
    nn.Conv2d(50, 50, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(),
    nn.Conv2d(50, 100, 3, padding=1), nn.ReLU(),
    nn.Conv2d(100, 100, 3, padding=1), nn.MaxPool2d(2), nn.ReLU(),
    nn.Flatten(), nn.Linear(6400, 10),
).cuda()
images = torch.rand(64, 3, 32, 32, device="cuda")
labels = torch.randint(0, 10, (64,), device="cuda")
for _ in sys.stdin:
    start = time.perf_counter()
    for _ in range(100):
        model.zero_grad()
        F.cross_entropy(model(images), labels).backward()
    torch.cuda.synchronize()
    print((time.perf_counter() - start) / 100, flush=True)
"""

# %% [markdown]
# The processes wait for each other: only one of them computes at a time.


# %%
def start(setting):
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", CHILD, setting]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)


def seconds(setting):
    child = children[setting]
    child.stdin.write("go\n")
    child.stdin.flush()
    return float(child.stdout.readline())


children = {setting: start(setting) for setting in ("with", "without")}
seconds("with"), seconds("without")  # warm-up, and the autotuner's search
pairs = [(seconds("with"), seconds("without")) for _ in range(10)]
for child in children.values():
    child.communicate()
with_, without = map(list, zip(*pairs))
print(f"tuned {min(with_):.5f} s, untuned {min(without):.5f} s a training step")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": "cuda", "with": with_, "without": without}
