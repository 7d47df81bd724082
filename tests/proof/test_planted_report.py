"""What the planted faults moved, as it is written down, agrees with the faults that are planted."""

import json
import re

import pytest
from planted_report import WHERE, Moved
from test_planted_faults import FAULTS, PLANTED, PROJECT, ROOT, SCRIPTS, UNTOUCHED

from rosetta.project.workloads import WorkloadError
from rosetta.proof import planted, quantities, run
from rosetta.proof.parity import Quantity, Verdict

WRITE = f"{WHERE}=results/planted make test TESTS=tests/test_planted_faults.py writes it anew"
WRITTEN = {
    f"{workload}/{framework}": own
    for workload in FAULTS
    for framework, own in json.loads(
        planted.planted_path(ROOT, workload).read_text("utf-8")
    ).items()
}


def test_every_planted_fault_was_written_down_and_no_other():
    """Of all scripts that were written down; those of core frameworks must be."""
    written = {(name, fault) for name, own in WRITTEN.items() for fault in own}
    expected = {(name, fault) for name, fault in PLANTED if name in WRITTEN}
    assert written == expected | {(name, UNTOUCHED) for name in WRITTEN}, WRITE
    core = {name for name in SCRIPTS if PROJECT.script(name).framework.core}
    assert core <= set(WRITTEN), WRITE


@pytest.mark.parametrize(("name", "fault"), [pair for pair in PLANTED if pair[0] in WRITTEN])
def test_what_was_written_is_what_the_test_requires(name, fault):
    workload = PROJECT.script(name).workload
    finding, _ = FAULTS[workload.id][fault]
    kept = WRITTEN[name][fault]
    assert re.search(finding, kept["said"]), WRITE
    beyond = [which for which, error in kept["errors"].items() if not allowed(name, which, error)]
    assert beyond, "a fault that moves nothing was not caught by a quantity"


@pytest.mark.parametrize("name", list(WRITTEN))
def test_an_untouched_script_is_within_every_tolerance(name):
    kept = WRITTEN[name][UNTOUCHED]
    script = PROJECT.script(name)
    own = set(script.workload.tolerances) - (set() if script.proof else set(run.MEASURES))
    assert kept["errors"].keys() == own
    assert all(allowed(name, which, error) for which, error in kept["errors"].items())
    assert "said" not in kept


def allowed(name: str, quantity: str, error: float | None) -> bool:
    tolerance, _ = quantities.allowed(PROJECT.script(name).workload, quantity)
    return error is not None and error <= tolerance


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
    untouched, fault = planted.load(planted.planted_path(tmp_path, "tiny"))
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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not readable as JSON"),
        ("[]", "expected a table of faults for each framework"),
        ('{"alpha": {"untouched": {}}}', "expected a table of faults"),
        ('{"alpha": {"untouched": {"errors": {"logits": "small"}}}}', "expected a table of faults"),
    ],
)
def test_a_file_that_is_broken_is_named(tmp_path, content, said):
    path = planted.planted_path(tmp_path, "tiny")
    assert planted.load(path) == []
    path.parent.mkdir(parents=True)
    path.write_text(content)
    with pytest.raises(WorkloadError, match=rf"tiny\.json: {said}"):
        planted.load(path)
