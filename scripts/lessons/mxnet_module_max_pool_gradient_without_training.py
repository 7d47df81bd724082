# %% [markdown]
# # A max-pool's gradient outside of training mode: MXNet Module

# %% setup [markdown]
# What a Module binds is an executor, which is bound here by itself.

# %%
import mxnet as mx
import numpy as np
from mxnet import nd, sym

print(f"MXNet {mx.__version__} on cpu")

SEEDS, SHAPE = 5, (64, 50, 32, 32)

# %% experiment [markdown]
# Of each window, the maximum alone should get the gradient, here one. The same
# pool goes forward twice, with `is_train` off and on; what is counted is the
# share of the windows whose maximum gets it.

# %%
pool = {"pool_type": "max", "kernel": (2, 2), "stride": (2, 2)}
graph = sym.Pooling(sym.Variable("data"), **pool)


def share_at_the_maximum(images, is_train):
    executor = graph.simple_bind(mx.cpu(), data=SHAPE)
    (y,) = executor.forward(is_train=is_train, data=nd.array(images))
    executor.backward([nd.ones(y.shape)])
    grad = executor.grad_dict["data"].asnumpy()
    maxima = y.asnumpy().repeat(2, axis=2).repeat(2, axis=3) == images
    return 100 * float(grad[maxima].sum() / y.size)


# %%
with_, without = [], []
for seed in range(SEEDS):
    rng = np.random.RandomState(seed)
    images = rng.standard_normal(SHAPE).astype(np.float32)
    with_.append(share_at_the_maximum(images, is_train=False))
    without.append(share_at_the_maximum(images, is_train=True))
    print(f"is_train=False {with_[-1]:.1f} %, True {without[-1]:.1f} %")

# %% results [markdown]
# The percentage of windows whose maximum gets the gradient, seed by seed.

# %%
{"device": "cpu", "with": with_, "without": without}
