# %% [markdown]
# # The gradient of the input: MXNet Module

# %% setup [markdown]
# One thread on a CPU: so small a layer is measured more steadily without a
# second one, for which the first would wait.

# %%
import os
import time

os.environ["OMP_NUM_THREADS"] = "1"

import mxnet as mx
from mxnet import nd, sym

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
mx.random.seed(0)
images = nd.random.uniform(shape=(64, 3, 32, 32), ctx=device)
errors = nd.random.uniform(shape=(64, 50, 32, 32), ctx=device)
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# The CNN's first convolution, forward and backward. A Module computes no
# gradient for its data unless it is bound with `inputs_need_grad`.


# %%
def bound(inputs_need_grad):
    outputs = sym.Convolution(
        sym.Variable("data"), num_filter=50, kernel=(3, 3), pad=(1, 1)
    )
    layer = mx.mod.Module(outputs, label_names=None, context=device)
    shapes = [("data", images.shape)]
    layer.bind(shapes, inputs_need_grad=inputs_need_grad)
    layer.init_params(mx.init.Xavier())
    return layer


def seconds(layer):
    batch = mx.io.DataBatch([images], None)
    start = time.perf_counter()
    for _ in range(10):
        layer.forward(batch, is_train=True)
        layer.backward([errors])
    nd.waitall()
    return (time.perf_counter() - start) / 10


asked, skipped = bound(True), bound(False)
seconds(asked), seconds(skipped)  # warm-up
pairs = [(seconds(asked), seconds(skipped)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"asked for {min(with_):.4f} s, skipped {min(without):.4f} s")

# %% results [markdown]
# Seconds for the first layer.

# %%
name = "cuda" if device.device_type == "gpu" else "cpu"
{"device": name, "with": with_, "without": without}
