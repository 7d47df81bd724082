# %% [markdown]
# # A dropout mask that repeats: Chainer

# %% setup

# %%
import chainer
import chainer.functions as F
import numpy as np
from chainer.backends import intel64

print(f"Chainer {chainer.__version__}, iDeep: {intel64.is_ideep_available()}")

CALLS = 10
LAYERS = [  # the three dropouts of the CNN
    ((64, 50, 16, 16), 0.25),
    ((64, 100, 8, 8), 0.25),
    ((64, 512), 0.5),
]

# %% experiment [markdown]
# Dropout is called ten times on ones, with iDeep's kernel and with NumPy's.
# What is counted is how many different masks it drew.


# %%
def different_masks(shape, ratio, use_ideep):
    x = np.ones(shape, np.float32)
    masks = set()
    with chainer.using_config("use_ideep", use_ideep):
        for _ in range(CALLS):
            masks.add(np.array(F.dropout(x, ratio).array).tobytes())
    return float(len(masks))


np.random.seed(0)
with_ = [different_masks(*layer, "auto") for layer in LAYERS]
without = [different_masks(*layer, "never") for layer in LAYERS]
print(f"{with_} masks with iDeep, {without} without")

# %% results [markdown]
# Different masks in ten calls, layer by layer.

# %%
{"device": "cpu", "with": with_, "without": without}
