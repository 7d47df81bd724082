# %% [markdown]
# # No gradients when testing: Chainer

# %% setup [markdown]
# iDeep keeps the memory that it once had for later, so each measurement is a
# process of its own.

# %%
import os
import subprocess
import sys

import chainer

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")
print(f"Chainer {chainer.__version__}")

# %% experiment [markdown]
# The CNN's convolutions forward, as it predicts, with a graph recorded and
# without. The system knows the largest memory that a process ever had; it is
# read before the large batch and after, while the result is kept.

# %%
CHILD = """
import resource, sys
import chainer
import chainer.functions as F
import chainer.links as L
import numpy as np

chainer.global_config.use_ideep = "auto"
chainer.global_config.train = False
chainer.global_config.enable_backprop = sys.argv[1] == "recorded"
conv1 = L.Convolution2D(3, 50, ksize=3, pad=1)
conv2 = L.Convolution2D(50, 50, ksize=3, pad=1)
conv3 = L.Convolution2D(50, 100, ksize=3, pad=1)
conv4 = L.Convolution2D(100, 100, ksize=3, pad=1)

def forward(x):
    x = conv2(F.relu(conv1(x)))
    x = F.relu(F.max_pooling_2d(x, 2, cover_all=False))
    x = conv4(F.relu(conv3(x)))
    return F.relu(F.max_pooling_2d(x, 2, cover_all=False))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

images = np.random.RandomState(0).rand(256, 3, 32, 32).astype(np.float32)
forward(images[:1])
before = peak()
features = forward(images)
assert (features.creator is not None) is (sys.argv[1] == "recorded")
print(peak() - before)
"""


def mebibytes(mode):
    return float(subprocess.check_output([sys.executable, "-c", CHILD, mode]))


mebibytes("recorded"), mebibytes("not recorded")  # warm-up
pairs = [(mebibytes("recorded"), mebibytes("not recorded")) for _ in range(4)]
with_, without = map(list, zip(*pairs))
print(f"recorded {with_[0]:.0f} MiB, not recorded {without[0]:.0f} MiB")

# %% results [markdown]
# MiB that a forward pass needs at its peak.

# %%
{"device": "cpu", "with": with_, "without": without}
