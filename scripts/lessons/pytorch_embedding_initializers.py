# %% [markdown]
# # Where an embedding starts: PyTorch

# %% setup [markdown]
# Sequences of words are drawn: three of thirty words tell the class, the others
# are noise.

# %%
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, LENGTH, FEATURES, STEPS = 2_000, 30, 32, 40
rng = np.random.default_rng(0)
print(f"PyTorch {torch.__version__}")


def draw(count):
    words = rng.integers(40, VOCABULARY, size=(count, LENGTH))
    labels = rng.integers(2, size=count)
    places = rng.permuted(np.tile(np.arange(LENGTH), (count, 1)), axis=1)[:, :3]
    telling = rng.integers(20, size=(count, 3)) + 20 * labels[:, None]
    np.put_along_axis(words, places, telling, axis=1)
    return torch.tensor(words), torch.tensor(labels)


x_test, y_test = draw(1000)

# %% experiment [markdown]
# A GRU over an embedding that starts as PyTorch draws it by itself, or uniform
# in ±0.05; all else is the same.


# %%
class Model(nn.Module):
    def __init__(self, narrow):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, FEATURES)
        self.gru = nn.GRU(FEATURES, 32, batch_first=True)
        self.dense = nn.Linear(32, 2)
        if narrow:
            nn.init.uniform_(self.embedding.weight, -0.05, 0.05)

    def forward(self, words):
        outputs, _ = self.gru(self.embedding(words))
        return self.dense(outputs[:, -1])


def loss_after(steps, seed, narrow):
    torch.manual_seed(seed)
    model = Model(narrow)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(steps):
        words, labels = draw(64)
        optimizer.zero_grad()
        F.cross_entropy(model(words), labels).backward()
        optimizer.step()
    with torch.no_grad():
        return F.cross_entropy(model(x_test), y_test).item()


# %%
with_, without = [], []
for seed in range(7):
    own = loss_after(STEPS, seed, narrow=False)
    narrow = loss_after(STEPS, seed, narrow=True)
    print(f"loss after {STEPS} steps: own start {own:.3f}, ±0.05 {narrow:.3f}")
    if seed:  # the first pair is the warm-up
        with_.append(own)
        without.append(narrow)

# %% results [markdown]
# Losses after the last training step, a pair for each seed.

# %%
first_values = nn.Embedding(VOCABULARY, FEATURES).weight.detach()
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"standard deviation of its own start": first_values.std().item()},
}
