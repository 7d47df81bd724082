# %% [markdown]
# # Sparse labels: PyTorch

# %% setup
import time

import torch
import torch.nn.functional as F

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)
CLASSES = 30_000
logits = torch.randn(64, CLASSES, device=device, requires_grad=True)
labels = torch.randint(0, CLASSES, (64,), device=device)
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# Cross-entropy and its gradient for a batch of integer labels: as they are, and
# made into one-hot vectors, which `cross_entropy` takes as probabilities.


# %%
def one_hot(labels):
    return F.one_hot(labels, CLASSES).float()


def as_they_are(labels):
    return labels


def gradient(targets):
    loss = F.cross_entropy(logits, targets(labels))
    return torch.autograd.grad(loss, logits)[0]


torch.testing.assert_close(gradient(one_hot), gradient(as_they_are))


def seconds(targets):
    start = time.perf_counter()
    for _ in range(10):
        gradient(targets)
    if device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - start) / 10


seconds(as_they_are), seconds(one_hot)  # warm-up
pairs = [(seconds(as_they_are), seconds(one_hot)) for _ in range(10)]
with_, without = map(list, zip(*pairs))
print(f"integers {min(with_):.5f} s, one-hot {min(without):.5f} s")

# %% results [markdown]
# Seconds for the loss of a batch and its gradient.

# %%
{"device": device.type, "with": with_, "without": without}
