# %% [markdown]
# # A max-pool's gradient outside of training mode: MXNet Gluon

# %% setup

# %%
import mxnet as mx
import numpy as np
from mxnet import autograd, nd
from mxnet.gluon import nn

print(f"MXNet {mx.__version__} on cpu")

SEEDS = 5

# %% experiment [markdown]
# Of each window, the maximum alone should get the gradient, here one. The same
# pool is recorded twice, with training mode switched off and left on; what is
# counted is the share of the windows whose maximum gets it.

# %%
pool = nn.MaxPool2D(pool_size=2, strides=2)


def share_at_the_maximum(images, back=True, **mode):
    x = nd.array(images)
    x.attach_grad()
    with autograd.record(**mode):
        y = pool(x)
    y.backward(train_mode=back)
    maxima = y.asnumpy().repeat(2, axis=2).repeat(2, axis=3) == images
    return 100 * float(x.grad.asnumpy()[maxima].sum() / y.size)


# %%
with_, without, both = [], [], []
for seed in range(SEEDS):
    rng = np.random.RandomState(seed)
    images = rng.standard_normal((64, 50, 32, 32)).astype(np.float32)
    with_.append(share_at_the_maximum(images, train_mode=False))
    both.append(share_at_the_maximum(images, back=False, train_mode=False))
    without.append(share_at_the_maximum(images))
    print(f"train_mode=False {with_[-1]:.1f} %, as it is {without[-1]:.1f} %")
print("train_mode=False backward, too:", [f"{share:.1f} %" for share in both])

# %% results [markdown]
# The percentage of windows whose maximum gets the gradient, seed by seed.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"train_mode=False backward, too": max(both)},
}
