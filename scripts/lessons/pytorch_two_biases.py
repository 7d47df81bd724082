# %% [markdown]
# # Two biases move twice as fast as one: PyTorch

# %% setup

# %%
import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# One training step of a GRU, with its two bias vectors, and with the second
# one's first two gates held still, which leaves those gates one bias. Measured
# is how far the mean gate's bias moves: the sum of the two vectors. The first
# half of the seeds is for SGD, the other for Adam.

# %%
GATES, SEEDS = 200, 3  # of 100 units: reset and update
rules = {
    "SGD": lambda weights: torch.optim.SGD(weights, lr=0.01),
    "Adam": lambda weights: torch.optim.Adam(weights, lr=1e-3),
}


def moved(rule, seed, two):
    torch.manual_seed(seed)
    gru = nn.GRU(125, 100, batch_first=True).to(device)
    words = torch.randn(64, 150, 125, device=device)
    first, second = gru.bias_ih_l0, gru.bias_hh_l0
    before = (first + second).detach()[:GATES]
    optimizer = rules[rule](gru.parameters())
    gru(words)[0][:, -1].square().mean().backward()
    if not two:
        second.grad[:GATES] = 0
    optimizer.step()
    return ((first + second)[:GATES] - before).abs().mean().item()


# %%
cases = [(rule, seed) for rule in rules for seed in range(SEEDS)]
with_, without = [], []
for case in [cases[0], *cases]:  # the first pair warms up
    with_.append(moved(*case, two=True))
    without.append(moved(*case, two=False))
    print(case, with_[-1], without[-1])
with_, without = with_[1:], without[1:]

# %% results
{"device": device.type, "with": with_, "without": without}
