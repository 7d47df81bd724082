# %% [markdown]
# # One integer as the size of a kernel: JAX + Flax

# %% setup

# %%
import jax
import jax.numpy as jnp
from flax import nnx

print(f"JAX {jax.__version__} on {jax.default_backend()}")

SHAPES = [(3, 50, 32), (50, 50, 32), (50, 100, 16), (100, 100, 16)]

# %% experiment [markdown]
# The four convolutions of the CNN are applied to an image, once with `3` and
# once with `(3, 3)` for the kernel's size. What is counted is weights.


# %%
def weights(kernel_size, in_channels, out_channels, side):
    layer = nnx.Conv(in_channels, out_channels, kernel_size, rngs=nnx.Rngs(0))
    result = layer(jnp.ones((1, side, side, in_channels)))
    print(kernel_size, "weights", layer.kernel.shape, "result", result.shape)
    return float(layer.kernel.size)


with_ = [weights(3, *shape) for shape in SHAPES]
without = [weights((3, 3), *shape) for shape in SHAPES]

# %% results [markdown]
# Weights of each convolution.

# %%
{
    "device": "cuda" if jax.default_backend() == "gpu" else "cpu",
    "with": with_,
    "without": without,
}
