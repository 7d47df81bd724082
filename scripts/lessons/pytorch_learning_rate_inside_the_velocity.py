# %% [markdown]
# # The learning rate inside the velocity: PyTorch

# %% setup

# %%
import numpy as np
import torch

LEARNING_RATE, MOMENTUM = 0.01, 0.9

# %% experiment [markdown]
# The same drawn gradients go to PyTorch's SGD and to the formula that keeps the
# learning rate inside the velocity. After 30 steps the learning rate is cut to
# a tenth; measured is how far the next step moves the weights.


# %%
def pytorch_moves(gradients):
    weights = torch.zeros(gradients.shape[1], dtype=torch.float64)
    sgd = torch.optim.SGD([weights], lr=LEARNING_RATE, momentum=MOMENTUM)
    moves = []
    for step, gradient in enumerate(gradients):
        if step == 30:
            sgd.param_groups[0]["lr"] = LEARNING_RATE / 10
        before = weights.clone()
        weights.grad = torch.from_numpy(gradient)
        sgd.step()
        moves.append(np.linalg.norm((weights - before).numpy()))
    return moves


def formula_moves(gradients):
    velocity, moves = 0.0, []
    for step, gradient in enumerate(gradients):
        rate = LEARNING_RATE / 10 if step == 30 else LEARNING_RATE
        velocity = MOMENTUM * velocity - rate * gradient  # the weights add it
        moves.append(np.linalg.norm(velocity))
    return moves


# %%
with_, without, before_the_cut = [], [], []
for seed in range(6):
    rng = np.random.default_rng(seed)
    gradients = rng.normal(size=1000) + rng.normal(size=(31, 1000))
    inside, outside = formula_moves(gradients), pytorch_moves(gradients)
    print(f"moved by: inside {inside[30]:.4f}, PyTorch {outside[30]:.4f}")
    if seed:  # the first pair is the warm-up
        with_.append(float(inside[30]))
        without.append(float(outside[30]))
        before_the_cut.append(float(inside[29] / outside[29]))

# %% results [markdown]
# The norm of the step after the cut, a pair for each seed. Before it, the two
# formulas are the same.

# %%
{
    "device": "cpu",
    "with": with_,
    "without": without,
    "notes": {"ratio before the cut": before_the_cut[-1]},
}
