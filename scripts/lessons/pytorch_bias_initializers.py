# %% [markdown]
# # Where the biases start: PyTorch

# %% setup

# %%
import torch
from torch import nn

images = torch.rand(64, 3, 32, 32, generator=torch.Generator().manual_seed(0))

# %% experiment [markdown]
# The first logits of the workload's CNN, with the weights that PyTorch draws by
# itself: once with its own biases too, once with these set to zero.


# %%
def convolutions(inputs, outputs):
    return (
        nn.Conv2d(inputs, outputs, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2d(outputs, outputs, kernel_size=3, padding=1),
        nn.MaxPool2d(2),
        nn.ReLU(),
    )


def make_model(seed):
    torch.manual_seed(seed)
    dense = nn.Flatten(), nn.Linear(6400, 512), nn.ReLU(), nn.Linear(512, 10)
    return nn.Sequential(*convolutions(3, 50), *convolutions(50, 100), *dense)


@torch.no_grad()
def spread_of_logits(model):
    return model(images).std().item()


# %%
with_, without = [], []
for seed in range(6):
    model = make_model(seed)
    own = spread_of_logits(model)
    biases = [p for p in model.parameters() if p.ndim == 1]
    largest = max(bias.abs().max().item() for bias in biases)
    for bias in biases:
        nn.init.zeros_(bias)
    zero = spread_of_logits(model)
    print(f"spread of the logits: own biases {own:.4f}, zeros {zero:.4f}")
    if seed:  # the first pair is the warm-up
        with_.append(own)
        without.append(zero)

# %% results [markdown]
# Standard deviations of the logits of 64 images, a pair for each seed.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"largest bias": largest},
}
