"""What fingerprints alone tell about arrays."""

import numpy as np
import pytest

from rosetta.datasets import fingerprint
from rosetta.proof.fingerprints import common_factor, distance, proportional


def test_a_distance_is_estimated_from_fingerprints():
    random = np.random.RandomState(0)
    shape, estimates = (40, 50), []
    for number in range(200):
        name = f"layer{number}.weight"
        ours, noise = random.normal(size=shape), 1e-3 * random.normal(size=shape)
        noise -= ours * (noise * ours).sum() / (ours * ours).sum()  # leaves the norm as it is
        pair = [fingerprint({name: array})[name] for array in (ours + noise, ours)]
        estimates.append(distance(*pair, shape) / (np.linalg.norm(noise) / np.linalg.norm(ours)))
    assert np.sqrt(np.mean(np.square(estimates))) == pytest.approx(1, abs=0.1)
    assert min(estimates) > 0.1
    assert max(estimates) < 3


def test_a_common_factor_and_a_share_of_the_weights_are_found():
    random = np.random.RandomState(0)
    shapes = {"a.weight": (30, 20), "a.bias": (30,), "b.weight": (5, 30)}
    arrays, weights = ({n: random.normal(size=s) for n, s in shapes.items()} for _ in range(2))

    def described(change):
        return fingerprint({name: change(name, array) for name, array in arrays.items()})

    theirs = described(lambda name, x: x)
    assert common_factor(described(lambda name, x: -2.5 * x), theirs, shapes) == pytest.approx(-2.5)
    assert common_factor(theirs, theirs, shapes) is None
    assert common_factor(described(lambda name, x: x * len(name)), theirs, shapes) is None
    known = fingerprint(weights), shapes
    decayed = described(lambda name, x: x - 0.01 * weights[name])
    assert proportional(decayed, theirs, *known) == pytest.approx(-0.01)
    spared = described(lambda name, x: x if "bias" in name else x - 0.01 * weights[name])
    assert proportional(spared, theirs, *known) == pytest.approx(-0.01)
    assert proportional(described(lambda name, x: 1.1 * x), theirs, *known) is None
