"""Plant known mistakes in copies of the real scripts, run them, and see each caught by its name.

A fault is a replacement of text that must be found exactly once, so a script that moves on takes
its faults along or breaks this test. All variants of a script run in one process of its framework's
interpreter, with every step but without an epoch of training.
"""

import functools
import re
from pathlib import Path

import planted_cnn
import planted_gru
import pytest
from planted_report import Moved
from planting import both_runs, edited, missed, run_variants

from rosetta.datasets import prepare
from rosetta.project.workloads import load_project
from rosetta.proof import parity, run
from rosetta.run import environments
from rosetta.run.environments import EnvironmentMissing

ROOT = Path(__file__).resolve().parents[2]
PROJECT = load_project(ROOT)
SECONDS = 600

FAULTS = {"cnn": planted_cnn.FAULTS, "gru": planted_gru.FAULTS}
UNTOUCHED = "untouched"
PLANTED = [
    (f"{workload}/{framework}", fault)
    for workload, faults in FAULTS.items()
    for fault, (_, where) in faults.items()
    for framework in where
]
SCRIPTS = list(dict.fromkeys(name for name, _ in PLANTED))


def interpreter(script):
    """Return the Python of the script's environment, which is made here for a core framework."""
    name = script.framework.environment
    if not script.framework.core:
        found = environments.find(ROOT, name)
        if not found:
            pytest.skip(
                f"{script.name}: `make env FRAMEWORKS={script.framework.id}` makes its Python"
            )
        return found.python
    try:
        return environments.ensure(ROOT, name).python
    except EnvironmentMissing as error:
        pytest.skip(f"{script.name}: {error}")


@pytest.fixture(scope="module")
def facts_of(tmp_path_factory):
    """Return a function from a data set to the facts about it; each is made ready once."""
    folder = tmp_path_factory.mktemp("data")

    @functools.cache
    def facts_of(dataset):
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("ROSETTA_DATA", str(folder))
            environment.setenv("ROSETTA_OFFLINE", "1")
            return prepare(dataset)

    return facts_of


@pytest.fixture(scope="module")
def reports_of(tmp_path_factory, facts_of):
    """Return a function from a script's name to what its variants report; each is run once."""

    @functools.cache
    def reports_of(name):
        script = PROJECT.script(name)
        python, framework = interpreter(script), script.framework.id
        variants = {UNTOUCHED: both_runs(script, script.text)} | {
            fault: both_runs(script, edited(script.text, where[framework]))
            for fault, (_, where) in FAULTS[script.workload.id].items()
            if framework in where and not missed(script.text, where[framework])
        }
        folder = tmp_path_factory.mktemp(framework)
        data = facts_of(script.workload.dataset)["path"]
        return run_variants(script, python, variants, folder, data, SECONDS)

    return reports_of


@pytest.fixture
def judged(reports_of, facts_of):
    """Return a function from a script's name and a variant's to the verdict on it."""

    def judged(name, variant) -> parity.Verdict:
        report, workload = reports_of(name)[variant], PROJECT.script(name).workload
        assert "error" not in report, report["error"]
        return parity.judge(workload, report["reported"], facts_of(workload.dataset))

    return judged


@pytest.fixture(scope="module")
def moved():
    """Keep what the faults moved, to be written if that is asked for."""
    found = Moved()
    yield found
    found.write()


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_untouched_script_passes(name, judged, moved):
    verdict = judged(name, UNTOUCHED)
    assert verdict.passed, verdict.findings
    assert verdict.notes == (() if PROJECT.script(name).proof else (run.NOT_REPORTED,))
    moved.keep(name, UNTOUCHED, verdict)


@pytest.mark.parametrize(("name", "fault"), PLANTED)
def test_a_planted_fault_is_named(name, fault, judged, moved):
    script = PROJECT.script(name)
    finding, where = FAULTS[script.workload.id][fault]
    assert missed(script.text, where[script.framework.id]) == [], (
        "the script moved on: plant this fault anew"
    )
    verdict = judged(name, fault)
    assert not verdict.passed
    assert re.search(finding, "\n".join(verdict.findings)), verdict.findings
    moved.keep(name, fault, verdict)
