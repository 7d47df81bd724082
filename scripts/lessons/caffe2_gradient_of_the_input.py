# %% [markdown]
# # The gradient of the input: Caffe2

# %% setup [markdown]
# Caffe2's MKL takes its slowest path on processors other than Intel's; type 5
# is AVX2 on any.

# %%
import os
import time
from importlib.metadata import version

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")

import numpy as np
from caffe2.python import brew, model_helper, workspace

workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
rng = np.random.default_rng(0)
workspace.FeedBlob("images", rng.random((64, 3, 32, 32), dtype=np.float32))
workspace.FeedBlob("errors", rng.random((64, 50, 32, 32), dtype=np.float32))
print("Caffe2 of PyTorch", version("torch"))

# %% experiment [markdown]
# The CNN's first convolution, forward and backward. Caffe2 derives a gradient
# for the input of every convolution that has no `no_gradient_to_input`.


# %%
def build(name, **options):
    model = model_helper.ModelHelper(name)
    outputs = brew.conv(
        model, "images", name, 3, 50, kernel=3, pad=1, **options
    )
    model.net.AddExternalInput("errors")
    model.AddGradientOperators({outputs: "errors"})
    workspace.RunNetOnce(model.param_init_net)
    workspace.CreateNet(model.net, input_blobs=["images", "errors"])
    return model.net


def seconds(net):
    start = time.perf_counter()
    for _ in range(10):
        workspace.RunNet(net)
    return (time.perf_counter() - start) / 10


default = build("default")
skipped = build("skipped", no_gradient_to_input=1)
seconds(default), seconds(skipped)  # warm-up
pairs = [(seconds(default), seconds(skipped)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"by default {min(with_):.4f} s, skipped {min(without):.4f} s")

# %% results [markdown]
# Seconds for the first layer.

# %%
{"device": "cpu", "with": with_, "without": without}
