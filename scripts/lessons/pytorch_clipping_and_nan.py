# %% [markdown]
# # Gradient clipping and NaN: PyTorch

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
    images = 0.3 * patterns[labels] + 0.7 * noise
    return torch.tensor(images, dtype=torch.float32), torch.tensor(labels)


# %% experiment [markdown]
# A network of the CNN's kinds of layers is trained at a thousand times the
# CNN's learning rate. Counted are the training steps, of 30, before the loss is
# no longer a finite number; the first always is one. The ReLUs leak, because
# plain ones may die first: a network that is dead stays finite.


# %%
def make_model(seed, activation):
    torch.manual_seed(seed)
    model = nn.Sequential(
        *(nn.Conv2d(3, 50, 3, padding=1), nn.MaxPool2d(2), activation()),
        *(nn.Conv2d(50, 100, 3, padding=1), nn.MaxPool2d(2), activation()),
        *(nn.Flatten(), nn.Linear(1600, 512), activation()),
        nn.Linear(512, 10),
    )
    for p in model.parameters():
        nn.init.xavier_uniform_(p) if p.ndim > 1 else nn.init.zeros_(p)
    return model


# %%
def finite_steps(seed, clip, activation=nn.LeakyReLU):
    model = make_model(seed, activation)
    optimizer = torch.optim.SGD(model.parameters(), lr=10.0, momentum=0.9)
    for step in range(30):
        images, labels = draw(64)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        if not loss.isfinite():
            return float(step)
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
    return 30.0


# %%
with_, without = [], []
for seed in range(6):
    clipped, free = finite_steps(seed, True), finite_steps(seed, False)
    print(f"finite steps: clipped {clipped:.0f}, not clipped {free:.0f}")
    if seed:  # the first pair is the warm-up
        with_.append(clipped)
        without.append(free)
plain = [finite_steps(seed, False, nn.ReLU) for seed in range(1, 6)]

# %% results [markdown]
# Numbers of training steps, a pair for each seed; and for how many of the seeds
# a network with plain ReLUs stays finite unclipped.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"plain ReLU, still finite": plain.count(30.0)},
}
