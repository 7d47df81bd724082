# %% [markdown]
# # Where Adam's epsilon is added: JAX with Optax

# %% setup

# %%
import inspect

import jax
import jax.numpy as jnp
import numpy as np
import optax

RATE, EPSILON = 1e-3, 1e-8
gradients = np.array([1e-8, 1e-7, 1e-6], dtype=np.float32)
print(f"Optax {optax.__version__} on {jax.default_backend()}")

# %% experiment [markdown]
# Three weights, whose first gradients are as small as those of rare words,
# take one training step. Measured is how far each moves, and how far it moves
# by the formula that adds epsilon after the correction; in the first step both
# corrected moments are the gradient's.


# %%
def moved():
    adam = optax.adam(RATE, eps=EPSILON)
    updates, _ = adam.update(jnp.asarray(gradients), adam.init(jnp.zeros(3)))
    return updates


with_ = np.abs(np.asarray(moved(), dtype=float)).tolist()
exact = gradients.astype(float)
without = (RATE * exact / (exact + EPSILON)).tolist()
for case in zip(gradients, with_, without):
    print("gradient {:.0e}: moved by {:.2e}, {:.2e}".format(*case))

# %% results
default = inspect.signature(optax.adam).parameters["eps"].default
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
    "notes": {"default epsilon": default},
}
