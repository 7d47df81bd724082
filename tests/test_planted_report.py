"""What the planted faults moved, as it is written down, agrees with the faults that are planted."""

import json
import re

import pytest
from planted_report import WHERE, Moved
from test_planted_faults import FAULTS, PLANTED, PROJECT, ROOT, UNTOUCHED

from rosetta import parity, planted
from rosetta.parity import Quantity, Verdict
from rosetta.workloads import WorkloadError

WRITE = f"{WHERE}=results/planted make test TESTS=tests/test_planted_faults.py writes it anew"
WORKLOAD = PROJECT.workloads["cnn"]
WRITTEN = json.loads(planted.planted_path(ROOT, "cnn").read_text("utf-8"))


def test_every_planted_fault_was_written_down_and_no_other():
    written = {(f, fault) for f, own in WRITTEN.items() for fault in own if fault != UNTOUCHED}
    assert written == set(PLANTED), WRITE
    assert all(UNTOUCHED in own for own in WRITTEN.values()), WRITE


@pytest.mark.parametrize(("framework", "fault"), PLANTED)
def test_what_was_written_is_what_the_test_requires(framework, fault):
    finding, _ = FAULTS[fault]
    kept = WRITTEN[framework][fault]
    assert re.search(finding, kept["said"]), WRITE
    beyond = {name for name, error in kept["errors"].items() if not allowed(name, error)}
    assert beyond, "a fault that moves nothing was not caught by a quantity"


@pytest.mark.parametrize("framework", list(WRITTEN))
def test_an_untouched_script_is_within_every_tolerance(framework):
    kept = WRITTEN[framework][UNTOUCHED]
    assert kept["errors"].keys() == WORKLOAD.tolerances.keys()
    assert all(allowed(name, error) for name, error in kept["errors"].items())
    assert "said" not in kept


def allowed(name: str, error: float | None) -> bool:
    return error is not None and error <= parity.allowed(WORKLOAD, name)[0]


# ---- Writing and reading --------------------------------------------------------------------


def verdict(error: float, said: str = "") -> Verdict:
    return Verdict((Quantity("logits", error, 1e-6, None, "there"),), (said,) if said else ())


def test_what_was_moved_is_kept_beside_what_others_wrote(tmp_path, monkeypatch):
    monkeypatch.setenv(WHERE, str(tmp_path / "results/planted"))
    for framework, error in (("alpha", 0.12345), ("beta", float("inf"))):
        moved = Moved()
        moved.keep(f"tiny/{framework}", UNTOUCHED, verdict(1e-8))
        moved.keep(f"tiny/{framework}", "upside down", verdict(error, "Turn it."))
        moved.write()
    untouched, fault = planted.load(tmp_path, "tiny")
    assert untouched.name == UNTOUCHED
    assert untouched.errors == {"alpha": {"logits": 1e-8}, "beta": {"logits": 1e-8}}
    assert fault.errors == {"alpha": {"logits": 0.123}, "beta": {"logits": float("inf")}}
    assert fault.range("logits") == (0.123, float("inf"))
    assert fault.range("losses") is None
    assert fault.said == {"alpha": "Turn it.", "beta": "Turn it."}


def test_nothing_is_written_unasked(tmp_path, monkeypatch):
    monkeypatch.delenv(WHERE, raising=False)
    monkeypatch.chdir(tmp_path)
    moved = Moved()
    moved.keep("tiny/alpha", UNTOUCHED, verdict(1e-8))
    moved.write()
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_broken_is_named(tmp_path):
    assert planted.load(tmp_path, "tiny") == []
    path = planted.planted_path(tmp_path, "tiny")
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(WorkloadError, match=r"tiny\.json: not readable as JSON"):
        planted.load(tmp_path, "tiny")
