"""Give every framework the same weights and batches, and describe arrays in a few numbers."""

import json
import math
import os
import zlib

import numpy as np

from rosetta.datasets.errors import DataError

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "references")
PROJECTIONS = 4


def reference(workload):
    """Return the workload's reference weights and its two batches, in PyTorch's layout.

    "weights" {name: float32}; "images", "labels" the ordinary batch, for logits and losses;
    "margin_images", "margin_labels" the batch for gradients and weight changes: with the stored
    biases no ReLU sees a value near zero on it, so that rounding cannot switch one on or off.
    Images are float32 in [0, 1), channels first; labels int32. Everything but the biases is drawn
    by RandomState, whose streams NumPy keeps frozen, so nothing large is stored.
    """
    described = _read(workload)
    seed = described["seed"]
    images, labels = _batch(seed + 1, described["batch"], described)
    margin_images, margin_labels = _batch(seed + 2, described["margin_batch"], described)
    return {
        "weights": _weights(described),
        "images": images,
        "labels": labels,
        "margin_images": margin_images,
        "margin_labels": margin_labels,
    }


def _read(workload):
    known = sorted(name[:-5] for name in os.listdir(FOLDER) if name.endswith(".json"))
    if workload not in known:
        raise DataError(
            f"no reference for the workload {workload!r}; there is one for: {', '.join(known)}"
        )
    with open(os.path.join(FOLDER, workload + ".json")) as file:
        return json.load(file)


def _weights(described):
    """Return stored biases, and weights drawn Glorot-uniform in the order of the file."""
    random = np.random.RandomState(described["seed"])
    weights = {}
    for parameter in described["parameters"]:
        name, shape = parameter["name"], tuple(parameter["shape"])
        if name in described["biases"]:
            values = np.array(described["biases"][name])
        else:
            receptive_field = int(np.prod(shape[2:]))
            bound = math.sqrt(6 / ((shape[0] + shape[1]) * receptive_field))
            values = random.uniform(-bound, bound, size=shape)
        weights[name] = values.astype(np.float32).reshape(shape)
    return weights


def _batch(seed, size, described):
    random = np.random.RandomState(seed)
    images = random.uniform(size=(size, *tuple(described["image_shape"]))).astype(np.float32)
    # Without a dtype, an integer's width would depend on the platform.
    labels = random.randint(described["classes"], size=size, dtype=np.int64).astype(np.int32)
    return images, labels


def fingerprint(arrays):
    """Describe each array in six numbers that any wrong, moved or missing element changes.

    {name: {"norm", "largest", "projections"}}: the Euclidean norm, the largest magnitude, and the
    dot products with four fixed directions of unit length, all in float64. The arrays are in
    PyTorch's layout; their names choose the directions. A NaN gives NaN.
    """
    return {name: _describe(name, array) for name, array in arrays.items()}


def _describe(name, array):
    values = np.asarray(array, dtype=np.float64).ravel()
    if not values.size:
        raise ValueError(f"fingerprint: {name!r} has no elements")
    return {
        "norm": math.sqrt(_sum(values * values)),
        "largest": float(np.abs(values).max()),
        "projections": [
            _sum(values * _signs(name, number, values.size)) / math.sqrt(values.size)
            for number in range(PROJECTIONS)
        ],
    }


def _sum(values):
    """Add the second half to the first until one number is left.

    NumPy's own sums add in an order that depends on its version and on the processor.
    """
    while values.size > 1:
        half = (values.size + 1) // 2
        rest = values[half:]
        values = values[:half].copy()
        values[: rest.size] += rest
    return float(values[0])


def _signs(name, number, size):
    """Return +1 and -1 as int8, the same for the same name, number and size."""
    random = np.random.RandomState([zlib.crc32(name.encode()), number])
    bits = np.unpackbits(np.frombuffer(random.bytes((size + 7) // 8), np.uint8))
    return 2 * bits[:size].astype(np.int8) - 1
