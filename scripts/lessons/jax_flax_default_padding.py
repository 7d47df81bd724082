# %% [markdown]
# # A convolution that is told nothing about padding: JAX + Flax

# %% setup

# %%
import jax
import jax.numpy as jnp
from flax import nnx

print(f"JAX {jax.__version__} on {jax.default_backend()}")

SIDES = [32, 16, 8]  # before and after the pools of the CNN

# %% experiment [markdown]
# A convolution of three by three is told nothing about padding, then to keep
# the size. What is counted is the positions that are left of a square.


# %%
DEFAULT = {}
WRITTEN_OUT = {"padding": "SAME"}


def positions(side, **options):
    layer = nnx.Conv(1, 1, (3, 3), rngs=nnx.Rngs(0), **options)
    return layer(jnp.zeros((1, side, side, 1))).size


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
