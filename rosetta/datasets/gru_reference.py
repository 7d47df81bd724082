"""Give every framework the GRU's reference weights and batches.

A module of its own because a record of a run is stale once this changes.
"""

import json
import os

import numpy as np

from rosetta.datasets.imdb_arrays import PAD, START, UNKNOWN
from rosetta.datasets.reference import FOLDER


def gru_reference():
    """Return the reference weights, in PyTorch's layout, and three batches.

    "weights" {name: float32}: a gate's rows stand in the order reset, update, new; "reviews" int32
    (3, 64, 150) and "labels" int32 (3, 64), a batch for each of three training steps. Reviews are
    of all lengths, padded in front or cut, and frequent words are many, as in real ones; their
    words differ from batch to batch, so that an optimizer that forgets rows without a gradient is
    seen. Everything is drawn by RandomState, whose streams NumPy keeps frozen: nothing is stored.
    """
    with open(os.path.join(FOLDER, "gru.json")) as file:
        described = json.load(file)
    random = np.random.RandomState(described["seed"])
    weights = {}
    for parameter in described["parameters"]:
        values = random.uniform(-parameter["bound"], parameter["bound"], parameter["shape"])
        weights[parameter["name"]] = values.astype(np.float32)
    count, size = described["batches"], described["batch"]
    return {
        "weights": weights,
        "reviews": _reviews(random, count * size, described).reshape(count, size, -1),
        # Without a dtype, an integer's width would depend on the platform.
        "labels": random.randint(described["classes"], size=(count, size), dtype=np.int64).astype(
            np.int32
        ),
    }


def _reviews(random, count, described):
    length = described["length"]
    shape = (count, length)
    # Of two uniform numbers the product: small ones are frequent.
    words = random.randint(described["vocabulary"] - UNKNOWN, size=shape, dtype=np.int64)
    tokens = UNKNOWN + words * random.randint(1, 101, size=shape, dtype=np.int64) // 100
    starts = random.randint(-length // 2, length - 10, size=(count, 1), dtype=np.int64)
    place = np.arange(length)
    tokens[place < starts] = PAD
    tokens[place == starts] = START
    return tokens.astype(np.int32)
