# %% [markdown]
# # The libraries of a build: Caffe2

# %% setup [markdown]
# MKL takes its slowest path on processors other than Intel's unless it is told;
# both alternatives are.

# %%
import os
import time
from importlib.metadata import version

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import numpy as np
from caffe2.proto import caffe2_pb2
from caffe2.python import core, workspace

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
print("Caffe2 of PyTorch", version("torch"), "on cpu")
print("built with oneDNN:", workspace.C.use_mkldnn)

# %% experiment [markdown]
# The CNN's second convolution, forward and backward: once by the operators that
# call oneDNN, which Caffe2 calls `IDEEP`, once by those that every build has.


# %%
def create(device_type):
    name = caffe2_pb2.DeviceTypeProto.Name(device_type).lower()
    workspace.SwitchWorkspace(name, True)
    device = core.DeviceOption(device_type)
    rng = np.random.RandomState(0)
    shapes = {"x": (64, 50, 32, 32), "w": (50, 50, 3, 3), "b": (50,)}
    for blob, shape in [*shapes.items(), ("dy", shapes["x"])]:
        values = rng.standard_normal(shape).astype(np.float32)
        workspace.FeedBlob(blob, values, device)
    net = core.Net(name)
    options = {"kernel": 3, "pad": 1, "training_mode": 1}
    with core.DeviceScope(device):
        net.Conv(["x", "w", "b"], "y", **options)
        net.ConvGradient(["x", "w", "dy"], ["dw", "db", "dx"], **options)
    workspace.CreateNet(net)
    return name


# %%
def seconds(name):
    workspace.SwitchWorkspace(name)
    start = time.perf_counter()
    for _ in range(4):
        workspace.RunNet(name)
    return (time.perf_counter() - start) / 4


ideep, plain = create(caffe2_pb2.IDEEP), create(caffe2_pb2.CPU)
pairs = [(seconds(ideep), seconds(plain)) for _ in range(8)][1:]
with_, without = map(list, zip(*pairs))
print(f"with oneDNN {min(with_):.4f} s, without {min(without):.4f} s")

# %% results [markdown]
# Seconds of one forward and backward pass. Both ways give the same gradients.

# %%
grads = []
for name in (ideep, plain):
    workspace.SwitchWorkspace(name)
    grads.append(workspace.FetchBlob("dw"))
difference = abs(grads[0] - grads[1]).max() / abs(grads[1]).max()
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"relative difference of the gradients": float(difference)},
}
