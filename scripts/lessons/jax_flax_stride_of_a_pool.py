# %% [markdown]
# # A pool that is told only its size: JAX + Flax

# %% setup

# %%
import jax
import jax.numpy as jnp
from flax import nnx

print(f"JAX {jax.__version__} on {jax.default_backend()}")

SIDES = [33, 17, 9]  # one more than a power of two, so that rounding shows

# %% experiment [markdown]
# A max-pool of two by two is told nothing else, then its stride and how to
# round as well. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"strides": (2, 2), "padding": "VALID"}


def positions(side, **options):
    return nnx.max_pool(jnp.zeros((1, side, side, 1)), (2, 2), **options).size


with_ = [float(positions(side, **DEFAULT)) for side in SIDES]
without = [float(positions(side, **WRITTEN_OUT)) for side in SIDES]
for side, default, written_out in zip(SIDES, with_, without):
    print(f"{side} x {side}: {default:.0f} and {written_out:.0f} positions")

# %% results [markdown]
# Positions left, one number for each square.

# %%
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
}
