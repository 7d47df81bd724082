"""What a perfect CNN script reports, and ways to spoil it."""

import copy
from pathlib import Path

from rosetta.project.workloads import load_workload
from rosetta.proof import parity

ROOT = Path(__file__).resolve().parent.parent
WORKLOAD = load_workload(ROOT / "scripts" / "cnn" / "workload.toml")
EXPECTED = parity.expected(WORKLOAD)
SHAPES = EXPECTED["shapes"]
DATA = {"largest": 1.0, "channel_means": [0.49, 0.48, 0.45]}
NOTHING = {"norm": 0.0, "largest": 0.0, "projections": [0.0] * 4}


def perfect() -> dict:
    """Return the reference values as a report; the reference weights stand for a first draw."""
    initial = {n: NOTHING if len(SHAPES[n]) == 1 else w for n, w in EXPECTED["weights"].items()}
    values = {name: EXPECTED[name] for name in ("logits", "losses", "gradients", "changes")}
    return copy.deepcopy({"images": DATA, "parity": {"initial": initial, **values}})


def judged(report, data=DATA) -> parity.Verdict:
    return parity.judge(WORKLOAD, report, data)


def failed(verdict: parity.Verdict) -> set[str]:
    return {quantity.name for quantity in verdict.quantities if not quantity.passed}


def scaled(fingerprints: dict, factor: float) -> dict:
    return {
        name: {
            "norm": abs(factor) * one["norm"],
            "largest": abs(factor) * one["largest"],
            "projections": [factor * p for p in one["projections"]],
        }
        for name, one in fingerprints.items()
    }


def plus(fingerprints: dict, factor: float, others: dict) -> dict:
    """Add small arrays; a norm changes in second order only if they are orthogonal."""
    summed = copy.deepcopy(fingerprints)
    for name, one in summed.items():
        pairs = zip(one["projections"], others[name]["projections"], strict=True)
        one["projections"] = [p + factor * q for p, q in pairs]
    return summed
