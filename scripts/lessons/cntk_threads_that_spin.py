# %% [markdown]
# # Threads that spin: CNTK

# %% setup [markdown]
# OpenMP reads its variables when it is loaded: each measurement is a process.

# %%
import os
import subprocess
import sys

import cntk

os.environ.setdefault("MKL_DEBUG_CPU_TYPE", "5")
print(f"CNTK {cntk.__version__} on {os.cpu_count()} processors")

# %% experiment [markdown]
# Training steps of a recurrence of the GRU's size, on as many threads as there
# are processors, while another process keeps one of them busy. Intel's OpenMP
# lets a thread that waits spin for a fifth of a second before it sleeps, or not
# at all.

# %%
CHILD = """
import os, time
import cntk as C
import numpy as np

C.cntk_py.set_max_num_cputhreads(os.cpu_count())
x, y = C.sequence.input_variable(125), C.input_variable(2)
last = C.layers.Fold(C.layers.GRU(100))(x)
loss = C.cross_entropy_with_softmax(C.layers.Dense(2)(last), y)
words = np.random.RandomState(0).rand(64, 50, 125).astype(np.float32)
batch = {x: words, y: np.eye(2, dtype=np.float32)[np.arange(64) % 2]}

def train_step():
    loss.grad(batch, wrt=loss.parameters)

train_step()
start = time.perf_counter()
for _ in range(2):
    train_step()
print((time.perf_counter() - start) / 2)
"""


def seconds(block_time):
    env = {**os.environ, "KMP_BLOCKTIME": block_time}
    command = [sys.executable, "-c", CHILD]
    quiet = subprocess.DEVNULL
    return float(subprocess.check_output(command, env=env, stderr=quiet))


# %%
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    seconds("200"), seconds("0")  # warm-up
    pairs = [(seconds("200"), seconds("0")) for _ in range(4)]
finally:
    busy.kill()
    busy.wait()
with_, without = map(list, zip(*pairs))
print(f"spinning {min(with_):.3f} s, sleeping {min(without):.3f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": "cpu", "with": with_, "without": without}
