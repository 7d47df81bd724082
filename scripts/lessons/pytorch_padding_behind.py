# %% [markdown]
# # Zeros behind a review: PyTorch

# %% setup

# %%
import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
VOCABULARY, LENGTH, REVIEWS = 30_000, 150, 64
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The workload's embedding and GRU, as initialized, read the same reviews with
# zeros behind them, then with the zeros in front. Measured is how much the
# last states of different reviews differ: their standard deviation over the
# reviews, averaged over the units.


# %%
class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = nn.GRU(125, 100, batch_first=True)
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        for w in self.gru.parameters():
            nn.init.xavier_uniform_(w) if w.ndim > 1 else nn.init.zeros_(w)

    def forward(self, reviews):
        return self.gru(self.embedding(reviews))[0][:, -1]


@torch.no_grad()
def spread(model, words, zeros, behind):
    padding = words.new_zeros(REVIEWS, zeros)
    parts = [words, padding] if behind else [padding, words]
    last = model(torch.cat(parts, dim=1))
    return last.double().std(dim=0).mean().item()


# %%
with_, without = [], []
for zeros in (5, 5, 10, 20, 40):  # the first pair warms up
    torch.manual_seed(zeros)
    model = Reader().to(device)
    shape = (REVIEWS, LENGTH - zeros)
    words = torch.randint(3, VOCABULARY, shape, device=device)
    with_.append(spread(model, words, zeros, behind=True))
    without.append(spread(model, words, zeros, behind=False))
    print(f"{zeros} zeros: {with_[-1]:.1e} behind, {without[-1]:.1e} in front")
with_, without = with_[1:], without[1:]

# %% results
{"device": device.type, "with": with_, "without": without}
