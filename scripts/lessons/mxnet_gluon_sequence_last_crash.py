# %% [markdown]
# # The backward pass of SequenceLast: MXNet Gluon

# %% setup [markdown]
# A process that crashes takes its notebook with it, so another one is started
# for each measurement.

# %%
import os
import subprocess
import sys

import mxnet as mx

PAIRS = 4
print(f"MXNet {mx.__version__}")

# %% experiment [markdown]
# A program takes the last of a GRU's outputs, by `SequenceLast` or by slicing,
# and computes gradients. Measured is whether it ends well: 1 for yes, 0 for no.
# `SequenceLast` is noted once more, told how long the sequences are.

# %%
PROGRAM = """
import mxnet as mx
from mxnet import autograd, nd

gru = mx.gluon.rnn.GRU(100, input_size=125)
gru.initialize()
words = nd.random.normal(shape=(150, 64, 125))
lengths = nd.full(64, 150)
with autograd.record():
    last = {}
last.backward()
nd.waitall()
"""


def ended_well(expression):
    program = PROGRAM.format(expression)
    variables = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}  # on the CPU
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=variables, stderr=subprocess.DEVNULL)
    print(f"{expression}: exit code {done.returncode}")
    return float(done.returncode == 0)


# %%
with_, without = [], []
for _ in range(PAIRS):
    with_.append(ended_well("nd.SequenceLast(gru(words))"))
    without.append(ended_well("gru(words)[-1]"))
told = ended_well("nd.SequenceLast(gru(words), lengths, True)")

# %% results
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"told the lengths, it ends well": told},
}
