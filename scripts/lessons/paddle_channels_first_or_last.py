# %% [markdown]
# # Channels first or channels last: PaddlePaddle

# %% setup [markdown]
# Paddle's MKL knows AMD's processors by no name, and is told what they have;
# only NVIDIA's variable keeps a GPU from TF32. Both are read at the import.

# %%
import os
import time
from pathlib import Path

os.environ["NVIDIA_TF32_OVERRIDE"] = "0"
cpu = Path("/proc/cpuinfo").read_text()
if "AuthenticAMD" in cpu:
    kernels = "7" if "avx512" in cpu else "5"
    os.environ.setdefault("MKL_DEBUG_CPU_TYPE", kernels)

import paddle
import paddle.nn.functional as F
from paddle import nn

paddle.seed(0)
on_gpu = paddle.get_device().startswith("gpu")
images = {"NCHW": paddle.rand((64, 3, 32, 32))}
images["NHWC"] = images["NCHW"].transpose((0, 2, 3, 1))
labels = paddle.randint(0, 100, (64,))
print(f"PaddlePaddle {paddle.__version__} on {paddle.get_device()}")

# %% experiment [markdown]
# The CNN's four convolutions, with strides in the place of its pools, and the
# mean of each channel as logits. `data_format` names the order of the axes.


# %%
def make_stack(order):
    conv = {"padding": 1, "data_format": order}
    return nn.Sequential(
        nn.Conv2D(3, 50, 3, **conv),
        nn.ReLU(),
        nn.Conv2D(50, 50, 3, stride=2, **conv),
        nn.ReLU(),
        nn.Conv2D(50, 100, 3, **conv),
        nn.ReLU(),
        nn.Conv2D(100, 100, 3, stride=2, **conv),
        nn.AdaptiveAvgPool2D(1, data_format=order),
        nn.Flatten(),
    )


stacks = {order: make_stack(order) for order in images}


# %% [markdown]
# Some training steps are one measurement.

# %%
STEPS = 100 if on_gpu else 1


def seconds(order):
    start = time.perf_counter()
    for _ in range(STEPS):
        stacks[order].clear_gradients()
        logits = stacks[order](images[order])
        loss = F.cross_entropy(logits, labels)
        loss.backward()
    loss.item()
    if on_gpu:
        paddle.device.synchronize()
    return (time.perf_counter() - start) / STEPS


seconds("NCHW"), seconds("NHWC")  # warm-up
pairs = [(seconds("NCHW"), seconds("NHWC")) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"first {min(with_):.4f} s, last {min(without):.4f} s a training step")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": "cuda" if on_gpu else "cpu", "with": with_, "without": without}
