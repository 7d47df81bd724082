"""Confirm in float64, in JAX, what reference/cnn_pytorch.py computed; store it if both agree.

    .environments/jax_flax/bin/python reference/cnn_jax.py

Written on its own: channels last, kernels as height, width, input, output, dense weights as input,
output. It shares with the other program only what is drawn and how an array is described.
"""

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from agreement import confirm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.datasets import fingerprint, reference  # noqa: E402

LAYERS = ("conv1", "conv2", "conv3", "conv4", "dense1", "dense2")
RATE, MU = 0.01, 0.9


def main():
    jax.config.update("jax_enable_x64", True)
    confirm("cnn", lambda: compute(reference("cnn")), f"JAX {jax.__version__}")


# Layouts


def from_pytorch(name, array):
    """Return the array as this program keeps it."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    if name == "dense1.weight":
        # Its inputs were channel, height, width; here they are height, width, channel.
        return array.reshape(512, 100, 8, 8).transpose(2, 3, 1, 0).reshape(6400, 512)
    return array.T


def to_pytorch(name, array):
    array = np.asarray(array)
    if array.ndim == 4:
        return array.transpose(3, 2, 0, 1)
    if name == "dense1.weight":
        return array.reshape(8, 8, 100, 512).transpose(3, 2, 0, 1).reshape(512, 6400)
    return array.T


def describe(tree):
    return fingerprint({name: to_pytorch(name, array) for name, array in tree.items()})


# The network


def logits_of(weights, x, flatten=lambda x: x.reshape(len(x), -1)):
    for layer in LAYERS[:4]:
        x = jax.lax.conv_general_dilated(
            x,
            weights[layer + ".weight"],
            window_strides=(1, 1),
            padding="SAME",
            dimension_numbers=("NHWC", "HWIO", "NHWC"),
        )
        x = jax.nn.relu(x + weights[layer + ".bias"])
        if layer in ("conv2", "conv4"):
            n, h, w, c = x.shape
            x = x.reshape(n, h // 2, 2, w // 2, 2, c).max((2, 4))
    x = jax.nn.relu(flatten(x) @ weights["dense1.weight"] + weights["dense1.bias"])
    return x @ weights["dense2.weight"] + weights["dense2.bias"]


def cross_entropy(logits, labels):
    chosen = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return (jax.scipy.special.logsumexp(logits, axis=1) - chosen).mean()


def cross_entropy_of_softmax(logits, labels):
    return cross_entropy(jax.nn.softmax(logits), labels)


# Each rule takes the velocity, the gradient and the step's number; it returns both anew.


def momentum(v, g, step):
    return MU * v + g, MU * v + g


def no_momentum(v, g, step):
    return v, g


def nesterov(v, g, step):
    v = MU * v + g
    return v, MU * v + g


def dampening(v, g, step):
    v = g if step == 0 else MU * v + (1 - MU) * g
    return v, v


def train(weights, x, y, rule, objective=cross_entropy):
    value_and_grad = jax.jit(jax.value_and_grad(lambda w: objective(logits_of(w, x), y)))
    now, velocity = dict(weights), {name: jnp.zeros_like(w) for name, w in weights.items()}
    losses, gradients, changes = [], [], []
    for step in range(3):
        loss, gradient = value_and_grad(now)
        for name in now:
            velocity[name], move = rule(velocity[name], gradient[name], step)
            now[name] = now[name] - RATE * move
        losses.append(float(loss))
        gradients.append(gradient)
        changes.append({name: now[name] - weights[name] for name in now})
    return losses, gradients[0], changes


# The same values under the same names as in reference/cnn_pytorch.py


def compute(drawn):
    weights = {
        name: jnp.asarray(from_pytorch(name, array.astype(np.float64)))
        for name, array in drawn["weights"].items()
    }
    x, margin_x = (
        jnp.asarray(drawn[kind].astype(np.float64).transpose(0, 2, 3, 1))
        for kind in ("images", "margin_images")
    )
    y, margin_y = jnp.asarray(drawn["labels"]), jnp.asarray(drawn["margin_labels"])
    _, gradient, changes = train(weights, margin_x, margin_y, momentum)
    return {
        "shapes": {name: list(array.shape) for name, array in drawn["weights"].items()},
        "weights": describe(weights),
        "labels": y.tolist(),
        "margin_labels": margin_y.tolist(),
        "logits": logits_of(weights, x).tolist(),
        "losses": train(weights, x, y, momentum)[0],
        "gradients": describe(gradient),
        "changes": [describe(changes[0]), describe(changes[2])],
        "mistakes": {
            "logits": {name: z.tolist() for name, z in mistaken_logits(weights, x[:2]).items()},
            "losses": {
                "momentum_off": train(weights, x, y, no_momentum)[0],
                "nesterov": train(weights, x, y, nesterov)[0],
                "dampening": train(weights, x, y, dampening)[0],
                "softmax_twice": train(weights, x, y, momentum, cross_entropy_of_softmax)[0],
            },
        },
    }


def mistaken_logits(weights, x):
    def with_kernels(change):
        return {name: change(w) if w.ndim == 4 else w for name, w in weights.items()}

    plain_transpose = jnp.asarray(to_pytorch("dense1.weight", weights["dense1.weight"]).T)
    no_biases = {n: jnp.zeros_like(w) if w.ndim == 1 else w for n, w in weights.items()}
    return {
        "channels_reversed": logits_of(weights, x[..., ::-1]),
        "flattened_channels_last": logits_of({**weights, "dense1.weight": plain_transpose}, x),
        "flattened_channels_first": logits_of(
            weights, x, flatten=lambda x: x.transpose(0, 3, 1, 2).reshape(len(x), -1)
        ),
        "divided_by_256": logits_of(weights, x * 255 / 256),
        "kernels_rotated": logits_of(with_kernels(lambda w: w[::-1, ::-1]), x),
        "kernels_transposed": logits_of(with_kernels(lambda w: w.swapaxes(0, 1)), x),
        "biases_missing": logits_of(no_biases, x),
    }


if __name__ == "__main__":
    main()
