"""Confirm in float64, in JAX, what reference/gru_pytorch.py computed; store it if both agree.

    .environments/jax_flax/bin/python reference/gru_jax.py

Written on its own: time before batch, a matrix for each gate, inputs before outputs, one scan. It
shares with the other program only what is drawn and how an array is described.
"""

import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from agreement import confirm

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.datasets import fingerprint, reference  # noqa: E402

RATE, DECAYS, EPS = 1e-3, (0.9, 0.999), 1e-8
GATES = ("reset", "update", "new")


def main():
    jax.config.update("jax_enable_x64", True)
    confirm("gru", lambda: compute(reference("gru")), f"JAX {jax.__version__}")


# Layouts


def from_pytorch(drawn):
    """Return the weights as this program keeps them, all by gate where they belong to one."""
    tree = {
        "table": jnp.asarray(drawn["embedding.weight"]),
        "out": (jnp.asarray(drawn["dense.weight"].T), jnp.asarray(drawn["dense.bias"])),
    }
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    for number, gate in enumerate(GATES):
        rows = slice(100 * number, 100 * (number + 1))
        tree[gate] = tuple(jnp.asarray(drawn["gru." + name][rows].T) for name in names)
    return tree


def to_pytorch(tree):
    w, u, b, c = (
        np.concatenate([np.asarray(tree[gate][part]).T for gate in GATES]) for part in range(4)
    )
    return {
        "embedding.weight": np.asarray(tree["table"]),
        "gru.weight_ih": w,
        "gru.weight_hh": u,
        "gru.bias_ih": b,
        "gru.bias_hh": c,
        "dense.weight": np.asarray(tree["out"][0]).T,
        "dense.bias": np.asarray(tree["out"][1]),
    }


def describe(tree):
    return fingerprint(to_pytorch(tree))


# The network


def hard(x):
    return jnp.clip(x / 5 + 0.5, 0, 1)


def cell(tree, h, x, squash=jax.nn.sigmoid, early=False, inverted=False):
    (wr, ur, br, cr), (wz, uz, bz, cz), (wn, un, bn, cn) = (tree[gate] for gate in GATES)
    reset = squash(x @ wr + br + h @ ur + cr)
    update = squash(x @ wz + bz + h @ uz + cz)
    hidden = (reset * h) @ un + cn if early else reset * (h @ un + cn)
    new = jnp.tanh(x @ wn + bn + hidden)
    keep = 1 - update if inverted else update
    return new + keep * (h - new)


def outputs(tree, reviews, cell=cell, skip_padding=False, nudge=0.0):
    """Return the state after each token: time, batch, unit. `nudge` is added to what is read."""
    nudge = jnp.broadcast_to(nudge, (*reviews.T.shape, 125))

    def advance(h, given):
        tokens, more = given
        after = cell(tree, h, tree["table"][tokens] + more)
        if skip_padding:
            after = jnp.where((tokens == 0)[:, None], h, after)
        return after, after

    return jax.lax.scan(advance, jnp.zeros((len(reviews), 100)), (reviews.T, nudge))[1]


def logits_of(tree, reviews, at=-1, **how):
    w, b = tree["out"]
    return outputs(tree, reviews, **how)[at] @ w + b


def cross_entropy(logits, labels):
    chosen = jnp.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return (jax.scipy.special.logsumexp(logits, axis=1) - chosen).mean()


def cross_entropy_of_softmax(logits, labels):
    return cross_entropy(jax.nn.softmax(logits), labels)


# Training


def train(tree, batches, objective=cross_entropy, **adam):
    @jax.jit
    def value_and_grads(w, x, y):
        # The gradient of a nudge to each word read is that word's part of its row's gradient.
        still = jnp.zeros((*x.T.shape, 125))
        loss = lambda w, nudge: objective(logits_of(w, x, nudge=nudge), y)  # noqa: E731
        return jax.value_and_grad(loss, argnums=(0, 1))(w, still)

    zero = jax.tree.map(jnp.zeros_like, tree)
    now, moments = tree, (zero, zero)
    losses, gradients, changes = [], [], []
    for number, (x, y) in enumerate(batches, start=1):
        loss, (gradient, parts) = value_and_grads(now, x, y)
        squares = jnp.zeros_like(now["table"]).at[x.T].add(jnp.square(parts))
        moments, move = advance(moments, gradient, number, squares, **adam)
        now = jax.tree.map(lambda w, by: w - by, now, move)
        losses.append(float(loss))
        gradients.append(gradient)
        changes.append(jax.tree.map(lambda w, start: w - start, now, tree))
    return losses, gradients[0], changes


def advance(
    moments,
    gradient,
    number,
    squares,
    eps=EPS,
    early=False,
    corrected=True,
    lazy=False,
    parts=False,
):
    """Return Adam's moments and what it takes off the weights.

    In the form of the paper's section 2: one factor instead of two corrections. Epsilon is scaled
    by that of the second moment, so that it still stands beside the corrected root; `early` leaves
    it unscaled.
    """
    (m, v), (d1, d2) = moments, DECAYS
    m = jax.tree.map(lambda m, g: d1 * m + (1 - d1) * g, m, gradient)
    squared = jax.tree.map(jnp.square, gradient)
    if parts:
        squared["table"] = squares
    v = jax.tree.map(lambda v, square: d2 * v + (1 - d2) * square, v, squared)
    root = np.sqrt(1 - d2**number)
    rate = RATE * root / (1 - d1**number) if corrected else RATE
    beside = eps if early or not corrected else eps * root
    move = jax.tree.map(lambda m, v: rate * m / (jnp.sqrt(v) + beside), m, v)
    if lazy:
        touched = jnp.any(gradient["table"] != 0, axis=1)
        move["table"] = jnp.where(touched[:, None], move["table"], 0)
    return (m, v), move


# The same values under the same names as in reference/gru_pytorch.py


def compute(drawn):
    wide = {name: array.astype(np.float64) for name, array in drawn["weights"].items()}
    tree = from_pytorch(wide)
    batches = list(zip(jnp.asarray(drawn["reviews"]), jnp.asarray(drawn["labels"]), strict=True))
    losses, gradient, changes = train(tree, batches)
    wrong = {
        "epsilon_1e-7": train(tree, batches, eps=1e-7),
        "epsilon_before": train(tree, batches, early=True),
        "epsilon_1e-7_before": train(tree, batches, eps=1e-7, early=True),
        "uncorrected": train(tree, batches, corrected=False),
        "lazy": train(tree, batches, lazy=True),
        "squared_by_word": train(tree, batches, parts=True),
    }
    return {
        "shapes": {name: list(array.shape) for name, array in wide.items()},
        "bounds": {"embedding.weight": 0.05},
        "weights": fingerprint(wide),
        "labels": batches[0][1].tolist(),
        "logits": logits_of(tree, batches[0][0]).tolist(),
        "losses": losses,
        "gradients": describe(gradient),
        "changes": [describe(changes[0]), describe(changes[-1])],
        "mistakes": {
            "logits": {n: z.tolist() for n, z in mistaken(wide, batches[0][0][:4]).items()},
            "losses": {"softmax_twice": train(tree, batches, cross_entropy_of_softmax)[0]},
            "changes": {
                name: [describe(found[0]), describe(found[-1])]
                for name, (_, _, found) in wrong.items()
            },
        },
    }


def mistaken(wide, x):
    def of(**changed):
        renamed = {name.replace("__", "."): array for name, array in changed.items()}
        return logits_of(from_pytorch({**wide, **renamed}), x)

    def by_gate(change, order=(0, 1, 2)):
        rows = {n: a.reshape(3, 100, -1)[list(order)] for n, a in wide.items() if n[:3] == "gru"}
        return {n.replace(".", "__"): np.reshape(change(a), wide[n].shape) for n, a in rows.items()}

    tree = from_pytorch(wide)
    recurrent = wide["gru.weight_hh"].reshape(3, 100, 100).transpose(0, 2, 1).reshape(300, 100)
    only_gates = wide["gru.bias_hh"] * (np.arange(300) < 200)
    no_padding = wide["embedding.weight"] * (np.arange(30_000) > 0)[:, None]
    behind = jnp.take_along_axis(x, jnp.argsort(x == 0, axis=1, stable=True), axis=1)
    return {
        "gates_exchanged": of(**by_gate(lambda a: a, order=(1, 0, 2))),
        "reset_before": logits_of(tree, x, cell=partial(cell, early=True)),
        "update_inverted": logits_of(tree, x, cell=partial(cell, inverted=True)),
        "hard_sigmoid": logits_of(tree, x, cell=partial(cell, squash=hard)),
        "hidden_bias_missing": of(gru__bias_hh=np.zeros(300)),
        "input_bias_missing": of(gru__bias_ih=np.zeros(300)),
        "new_gate_bias_missing": of(gru__bias_hh=only_gates),
        "recurrent_transposed": of(gru__weight_hh=recurrent),
        "dense_bias_missing": of(dense__bias=np.zeros(2)),
        "read_backwards": logits_of(tree, x[:, ::-1]),
        "first_output": logits_of(tree, x, at=0),
        "padded_behind": logits_of(tree, behind),
        "padding_masked": logits_of(tree, x, skip_padding=True),
        "padding_zeroed": of(embedding__weight=no_padding),
    }


if __name__ == "__main__":
    main()
