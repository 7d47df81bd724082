# %% [markdown]
# # A bias that only the docstring has: JAX with Flax NNX

# %% setup

# %%
import re

import flax
import jax
from flax import nnx

print(f"Flax {flax.__version__} on {jax.default_backend()}")

# %% experiment [markdown]
# The biases that the cell has are counted, and those that the formula in its
# docstring names, each of as many numbers as there are units.


# %%
def in_the_cell(units):
    cell = nnx.GRUCell(125, units, rngs=nnx.Rngs(0))
    leaves = nnx.to_flat_state(nnx.state(cell, nnx.Param))
    return sum(leaf.size for path, leaf in leaves if "bias" in path)


def in_the_docstring(units):
    return units * len(set(re.findall(r"b_\{(\w+)\}", nnx.GRUCell.__doc__)))


with_, without = [], []
for units in (50, 100, 200):
    with_.append(float(in_the_cell(units)))
    without.append(float(in_the_docstring(units)))
    print(f"{units} units: {with_[-1]:.0f} of {without[-1]:.0f} biases")

# %% results
device = "cuda" if jax.default_backend() == "gpu" else "cpu"
{"device": device, "with": with_, "without": without}
