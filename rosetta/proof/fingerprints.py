"""Compare arrays of which only rosetta.datasets.fingerprint and the shape are known.

Pure. A projection is an inner product with random signs over the root of the number of elements.
The square of such a product is, on average, the squared norm over that number: so projections,
scaled, stand for the arrays themselves, and their differences for the arrays' difference.
"""

import math

import numpy as np

# Up to this part of a norm, what is left over counts as rounding or a second-order effect.
ALIKE = 5e-3


def vector(fingerprint: dict, shape) -> np.ndarray:
    """Return the projections, scaled so that inner products estimate those of the arrays."""
    projections = np.array(fingerprint["projections"])
    return projections * math.sqrt(math.prod(shape) / len(projections))


def distance(ours: dict, theirs: dict, shape) -> float:
    """Return the estimated norm of the difference of two arrays, over the norm of the second."""
    apart = np.linalg.norm(vector(ours, shape) - vector(theirs, shape))
    longer = abs(ours["norm"] - theirs["norm"])
    return float(max(apart, longer) / theirs["norm"])


def common_factor(ours: dict, theirs: dict, shapes: dict, alike: float = ALIKE) -> float | None:
    """Return the one number that turns every array of `theirs` into that of `ours`.

    None if there is none, or if it is one within `alike`.
    """
    # Each parameter counts the same, whatever its size.
    a, b = (
        np.concatenate([vector(side[n], shapes[n]) / theirs[n]["norm"] for n in shapes])
        for side in (ours, theirs)
    )
    factor = float(a @ b / (b @ b))
    if abs(factor - 1) <= alike or abs(factor) < 1e-6:
        return None
    for name, shape in shapes.items():
        rest = vector(ours[name], shape) / factor - vector(theirs[name], shape)
        if np.linalg.norm(rest) > ALIKE * theirs[name]["norm"]:
            return None
    return factor


def proportional(ours: dict, theirs: dict, weights: dict, shapes: dict) -> float | None:
    """Return k if the arrays of `ours` are those of `theirs` plus k times the weights, else None.

    Biases are left out: some frameworks spare them from decay.
    """
    kernels = {name: shape for name, shape in shapes.items() if len(shape) > 1}

    def stacked(side):
        return np.concatenate([vector(side[name], shape) for name, shape in kernels.items()])

    weight, rest = stacked(weights), stacked(ours) - stacked(theirs)
    k = float(rest @ weight / (weight @ weight))
    alike = np.linalg.norm(rest - k * weight) <= 0.1 * np.linalg.norm(rest)
    return k if k and alike else None


# What a Glorot-uniform weight looks like, from its shape in PyTorch's layout


def fans(shape) -> tuple[int, int]:
    """Return how many inputs an output has, and how many outputs an input reaches."""
    receptive_field = math.prod(shape[2:])
    return shape[1] * receptive_field, shape[0] * receptive_field


def glorot_bound(shape) -> float:
    """Return the largest value that the distribution allows; its deviation is this over sqrt(3)."""
    return math.sqrt(6 / sum(fans(shape)))
