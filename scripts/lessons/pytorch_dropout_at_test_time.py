# %% [markdown]
# # Dropout that stays on at test time: PyTorch

# %% setup [markdown]
# Points of ten classes are drawn, with so much noise that a good network still
# errs.

# %%
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

rng = np.random.default_rng(0)
centers = rng.normal(size=(10, 200))


def draw(count):
    labels = rng.integers(10, size=count)
    points = centers[labels] + 5 * rng.normal(size=(count, 200))
    return torch.tensor(points, dtype=torch.float32), torch.tensor(labels)


x_test, y_test = draw(10_000)

# %% experiment [markdown]
# A network with the CNN's dense layers and rates of dropout is trained; then
# the same weights are tested twice: once left in training mode, once not.


# %%
def train(seed, steps=300):
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Dropout(0.25),
        nn.Linear(200, 512),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(512, 10),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    for _ in range(steps):
        points, labels = draw(64)
        optimizer.zero_grad()
        F.cross_entropy(model(points), labels).backward()
        optimizer.step()
    return model


@torch.no_grad()
def error_rate(model, training):
    model.train(training)
    wrong = model(x_test).argmax(1) != y_test
    return 100 * wrong.double().mean().item()


# %%
with_, without = [], []
for seed in range(6):
    model = train(seed)
    left_on, off = error_rate(model, True), error_rate(model, False)
    print(f"errors: dropout left on {left_on:.1f} %, off {off:.1f} %")
    if seed:  # the first pair is the warm-up
        with_.append(left_on)
        without.append(off)

# %% results [markdown]
# Error rates in percent, a pair for each trained network.

# %%
{"device": "cpu", "with": with_, "without": without}
