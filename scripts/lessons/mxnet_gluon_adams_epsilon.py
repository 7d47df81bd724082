# %% [markdown]
# # Where Adam's epsilon is added: MXNet Gluon

# %% setup

# %%
import mxnet as mx
import numpy as np
from mxnet import nd

device = mx.gpu() if mx.context.num_gpus() else mx.cpu()
RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"MXNet {mx.__version__} on {device}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    adam = mx.optimizer.Adam(learning_rate=RATE, epsilon=EPSILON)
    weights = nd.zeros(3, ctx=device)
    state = adam.create_state(0, weights)
    adam.update(0, weights, nd.array(gradients, ctx=device), state)
    return weights.asnumpy()


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
{
    "device": "cuda" if device.device_type == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {"default epsilon": mx.optimizer.Adam().epsilon},
}
