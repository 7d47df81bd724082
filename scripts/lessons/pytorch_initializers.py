# %% [markdown]
# # Where the weights start: PyTorch

# %% setup [markdown]
# Images of ten kinds are drawn: a coarse pattern for each kind, under noise.

# %%
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

rng = np.random.default_rng(0)
patterns = rng.uniform(size=(10, 3, 4, 4)).repeat(4, axis=2).repeat(4, axis=3)


def draw(count):
    labels = rng.integers(10, size=count)
    noise = rng.uniform(size=(count, 3, 16, 16))
    images = 0.5 * patterns[labels] + 0.5 * noise
    return torch.tensor(images, dtype=torch.float32), torch.tensor(labels)


x_test, y_test = draw(1000)

# %% experiment [markdown]
# A network of the CNN's kinds of layers, on smaller images to be quick, starts
# from what PyTorch draws by itself, or from Glorot-uniform weights and zero
# biases.


# %%
def make_model(seed, glorot):
    torch.manual_seed(seed)
    model = nn.Sequential(
        *(nn.Conv2d(3, 50, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Conv2d(50, 100, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(1600, 512), nn.ReLU(), nn.Linear(512, 10)),
    )
    if glorot:
        for p in model.parameters():
            nn.init.xavier_uniform_(p) if p.ndim > 1 else nn.init.zeros_(p)
    return model


def loss_after(steps, seed, glorot):
    model = make_model(seed, glorot)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(steps):
        images, labels = draw(64)
        optimizer.zero_grad()
        F.cross_entropy(model(images), labels).backward()
        optimizer.step()
    with torch.no_grad():
        return F.cross_entropy(model(x_test), y_test).item()


# %%
with_, without = [], []
for seed in range(6):
    own, glorot = loss_after(30, seed, False), loss_after(30, seed, True)
    print(f"loss after 30 steps: PyTorch's {own:.3f}, Glorot's {glorot:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(own)
        without.append(glorot)

# %% results [markdown]
# Losses after 30 training steps, a pair for each seed.

# %%
{"device": "cpu", "with": with_, "without": without}
