# %% [markdown]
# # Two biases move twice as fast as one: JAX with Equinox

# %% setup [markdown]
# `nn.GRUCell` has one bias for each of its first two gates.

# %%
import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from equinox import nn

jax.config.update("jax_default_matmul_precision", "float32")
print(f"Equinox {eqx.__version__} on {jax.default_backend()}")

# %% experiment [markdown]
# One training step of a cell that is written out with two bias vectors, and of
# Equinox's own, from the same weights. Measured is how far the mean bias of
# the first two gates moves, where there are two of them their sum. The first
# half of the seeds is for SGD, the other for Adam.


# %%
class GRUCell(eqx.Module):
    weight_ih: jax.Array
    weight_hh: jax.Array
    bias_ih: jax.Array
    bias_hh: jax.Array

    def __call__(self, x, h):
        x = jnp.split(self.weight_ih @ x + self.bias_ih, 3)
        kept = jnp.split(self.weight_hh @ h + self.bias_hh, 3)
        reset = jax.nn.sigmoid(x[0] + kept[0])
        update = jax.nn.sigmoid(x[1] + kept[1])
        new = jnp.tanh(x[2] + reset * kept[2])
        return (1 - update) * new + update * h


def with_two(cell):
    gates = jnp.zeros(200)  # their whole bias stays in the first vector
    bias_hh = jnp.concatenate([gates, cell.bias_n])
    return GRUCell(cell.weight_ih, cell.weight_hh, cell.bias, bias_hh)


# %%
def loss(cell, reviews):
    def last(review):
        def step(h, x):
            return cell(x, h), None

        return jax.lax.scan(step, jnp.zeros(100), review)[0]

    return jnp.square(jax.vmap(last)(reviews)).mean()


gradient = eqx.filter_jit(eqx.filter_grad(loss))


def moved(cell, rule, reviews):
    grads = gradient(cell, reviews)
    updates, _ = rule.update(grads, rule.init(cell))
    if isinstance(cell, GRUCell):
        change = updates.bias_ih + updates.bias_hh
    else:
        change = updates.bias
    return jnp.abs(change[:200]).mean().item()


# %%
rules = {"SGD": optax.sgd(0.01), "Adam": optax.adam(1e-3)}
cases = [(name, seed) for name in rules for seed in range(3)]
with_, without = [], []
for name, seed in [cases[0], *cases]:  # the first pair warms up
    keys = jax.random.split(jax.random.key(seed))
    own = nn.GRUCell(125, 100, key=keys[0])
    reviews = jax.random.normal(keys[1], (64, 150, 125))
    with_.append(moved(with_two(own), rules[name], reviews))
    without.append(moved(own, rules[name], reviews))
    print(name, seed, with_[-1], without[-1])
with_, without = with_[1:], without[1:]

# %% results
device = "cuda" if jax.default_backend() == "gpu" else "cpu"
{"device": device, "with": with_, "without": without}
