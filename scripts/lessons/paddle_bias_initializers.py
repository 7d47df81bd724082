# %% [markdown]
# # Where the biases start: PaddlePaddle

# %% setup

# %%
import numpy as np
import paddle
from paddle import nn

paddle.set_device("cpu")
images = np.random.default_rng(0).uniform(size=(64, 3, 32, 32))
images = paddle.to_tensor(images, dtype="float32")

# %% experiment [markdown]
# The first logits of the workload's CNN, with the weights that Paddle draws by
# itself: once with its own biases too, once with these set to zero.


# %%
def convolutions(inputs, outputs):
    return (
        nn.Conv2D(inputs, outputs, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Conv2D(outputs, outputs, kernel_size=3, padding=1),
        nn.MaxPool2D(2),
        nn.ReLU(),
    )


def make_model(seed):
    paddle.seed(seed)
    dense = nn.Flatten(), nn.Linear(6400, 512), nn.ReLU(), nn.Linear(512, 10)
    return nn.Sequential(*convolutions(3, 50), *convolutions(50, 100), *dense)


@paddle.no_grad()
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
        bias.set_value(paddle.zeros_like(bias))
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
