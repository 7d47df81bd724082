# %% [markdown]
# # Where Adam's epsilon is added: PaddlePaddle

# %% setup

# %%
import inspect

import numpy as np
import paddle

RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"PaddlePaddle {paddle.__version__} on {paddle.get_device()}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    weights = paddle.zeros([3])
    weights.stop_gradient = False
    adam = paddle.optimizer.Adam(RATE, epsilon=EPSILON, parameters=[weights])
    (weights * paddle.to_tensor(gradients)).sum().backward()
    adam.step()
    return weights.numpy()


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
signature = inspect.signature(paddle.optimizer.Adam.__init__)
{
    "device": "cuda" if paddle.get_device().startswith("gpu") else "cpu",
    "with": with_,
    "without": without,
    "notes": {"default epsilon": signature.parameters["epsilon"].default},
}
