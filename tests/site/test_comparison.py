"""What the results tables are made of, without drawing: the committed records, and made-up ones."""

import json
from pathlib import Path
from statistics import median, quantiles

import pytest
from projects import SCRIPT, write_project, write_record

from rosetta.project import numbers
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.records import coverage, describe
from rosetta.records.records import Record
from rosetta.site.base.catalog import Catalog
from rosetta.site.results import comparison, results

ROOT = Path(__file__).resolve().parents[2]
CATALOG = Catalog(ROOT)
COMPARISONS = {name: comparison.compare(CATALOG, name) for name in CATALOG.project.workloads}
RUNS = [
    pytest.param(run, id=run.docname)
    for found in COMPARISONS.values()
    for run in found.runs.values()
    if run.record.ok
]


def reported_by(run) -> dict:
    """Read what a notebook says of its run, with nothing of this project."""
    return json.loads(run.record.path.read_text("utf-8"))["metadata"]["rosetta"]


@pytest.mark.parametrize("run", RUNS)
def test_the_speed_of_a_run_is_recomputed_from_its_notebook(run):
    first, *steady = reported_by(run)["reported"]["step_seconds"]
    step = run.numbers["training step"]
    low, middle, high = quantiles(steady, n=4, method="inclusive")
    assert (step.low, step.high) == pytest.approx((low, high))
    assert step.value == pytest.approx(median(steady)) == pytest.approx(middle)
    assert step.count == len(steady)
    assert run.numbers["warm-up"].value == pytest.approx(max(0, 20 * (first - step.value)))


@pytest.mark.parametrize("run", RUNS)
def test_the_other_numbers_of_a_run_are_those_of_its_notebook(run):
    about = reported_by(run)
    reported = about["reported"]
    expected = {
        "training": sum(reported["epoch_seconds"]),
        "first epoch": reported["epoch_seconds"][0],
        "test accuracy": reported["test_accuracy"],
        "peak memory": about["peak_memory_bytes"],
    }
    assert {name: run.numbers[name].value for name in expected} == pytest.approx(expected)
    assert run.numbers["training"].count == len(reported["epoch_seconds"])


@pytest.mark.parametrize("name", COMPARISONS)
def test_each_hardware_shows_a_frameworks_best_record_on_it(name):
    found = COMPARISONS[name]
    shown = {run.record.path for run in found.runs.values()}
    for script in CATALOG.project.scripts_of(name):
        best = CATALOG.shown(script)
        assert best is None or best.path in shown
    assert {run.hardware for run in found.runs.values()} == set(found.hardware)


@pytest.mark.parametrize("name", comparison.known_workloads(CATALOG))
def test_every_published_figure_stands_in_the_table_of_its_workload(name):
    found = comparison.compare(CATALOG, name)
    given = [e for e in comparison.entries(found) if e["origin"] == "published"]
    wanted = [figure for table in found.tables for figure in table.figures()]
    assert len(given) == len(wanted)
    assert sorted(str(entry["value"]) for entry in given) == sorted(str(f.value) for f in wanted)
    assert {tuple(entry) for entry in given} == {tuple(comparison.FIELDS)} or not given


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({}, ()),
        ({"proven": True}, ()),
        ({"proven": False}, ("differs",)),
        ({"genuine": False, "current": False}, ("edited", "stale")),
        ({"source": "copy"}, ("copy",)),
        ({"source": "synthetic", "ok": False}, ("failed", "synthetic")),
    ],
)
def test_marks_name_what_is_against_a_record(monkeypatch, faults, expected):
    facts = {"ok": True, "genuine": True, "source": "official"} | faults
    monkeypatch.setattr(comparison, "is_current", lambda *_: facts.get("current", True))
    record = type("Known", (), facts)
    assert comparison.marks(record, None, facts.get("proven")) == expected


def made(device="cpu", status="ok", genuine=True, current=True) -> Record:
    known = {"status": status, "device": device, "current": current}
    record = Record(Path("record.ipynb"), type("Notebook", (), {"metadata": {"rosetta": known}}))
    record.__dict__["genuine"] = genuine
    return record


@pytest.mark.parametrize(
    ("found", "state", "shown"),
    [
        ([], "missing", None),
        ([made()], "cpu", 0),
        ([made(), made("cuda")], "gpu", 1),
        ([made(), made("cuda", current=False)], "cpu", 0),
        ([made(current=False), made(genuine=False)], "stale", 0),
        ([made(genuine=False, current=False), made(current=False)], "stale", 1),
        ([made(genuine=False)], "edited", 0),
        ([made(status="error"), made(current=False)], "stale", 1),
        ([made(status="error")], "failed", 0),
    ],
)
def test_the_state_of_a_cell_follows_from_its_records(monkeypatch, found, state, shown):
    monkeypatch.setattr(coverage, "is_current", lambda record, _: record.about["current"])
    record = None if shown is None else found[shown]
    assert coverage.state_of(None, found) == (state, record)
    assert state in coverage.STATES


def test_the_matrix_has_a_reason_for_what_cannot_be_expressed(tmp_path):
    project = write_project(tmp_path)

    def cells():
        return {c.framework.id: c for c in coverage.cells(project, lambda _: [])}

    assert [cell.state for cell in cells().values()] == ["missing", "unwritten"]
    path = tmp_path / "scripts/tiny/cannot.toml"
    path.write_text('beta = "no loops"')
    assert cells()["beta"].state == "impossible"
    assert cells()["beta"].reason == "no loops"
    for text, said in (
        ('gamma = "x"', "gamma is no framework of frameworks.toml"),
        ('beta = ""', "beta is ''; expected the reason in words"),
        ('alpha = "x"', "alpha has a script, scripts/tiny/alpha_tiny.py; remove one"),
    ):
        path.write_text(text)
        with pytest.raises(WorkloadError, match=said) as raised:
            cells()
        assert str(raised.value).startswith(str(path))


def test_every_workload_has_a_page_for_its_results():
    pages = {path.stem for path in (ROOT / "docs/results").glob("*.md")}
    assert pages == set(comparison.known_workloads(CATALOG))


@pytest.mark.parametrize("script", CATALOG.project.scripts, ids=lambda script: script.name)
def test_lines_of_code_are_those_that_run(script):
    lines = [line.strip() for line in script.text.splitlines()]
    assert describe.lines_of_code(script) == sum(1 for x in lines if x and not x.startswith("#"))


def test_precision_is_said_as_it_was_read_back():
    about = {"precision": {"conv": "ieee", "matmul": "highest"}}
    notebook = type("Notebook", (), {"metadata": {"rosetta": about}, "cells": []})
    record = Record(Path("record.ipynb"), notebook)
    assert describe.precision(record) == "conv = ieee, matmul = highest"
    del about["precision"]
    assert describe.precision(record) == "not read back"


def test_an_accuracy_out_of_its_band_is_not_as_expected(monkeypatch):
    project = load_project(ROOT)
    script = project.scripts[0]
    profile, bounds = next((p, p.expected) for p in script.workload.profiles.values() if p.expected)
    for fraction, inside in ((bounds[0], True), (bounds[1], True), (bounds[1] + 0.01, False)):
        about = {"reported": {"test_accuracy": fraction}, "profile": profile.id}
        about["data"] = {"source": "official"}
        notebook = type("Notebook", (), {"metadata": {"rosetta": about}})
        told = describe.check(Record(Path("record.ipynb"), notebook), script)
        assert told == (numbers.percent(fraction), numbers.band(*bounds), inside)


@pytest.mark.parametrize("both", [True, False])
def test_what_is_said_of_the_data_of_all_runs_is_said_once(tmp_path, both):
    project = write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    box = {"machine": {"processor": "Abacus", "cores": 2}, "box": "box"}
    write_record(project, 0, source="copy", **box)
    write_record(project, 1, source="copy" if both else "official", **box)
    found = comparison.compare(Catalog(tmp_path), "tiny")
    group = results.ours(found, found.hardware[0])
    cells = [group.cells[name][0].astext() for name in ("alpha", "beta")]
    assert ("unverified copy" in group.label) is both
    assert ("unverified copy" in cells[0]) is not both
    assert "unverified copy" not in cells[1]
    assert ("official data" in cells[1]) is not both
