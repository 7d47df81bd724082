"""Mini-batches, the reference and fingerprints: the same on every machine."""

import hashlib
import json

import numpy as np
import pytest

from rosetta.datasets import DataError, fingerprint, minibatches, reference


def sha256(*arrays):
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


# Mini-batches


def test_minibatches_are_complete_shuffled_and_paired():
    x, y = np.arange(10) * 2.0, np.arange(10)
    batches = list(minibatches(x, y, 3, seed=0))
    assert [labels.tolist() for _, labels in batches] == [[2, 8, 4], [9, 1, 6], [7, 3, 0]]
    assert all(np.array_equal(images, 2.0 * labels) for images, labels in batches)


def test_minibatches_follow_the_seed():
    def order(seed):
        x = np.arange(50_000)
        return np.concatenate([labels for _, labels in minibatches(x, x, 64, seed)])

    assert np.array_equal(order(3), order(3))
    assert not np.array_equal(order(3), order(4))
    assert len(set(order(3).tolist())) == 781 * 64
    assert sha256(order(3).astype("<i4"))[:16] == "3dd67ee3c2565db8"


@pytest.mark.parametrize(
    ("labels", "batch_size", "message"),
    [(9, 3, "10 images but 9 labels"), (10, 0, "is 0"), (10, 11, "is 11; choose one from 1 to 10")],
)
def test_minibatches_refuse_at_once(labels, batch_size, message):
    with pytest.raises(ValueError, match=message):
        minibatches(np.zeros(10), np.zeros(labels), batch_size, seed=0)


# The reference


def test_reference_of_the_cnn():
    drawn = reference("cnn")
    weights = drawn["weights"]
    assert {name: array.shape for name, array in weights.items()} == {
        "conv1.weight": (50, 3, 3, 3),
        "conv1.bias": (50,),
        "conv2.weight": (50, 50, 3, 3),
        "conv2.bias": (50,),
        "conv3.weight": (100, 50, 3, 3),
        "conv3.bias": (100,),
        "conv4.weight": (100, 100, 3, 3),
        "conv4.bias": (100,),
        "dense1.weight": (512, 6400),
        "dense1.bias": (512,),
        "dense2.weight": (10, 512),
        "dense2.bias": (10,),
    }
    assert sum(array.size for array in weights.values()) == 3_441_592
    assert {array.dtype for array in weights.values()} == {np.dtype("float32")}
    for name, fans in {"conv3.weight": 9 * (50 + 100), "dense1.weight": 6400 + 512}.items():
        bound = np.sqrt(6 / fans)
        assert 0.999 * bound < np.abs(weights[name]).max() <= np.float32(bound)
        assert weights[name].std() == pytest.approx(bound / np.sqrt(3), rel=0.01)
    for images, labels, size in [
        (drawn["images"], drawn["labels"], 64),
        (drawn["margin_images"], drawn["margin_labels"], 8),
    ]:
        assert (images.shape, images.dtype) == ((size, 3, 32, 32), np.float32)
        assert (labels.shape, labels.dtype) == ((size,), np.int32)
        assert images.min() >= 0
        assert images.max() < 1
        assert set(labels.tolist()) <= set(range(10))


def test_reference_is_the_same_on_every_machine():
    drawn = reference("cnn")
    weights = [array for name, array in drawn["weights"].items() if name.endswith("weight")]
    batches = [drawn[name] for name in ("images", "labels", "margin_images", "margin_labels")]
    assert sha256(*weights, *batches)[:16] == "cf8ddadf6323ebce"


@pytest.mark.parametrize("name", ["lstm", "../cnn", ""])
def test_an_unknown_workload_names_the_known_ones(name):
    with pytest.raises(DataError, match="there is one for: cnn, gru"):
        reference(name)


# Fingerprints


def test_fingerprint_is_the_same_on_every_machine():
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    assert fingerprint({"x": x})["x"] == {
        "norm": 65.75712889109438,
        "largest": 23.0,
        "projections": [
            2.8577380332470415,
            -1.6329931618554523,
            12.655697004379755,
            0.4082482904638631,
        ],
    }
    large = fingerprint({"large": np.random.RandomState(0).uniform(-1, 1, 3_000_001)})
    digest = hashlib.sha256(json.dumps(large, sort_keys=True).encode()).hexdigest()
    assert digest[:16] == "871ffa91f839cc7d"


def test_fingerprint_sees_what_changes_an_array():
    x = np.random.RandomState(0).uniform(-1, 1, (7, 5))
    original = fingerprint({"x": x})["x"]
    assert original["norm"] == pytest.approx(np.linalg.norm(x))
    assert original["largest"] == np.abs(x).max()
    swapped, zeroed = x.copy(), x.copy()
    swapped[0, :2] = x[0, 1::-1]
    zeroed[3, 3] = 0
    for changed in (swapped, zeroed, -x, x.T, x * (1 + 1e-6)):
        assert fingerprint({"x": changed})["x"]["projections"] != original["projections"]
    assert fingerprint({"y": x})["y"]["projections"] != original["projections"]


def test_fingerprint_takes_any_memory_layout_and_gives_json():
    x = np.random.RandomState(0).uniform(-1, 1, (6, 8)).astype(np.float32)
    strided = np.zeros((12, 16), np.float32)[::2, ::2]
    strided[:] = x
    expected = fingerprint({"x": x})
    for same in (np.asfortranarray(x), strided, x.astype(np.float64)):
        assert fingerprint({"x": same}) == expected
    assert json.loads(json.dumps(expected)) == expected


def test_fingerprint_refuses_an_empty_array():
    with pytest.raises(ValueError, match="'x' has no elements"):
        fingerprint({"x": np.zeros((0, 3))})
