"""Hold the networks in NumPy against what two frameworks computed in float64."""

import json
from pathlib import Path

import numpy as np
import pytest

from rosetta.datasets import fingerprint, reference
from rosetta.project.workloads import load_project
from rosetta.proof.fingerprints import distance
from rosetta.proof.networks import NETWORKS, doubled

ROOT = Path(__file__).resolve().parents[2]
WORKLOADS = load_project(ROOT).workloads
EXACT = 1e-10


def batches_of(drawn: dict) -> list:
    """Return the batches of the three training steps whose losses are known."""
    if "reviews" in drawn:
        return list(zip(drawn["reviews"], drawn["labels"], strict=True))
    return [(drawn["images"], drawn["labels"])] * 3


def trained(name: str, batches: list):
    """Return the losses, the first gradients, and the weights' changes after each step."""
    kind, rule = NETWORKS[name]
    network, optimizer = kind(), rule(WORKLOADS[name].hyperparameters)
    start = doubled(reference(name)["weights"])
    w, losses, gradients, changes = doubled(start), [], [], []
    for batch in batches:
        loss, g = network.gradients(w, *batch)
        optimizer.step(w, g)
        losses.append(loss)
        gradients.append(g)
        changes.append({n: w[n] - start[n] for n in w})
    return losses, gradients[0], changes


@pytest.mark.parametrize("name", NETWORKS)
def test_logits_and_losses_are_the_references(name):
    stored = json.loads((WORKLOADS[name].path / "reference.json").read_text("utf-8"))
    drawn = reference(name)
    batches = batches_of(drawn)
    logits = NETWORKS[name][0]().logits(doubled(drawn["weights"]), batches[0][0])
    assert np.abs(logits - stored["logits"]).max() < EXACT
    losses, *_ = trained(name, batches)
    assert np.abs(np.array(losses) - stored["losses"]).max() < EXACT


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_and_changes_are_the_references(name):
    stored = json.loads((WORKLOADS[name].path / "reference.json").read_text("utf-8"))
    drawn = reference(name)
    margin = [(drawn["margin_images"], drawn["margin_labels"])] * 3 if name == "cnn" else None
    _, gradients, changes = trained(name, margin or batches_of(drawn))
    pairs = [(gradients, stored["gradients"])]
    pairs += zip((changes[0], changes[2]), stored["changes"], strict=True)
    for ours, theirs in pairs:
        found = fingerprint(ours)
        for parameter, shape in stored["shapes"].items():
            assert distance(found[parameter], theirs[parameter], shape) < EXACT, parameter
