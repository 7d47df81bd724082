# %% [markdown]
# # Threads that spin: PyTorch

# %% setup [markdown]
# OpenMP reads its variables when it is loaded: each measurement is a process.

# %%
import os
import subprocess
import sys

import torch

print(f"PyTorch {torch.__version__} on {os.cpu_count()} processors")

# %% experiment [markdown]
# Training steps of the GRU's recurrence, on as many threads as there are
# processors, while another process keeps one of them busy. A thread that waits
# for the others spins where the policy is active, and sleeps where it is
# passive.

# %%
CHILD = """
import time
import torch
from torch import nn

gru = nn.GRU(125, 100, batch_first=True)
words = torch.rand(64, 150, 125)

def train_step():
    gru(words)[0][:, -1].sum().backward()

train_step()
start = time.perf_counter()
for _ in range(3):
    train_step()
print((time.perf_counter() - start) / 3)
"""


def seconds(policy):
    threads = {"OMP_NUM_THREADS": str(os.cpu_count())}
    env = {**os.environ, **threads, "OMP_WAIT_POLICY": policy}
    command = [sys.executable, "-c", CHILD]
    return float(subprocess.check_output(command, env=env))


# %%
busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
try:
    seconds("active"), seconds("passive")  # warm-up
    pairs = [(seconds("active"), seconds("passive")) for _ in range(4)]
finally:
    busy.kill()
    busy.wait()
with_, without = map(list, zip(*pairs))
print(f"spinning {min(with_):.3f} s, sleeping {min(without):.3f} s")

# %% results [markdown]
# Seconds a training step.

# %%
{"device": "cpu", "with": with_, "without": without}
