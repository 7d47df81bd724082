"""A workload that trains nothing goes the whole way: record, words, pictures, tables, terminal."""

from dataclasses import replace

import pytest
from projects import write_project, write_record

from rosetta import __main__ as command
from rosetta.project.workloads import load_project
from rosetta.proof import parity
from rosetta.records import comparison as pairs
from rosetta.records import installation, provenance, series
from rosetta.site.base.catalog import Catalog
from rosetta.site.results import results
from rosetta.site.results.comparison import compare, entries
from rosetta.site.results.pictures import figure

MACHINE = {"processor": "Abacus", "cores": 2}
NOISE = {"scatter": 0.0, "waited": 0.0}


def reported(seconds: float) -> dict:
    """Return a report of nine blocks of four batches; the first one also compiled."""
    blocks = [seconds * (1 + place / 100) for place in range(-4, 5)]
    return {"device": "cpu", "batch_size": 32, "image_seconds": [3 * seconds, *blocks]}


@pytest.fixture
def project(tmp_path):
    write_project(tmp_path)
    toml = tmp_path / "scripts/tiny/workload.toml"
    text = toml.read_text("utf-8").replace('kind = "training"', 'kind = "inference"')
    toml.write_text(text.replace("EPOCHS", "BATCHES").replace("three epochs", "3 batches"))
    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text("utf-8").replace("EPOCHS", "BATCHES"))
    return load_project(tmp_path)


def record(project, seconds: float, **more):
    given = {"profile": "full", "machine": MACHINE, "noise": NOISE, **more}
    return write_record(project, reported=reported(seconds), **given)


def test_a_record_says_how_long_a_thousand_images_take(project):
    facts = provenance.measured(record(project, 0.25), project.scripts[0])
    told = {fact.term: f"{fact.value} {fact.remark}" for fact in facts}
    assert told["Per 1,000 images"].replace("\u00a0", " ") == (
        "250 s median of 9 blocks of 4 batches; quartiles 245 to 255"
    )
    assert told["Warm-up"].startswith("64")
    assert not {"Training", "First epoch", "Test accuracy"} & set(told)


def test_the_table_has_the_columns_of_its_kind(project):
    record(project, 0.25, peak_memory_bytes=2**30)
    found = compare(Catalog(project.root), "tiny")
    (place,) = found.hardware
    group = results.ours(found, place)
    assert [head.astext() for head in group.heads] == [
        "Run",
        "1,000 images, smedian; quartiles",
        "Peak memory, GiBof the process",
    ]
    _, seconds, memory = group.cells["alpha"]
    assert seconds.astext() == "250245 to 2559 blocks of 4 batches"
    assert seconds["data-value"] == "250.0"
    assert memory.astext() == "1.00"
    assert len(group.cells["alpha"]) == len(group.heads)
    rows = {row["quantity"]: row["value"] for row in entries(found) if row["origin"] == "record"}
    assert rows["1,000 images"] == pytest.approx(250)


def test_a_run_of_one_block_is_too_short_to_time(project):
    write_record(project, reported={**reported(0.2), "image_seconds": [0.2]}, machine=MACHINE)
    found = compare(Catalog(project.root), "tiny")
    _, seconds, _ = results.ours(found, found.hardware[0]).cells["alpha"]
    assert seconds.astext() == "too short to time"


def test_its_pictures_are_those_of_its_kind(project):
    runs = [(project.scripts[0], record(project, 0.25, peak_memory_bytes=2**30))]
    workload = project.workloads["tiny"]
    assert set(workload.kind.pictures) == {"seconds", "memory", "published"}
    drawn = series.PICTURES[workload.kind.pictures["seconds"]](workload, runs, ())
    assert drawn.alt.replace("\u00a0", " ") == (
        "Tiny, seconds per 1,000 images: 1 program on Abacus, 2 cores, 250 s (Alpha)."
    )
    assert drawn.panels[0].marks[0].value == pytest.approx(250)
    assert "<svg" in figure(drawn, "speed", "seconds")


def test_two_machines_are_compared_by_it(project):
    script = project.scripts[0]
    known, mine = record(project, 0.25), record(project, 0.5, box="other")
    found = installation.assess(mine, script, [known])
    assert found.fast is False
    assert found.verdict == "SLOWER than it should be: 2.0 times the time per 1,000 images."
    assert found.facts[-1].term == "Per 1,000 images"


def test_two_records_are_compared_by_it(project):
    script = project.scripts[0]
    one, other = ((record(project, seconds), script) for seconds in (0.25, 0.2))
    assert "20.0 % less time per 1,000 images, beyond both spreads" in pairs.summary(one, other)


def test_the_terminal_lists_what_its_kind_measures(project, monkeypatch, capsys):
    monkeypatch.setattr(command, "ROOT", project.root)
    record(project, 0.25)
    assert command.main(["results", "list"]) == 0
    told = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Per 1,000" in told
    assert "250 s" in told
    assert "Accuracy" not in told


def test_its_features_are_judged(project, tmp_path):
    """The error is relative to the largest feature; what it judges is missing in its report."""
    workload = replace(project.workloads["tiny"], dataset="", tolerances={"features": {
        "tolerance": 3e-6}})  # fmt: skip
    (workload.path / "reference.json").write_text('{"features": [[1.0, -4.0], [2.0, 0.5]]}')
    right = {"parity": {"features": [[1.0, -4.0], [2.0, 0.5]]}}
    assert parity.judge(workload, right, None).passed
    wrong = {"parity": {"features": [[1.0, -4.0], [2.0, 0.54]]}}
    verdict = parity.judge(workload, wrong, None)
    assert not verdict.passed
    assert verdict.quantities[0].error == pytest.approx(0.01)
    assert verdict.findings == (
        "The features are off by 1e-02 of the largest (allowed 3e-06), most in example 1, "
        "feature 1. Look at the network's variant, at the statistics that its normalization uses, "
        "and at what the images go through before it.",
    )
    missing = parity.judge(workload, {"parity": {}}, None)
    assert 'parity["features"] is missing' in missing.findings[0]
