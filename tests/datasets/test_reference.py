"""The stored reference: it belongs to what is drawn, and NumPy computes the same."""

import json
from pathlib import Path

import numpy as np
import pytest

from rosetta.datasets import fingerprint, reference

ROOT = Path(__file__).resolve().parents[2]
STORED = json.loads((ROOT / "scripts" / "cnn" / "reference.json").read_text("utf-8"))
SHAPES = STORED["shapes"]
POOLED = ("conv2", "conv4")


@pytest.fixture(scope="module")
def drawn():
    return reference("cnn")


def convolve(x, weight):
    """Cross-correlate with a 3 x 3 kernel and zero padding, in float64."""
    h, w = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    patches = [padded[:, :, i : i + h, j : j + w] for i in range(3) for j in range(3)]
    kernel = weight.transpose(2, 3, 1, 0).reshape(9, weight.shape[1], weight.shape[0])
    pairs = zip(patches, kernel, strict=True)
    return sum(np.einsum("nchw,co->nohw", patch, k, optimize=True) for patch, k in pairs)


def forward(weights, images):
    """Return the logits and the input of each ReLU, in float64."""
    weights = {name: w.astype(np.float64) for name, w in weights.items()}
    x, seen = images.astype(np.float64), {}
    for name in ("conv1", "conv2", "conv3", "conv4"):
        x = convolve(x, weights[name + ".weight"]) + weights[name + ".bias"][:, None, None]
        seen[name] = x
        if name in POOLED:
            n, c, h, w = x.shape
            x = x.reshape(n, c, h // 2, 2, w // 2, 2).max((3, 5))
        x = np.maximum(x, 0)
    x = x.reshape(len(x), -1) @ weights["dense1.weight"].T + weights["dense1.bias"]
    seen["dense1"] = x
    return np.maximum(x, 0) @ weights["dense2.weight"].T + weights["dense2.bias"], seen


def test_the_reference_was_computed_from_what_is_drawn(drawn):
    """Whoever draws other weights, biases or labels computes the reference anew."""
    assert {name: list(w.shape) for name, w in drawn["weights"].items()} == SHAPES
    assert fingerprint(drawn["weights"]) == STORED["weights"]
    assert drawn["labels"].tolist() == STORED["labels"]
    assert drawn["margin_labels"].tolist() == STORED["margin_labels"]


def test_two_frameworks_agreed_in_float64():
    assert STORED["made_by"].startswith("PyTorch ")
    assert STORED["confirmed_by"].startswith("JAX ")
    assert 0 <= STORED["disagreement"] <= 1e-10


def test_numpy_computes_the_same_logits_and_first_loss(drawn):
    logits, _ = forward(drawn["weights"], drawn["images"])
    np.testing.assert_allclose(logits, STORED["logits"], rtol=0, atol=1e-12)
    chosen = logits[np.arange(64), drawn["labels"]]
    loss = (np.log(np.exp(logits).sum(1)) - chosen).mean()
    assert loss == pytest.approx(STORED["losses"][0], abs=1e-12)


def test_no_relu_of_the_margin_batch_is_near_zero(drawn):
    """And every channel is on or off as a whole, some of each kind in every layer."""
    _, seen = forward(drawn["weights"], drawn["margin_images"])
    for name, x in seen.items():
        assert np.abs(x).min() > 1e-2, name
        axes = (0, 2, 3)[: x.ndim - 1]
        on, off = (x > 0).all(axes), (x < 0).all(axes)
        assert (on | off).all(), name
        assert 0.1 < on.mean() < 0.7, name


def test_a_known_mistake_moves_logits_and_losses_far_beyond_a_tolerance():
    logits, losses = np.array(STORED["logits"]), np.array(STORED["losses"])
    for name, wrong in STORED["mistakes"]["logits"].items():
        assert np.abs(np.array(wrong) - logits[: len(wrong)]).max() > 3e-4, name
    for name, wrong in STORED["mistakes"]["losses"].items():
        assert np.abs(np.array(wrong) - losses).max() > 3e-3, name
