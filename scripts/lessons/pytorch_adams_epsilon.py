# %% [markdown]
# # Where Adam's epsilon is added: PyTorch

# %% setup

# %%
import numpy as np
import torch

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"PyTorch {torch.__version__} on {device}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    weights = torch.zeros(3, device=device, requires_grad=True)
    weights.grad = torch.from_numpy(gradients).to(device)
    torch.optim.Adam([weights], lr=RATE, eps=EPSILON, fused=True).step()
    return weights.tolist()


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
default = torch.optim.Adam([torch.zeros(1)]).defaults["eps"]
{
    "device": device.type,
    "with": with_,
    "without": without,
    "notes": {"default epsilon": default},
}
