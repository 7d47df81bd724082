# %% [markdown]
# # Channels first or channels last: PyTorch

# %% setup [markdown]
# On a GPU, cuDNN may choose its fastest algorithm for either order.

# %%
import time

import torch
import torch.nn.functional as F
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.conv.fp32_precision = "ieee"
torch.manual_seed(0)
images = torch.rand(64, 3, 32, 32, device=device)
labels = torch.randint(0, 100, (64,), device=device)
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The CNN's four convolutions, with strides in the place of its pools, and the
# mean of each channel as logits. The shape is NCHW in both orders: only how
# weights and images lie in memory changes.


# %%
def make_stack():
    return nn.Sequential(
        nn.Conv2d(3, 50, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(50, 50, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(50, 100, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(100, 100, 3, stride=2, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


def in_order(memory_format):
    stack = make_stack().to(device, memory_format=memory_format)
    batch = images.to(memory_format=memory_format)

    def train_step():
        stack.zero_grad()
        loss = F.cross_entropy(stack(batch), labels)
        loss.backward()
        return loss

    return train_step


# %% [markdown]
# Some training steps are one measurement; reading the loss waits for a GPU.

# %%
STEPS = 3 if device.type == "cpu" else 100


def seconds(train_step):
    start = time.perf_counter()
    for _ in range(STEPS):
        loss = train_step()
    loss.item()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / STEPS


first = in_order(torch.contiguous_format)
last = in_order(torch.channels_last)
seconds(first), seconds(last)  # warm-up
pairs = [(seconds(first), seconds(last)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"first {min(with_):.4f} s, last {min(without):.4f} s a training step")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": device.type, "with": with_, "without": without}
