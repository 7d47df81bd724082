"""Variants of the training step in JAX with Flax: ways to compile, pooling, random numbers."""

import jax
from flax import nnx
from measure import compare, load

NAME = "jax_flax_cnn.py"
script = load(NAME)
pooled = load(NAME, ("max_pool(x))", "nnx.max_pool(x, (2, 2), strides=(2, 2)))"))
# The script's function before nnx.jit wraps it, so that other ways to compile can be tried.
plain_step = script["train_step"].__wrapped__


def new(names=script, key=0):
    model = names["CNN"](nnx.Rngs(params=0, dropout=key))
    return model, names["make_optimizer"](model)


def cached(names=script, key=0):
    return nnx.cached_partial(names["train_step"], *new(names, key))


def donated():
    step = nnx.jit(plain_step, donate_argnames=("model", "optimizer"))
    return nnx.cached_partial(step, *new())


def uncached():
    model, optimizer = new()
    return lambda images, labels: script["train_step"](model, optimizer, images, labels)


def functional():
    """Return the step as jax.jit wants it: the state goes in and comes out, its memory reused."""
    graph, state = nnx.split(new())

    def pure_step(state, images, labels):
        model, optimizer = nnx.merge(graph, state)
        loss = plain_step(model, optimizer, images, labels)
        return nnx.state((model, optimizer)), loss

    compiled = jax.jit(pure_step, donate_argnums=0)

    def step(images, labels):
        nonlocal state
        state, loss = compiled(state, images, labels)
        return loss

    return step


compare(
    script,
    jax.block_until_ready,
    {
        "the script": cached(),
        "nnx.max_pool": cached(pooled),
        "nnx.jit without cached_partial": uncached(),
        "nnx.jit, donated": donated(),
        "nnx.split, jax.jit, donated": functional(),
        "dropout from rbg keys": cached(key=jax.random.key(0, impl="rbg")),
    },
)
