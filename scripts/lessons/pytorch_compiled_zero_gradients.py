# %% [markdown]
# # Compiled, and no gradients: PyTorch

# %% setup [markdown]
# On a CPU `torch.compile` writes C++ and calls a compiler.

# %%
import os
import shutil

import torch
import torch._inductor.config
from torch import nn

compiler = os.environ.get("CXX", "g++")
if not shutil.which(compiler.split()[0]):
    raise RuntimeError(
        f"torch.compile needs a C++ compiler, and {compiler} is not found: "
        "install one, or name one in the variable CXX"
    )

# %% experiment [markdown]
# A convolution, ReLU, a max-pool and a dense layer: the smallest network that
# shows it. Measured is the norm of the gradient of the convolution's weights
# after a backward pass, from the same weights and images.


# %%
def gradient_norm(model, images):
    model.zero_grad()
    loss = model(images).square().sum()
    loss.backward()
    conv = next(model.parameters())
    return loss.item(), conv.grad.norm().item()


def pairs(seeds):
    torch.compiler.reset()
    torch.manual_seed(0)
    conv = nn.Conv2d(3, 50, kernel_size=3, padding=1)
    pool = nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()
    model = nn.Sequential(conv, *pool, nn.Linear(50 * 16 * 16, 10))
    compiled, found = torch.compile(model), []
    for seed in range(seeds + 1):
        torch.manual_seed(seed)
        images = torch.randn(8, 3, 32, 32)
        (loss, inductor), (same, eager) = (
            gradient_norm(m, images) for m in (compiled, model)
        )
        print(f"losses {loss:.4f} {same:.4f}, norms {inductor:.3g} {eager:.3g}")
        found.append((inductor, eager))
    return list(zip(*found[1:]))  # the first pair also compiles


# %%
with_, without = pairs(5)

# %% [markdown]
# The same once more without the pass that moves operators to save memory.

# %%
torch._inductor.config.reorder_for_peak_memory = False
kept, eager = pairs(3)
without_reordering = max(abs(a / b - 1) for a, b in zip(kept, eager))

# %% results [markdown]
# Norms of gradients, a pair for each batch; and by what share of the right
# norm the compiled one is off where operators are not moved.

# %%
{
    "device": "cpu",
    "with": list(with_),
    "without": list(without),
    "notes": {"off without reordering": without_reordering},
}
