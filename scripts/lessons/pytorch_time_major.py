# %% [markdown]
# # Time first, or the batch: PyTorch

# %% setup

# %%
import time

import torch
from torch import nn

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
BATCH_SIZE, LENGTH, VOCABULARY, REPEATS = 64, 150, 30_000, 20
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# The workload's embedding, GRU and last output, once with time first, from
# transposed tokens, once with the batch first. Measured are the seconds of one
# forward and one backward pass.


# %%
class Recurrent(nn.Module):
    def __init__(self, batch_first):
        super().__init__()
        self.batch_first = batch_first
        self.embedding = nn.Embedding(VOCABULARY, 125)
        self.gru = nn.GRU(125, 100, batch_first=batch_first)

    def forward(self, reviews):
        if self.batch_first:
            return self.gru(self.embedding(reviews))[0][:, -1]
        return self.gru(self.embedding(reviews.T))[0][-1]


torch.manual_seed(0)
time_first = Recurrent(batch_first=False).to(device)
batch_first = Recurrent(batch_first=True).to(device)
batch_first.load_state_dict(time_first.state_dict())
reviews = torch.randint(VOCABULARY, (BATCH_SIZE, LENGTH), device=device)


def seconds(model):
    start = time.perf_counter()
    model.zero_grad()
    model(reviews).sum().backward()
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


# %%
with_, without = [], []
for _ in range(1 + REPEATS):  # the first pair warms up
    with_.append(seconds(time_first))
    without.append(seconds(batch_first))
with_, without = with_[1:], without[1:]
print(f"time first {min(with_):.4f} s, batch first {min(without):.4f} s")

# %% results
{"device": device.type, "with": with_, "without": without}
