# %% [markdown]
# # Rows of an embedding without a gradient: PyTorch

# %% setup

# %%
import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
VOCABULARY, STEPS = 30_000, 6
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The same batches of words, the frequent ones far more often than the rare,
# are fed to an embedding with a dense gradient and `Adam`, and to one with a
# sparse gradient and `SparseAdam`. Measured is how many rows each training
# step after the first moves.


# %%
def rows_moved(optimizer, embedding, words):
    before = embedding.weight.detach().clone()
    optimizer.zero_grad()
    embedding(words).square().mean().backward()
    optimizer.step()
    return (embedding.weight != before).any(dim=1).sum().item()


torch.manual_seed(0)
dense = nn.Embedding(VOCABULARY, 125, device=device)
sparse = nn.Embedding(VOCABULARY, 125, device=device, sparse=True)
adam = torch.optim.Adam(dense.parameters(), lr=1e-3)
sparse_adam = torch.optim.SparseAdam(sparse.parameters(), lr=1e-3)
with_, without = [], []
for _ in range(STEPS):
    words = VOCABULARY ** torch.rand(64, 150, device=device)
    words = words.long().clamp(max=VOCABULARY - 1)
    with_.append(float(rows_moved(adam, dense, words)))
    without.append(float(rows_moved(sparse_adam, sparse, words)))
    print(f"rows moved: {with_[-1]:.0f}, by SparseAdam {without[-1]:.0f}")
with_, without = with_[1:], without[1:]  # the first moves the same rows

# %% results
{"device": device.type, "with": with_, "without": without}
