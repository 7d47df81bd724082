# %% [markdown]
# # One loader for all: PyTorch

# %% setup [markdown]
# Images and labels for 100 batches, in memory as NumPy arrays.

# %%
import time

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    TensorDataset,
)

BATCH_SIZE, BATCHES = 64, 100
rng = np.random.default_rng(0)
x_train = rng.random((BATCHES * BATCH_SIZE, 3, 32, 32), dtype=np.float32)
y_train = rng.integers(0, 10, len(x_train))
print(f"PyTorch {torch.__version__}")

# %% experiment [markdown]
# With PyTorch's own loader, as its tutorials have it; without it, the shared
# generator: NumPy copies the rows of a batch at once, PyTorch takes the copy.
# Both go through all images in a new random order.

# %%
data = TensorDataset(torch.from_numpy(x_train), torch.from_numpy(y_train))
loader = DataLoader(data, BATCH_SIZE, shuffle=True, drop_last=True)
sampler = BatchSampler(RandomSampler(data), BATCH_SIZE, drop_last=True)
by_batch = DataLoader(data, sampler=sampler, batch_size=None)


def shared_generator():
    order = rng.permutation(len(x_train)).reshape(BATCHES, BATCH_SIZE)
    for chosen in order:
        images, labels = x_train[chosen], y_train[chosen]
        yield torch.from_numpy(images), torch.from_numpy(labels)


def seconds(batches):
    start = time.perf_counter()
    count = sum(len(images) for images, _ in batches)
    assert count == len(x_train)
    return time.perf_counter() - start


seconds(loader), seconds(shared_generator())  # warm-up
pairs = [(seconds(loader), seconds(shared_generator())) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"own loader {min(with_):.3f} s, shared generator {min(without):.3f} s")
whole = min(seconds(by_batch) for _ in range(10))
print(f"own loader, a batch at once {whole:.3f} s")

# %% results [markdown]
# Seconds for 100 batches.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"own loader, a batch at once": whole},
}
