"""The GRU's stored reference: it belongs to what is drawn, and NumPy computes the same."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from rosetta.datasets import fingerprint, reference
from rosetta.proof.fingerprints import distance

ROOT = Path(__file__).resolve().parents[2]
STORED = json.loads((ROOT / "scripts" / "gru" / "reference.json").read_text("utf-8"))
WORKLOAD = tomllib.loads((ROOT / "scripts" / "gru" / "workload.toml").read_text("utf-8"))
TABLE = "embedding.weight"


@pytest.fixture(scope="module")
def drawn():
    return reference("gru")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def forward(weights, reviews):
    """Return the logits in float64, unit by unit as cuDNN's documentation has them."""
    w = {name: array.astype(np.float64) for name, array in weights.items()}
    h = np.zeros((len(reviews), 100))
    for tokens in reviews.T:
        given = w["embedding.weight"][tokens] @ w["gru.weight_ih"].T + w["gru.bias_ih"]
        kept = h @ w["gru.weight_hh"].T + w["gru.bias_hh"]
        r = sigmoid(given[:, :100] + kept[:, :100])
        z = sigmoid(given[:, 100:200] + kept[:, 100:200])
        n = np.tanh(given[:, 200:] + r * kept[:, 200:])
        h = (1 - z) * n + z * h
    return h @ w["dense.weight"].T + w["dense.bias"]


def test_the_reference_was_computed_from_what_is_drawn(drawn):
    """Whoever draws other weights or labels computes the reference anew."""
    assert {name: list(w.shape) for name, w in drawn["weights"].items()} == STORED["shapes"]
    assert fingerprint(drawn["weights"]) == STORED["weights"]
    assert drawn["labels"][0].tolist() == STORED["labels"]


def test_two_frameworks_agreed_in_float64():
    assert STORED["made_by"].startswith("PyTorch ")
    assert STORED["confirmed_by"].startswith("JAX ")
    assert 0 <= STORED["disagreement"] <= 1e-10


def test_numpy_computes_the_same_logits_and_first_loss(drawn):
    logits = forward(drawn["weights"], drawn["reviews"][0])
    np.testing.assert_allclose(logits, STORED["logits"], rtol=0, atol=1e-12)
    chosen = logits[np.arange(64), drawn["labels"][0]]
    loss = (np.log(np.exp(logits).sum(1)) - chosen).mean()
    assert loss == pytest.approx(STORED["losses"][0], abs=1e-12)


def test_the_reviews_are_like_real_ones(drawn):
    """Some padded and some cut, all kinds of tokens, and no two batches of the same words."""
    reviews = drawn["reviews"]
    assert reviews.shape == (3, 64, 150)
    assert reviews.min() == 0
    assert 29_900 < reviews.max() < 30_000
    padded = reviews[..., 0] == 0
    assert 0.1 < padded.mean() < 0.9
    starts = (reviews[padded] == 1).sum(1)
    assert (starts == 1).all()
    words = [set(batch.ravel()) for batch in reviews]
    assert all(len(words[k] - words[0]) > 1_000 for k in (1, 2))


def test_a_known_mistake_moves_what_it_touches_far_beyond_a_tolerance():
    logits, losses = np.array(STORED["logits"]), np.array(STORED["losses"])
    for name, wrong in STORED["mistakes"]["logits"].items():
        assert np.abs(np.array(wrong) - logits[: len(wrong)]).max() > 1e-2, name
    for name, wrong in STORED["mistakes"]["losses"].items():
        assert np.abs(np.array(wrong) - losses).max() > 1e-2, name
    allowed = WORKLOAD["tolerances"]["changes"]["tolerance"]
    for name, wrong in STORED["mistakes"]["changes"].items():
        moved = [
            distance(after[TABLE], right[TABLE], STORED["shapes"][TABLE])
            for after, right in zip(wrong, STORED["changes"], strict=True)
        ]
        assert max(moved) > 2.5 * allowed, name
