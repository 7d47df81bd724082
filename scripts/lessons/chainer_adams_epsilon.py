# %% [markdown]
# # Where Adam's epsilon is added: Chainer

# %% setup

# %%
import chainer
import numpy as np

RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"Chainer {chainer.__version__}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    model = chainer.Link()
    with model.init_scope():
        model.weights = chainer.Parameter(np.zeros(3, np.float32))
    model.weights.grad = gradients
    adam = chainer.optimizers.Adam(RATE, eps=EPSILON).setup(model)
    adam.update()
    return model.weights.array


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"default epsilon": chainer.optimizers.Adam().eps},
}
