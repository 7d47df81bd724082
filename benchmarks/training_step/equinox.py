"""Variants of the training step in JAX with Equinox: pooling, memory, random numbers, filtering."""

from measure import compare, load

NAME = "equinox_cnn.py"
script = load(NAME)
eqx, jax = script["eqx"], script["jax"]
pooled = load(NAME, ("max_pool(x))", "nn.MaxPool2d(2, 2)(x))"))
donated = load(
    NAME, ("@eqx.filter_jit\ndef train_step", '@eqx.filter_jit(donate="all")\ndef train_step')
)


def new(names):
    model = names["CNN"](names["model_key"])
    return model, names["optimizer"].init(eqx.filter(model, eqx.is_array))


def variant(names=script, impl=None):
    """Return a script's training step with keys of another random number generator."""
    model, state = new(names)
    key = jax.random.key(0, impl=impl)

    def step(images, labels):
        nonlocal model, state, key
        key, step_key = jax.random.split(key)
        model, state, loss = names["train_step"](model, state, images, labels, step_key)
        return loss

    return step


def partitioned():
    """Return the step as jax.jit wants it: arrays alone go in and come out, their memory reused."""
    model, state = new(script)
    arrays, rest = eqx.partition(model, eqx.is_array)
    key = jax.random.key(0)

    def pure_step(arrays, state, images, labels, key):
        model = eqx.combine(arrays, rest)
        model, state, loss = script["train_step"](model, state, images, labels, key)
        return eqx.filter(model, eqx.is_array), state, loss

    compiled = jax.jit(pure_step, donate_argnums=(0, 1))

    def step(images, labels):
        nonlocal arrays, state, key
        key, step_key = jax.random.split(key)
        arrays, state, loss = compiled(arrays, state, images, labels, step_key)
        return loss

    return step


compare(
    script,
    jax.block_until_ready,
    {
        "the script": variant(),
        "nn.MaxPool2d": variant(pooled),
        "filter_jit, donated": variant(donated),
        "eqx.partition, jax.jit, donated": partitioned(),
        "dropout from rbg keys": variant(impl="rbg"),
    },
)
