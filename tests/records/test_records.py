"""Records: sealing, reading what is damaged, staleness and ranking."""

import json
from pathlib import Path

import nbformat
import pytest
from projects import SCRIPT, write_project
from projects import write_record as make

from rosetta.project.workloads import load_project
from rosetta.records import records
from rosetta.records.records import RecordError

FOLDER = "results/box/tiny"
REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_record_is_read_back_whole(tmp_path):
    project = write_project(tmp_path)
    written = make(project)
    record = records.read(written.path)
    assert record.genuine
    assert record.reported == {"test_accuracy": 0.75}
    assert record.path.name == "alpha_tiny.short.ipynb"
    assert records.is_current(record, project.scripts[0])


@pytest.mark.parametrize("edit", ['"test_accuracy": 0.75', '"print(\\"training\\", EPOCHS)"'])
def test_a_hand_edited_record_is_seen(tmp_path, edit):
    path = make(write_project(tmp_path)).path
    text = path.read_text()
    assert edit in text
    path.write_text(text.replace(edit, edit.replace("75", "99").replace("training", "t")))
    assert not records.read(path).genuine


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"cells": [', "not a readable notebook"),
        ("", "not a readable notebook"),
        ('{"a": 1}', "not a readable notebook"),
        (nbformat.writes(nbformat.v4.new_notebook()), "without metadata.rosetta"),
    ],
)
def test_half_written_and_foreign_files(tmp_path, text, message):
    project = write_project(tmp_path)
    good = make(project)
    bad = good.path.with_name("alpha_tiny.full.ipynb")
    bad.write_text(text)
    with pytest.raises(RecordError, match=message) as error:
        records.read(bad)
    assert "alpha_tiny.full.ipynb" in str(error.value)
    problems = []
    found = records.records_of(project, project.scripts[0], problems)
    assert [record.path for record in found] == [good.path]
    assert len(problems) == 1


def test_what_is_no_text_or_not_there_is_named(tmp_path):
    path = make(write_project(tmp_path)).path
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordError, match="not a readable notebook"):
        records.read(path)
    path.unlink()
    with pytest.raises(RecordError, match=r"alpha_tiny\.short\.ipynb: No such file"):
        records.read(path)


def test_another_schema_is_refused(tmp_path):
    path = make(write_project(tmp_path)).path
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 99'))
    with pytest.raises(RecordError, match="has schema 99, this version reads 1"):
        records.read(path)


def change(project, what):
    """Change one of the things that a record is made from; return the project anew."""
    root = project.root
    edits = {
        "code": ("scripts/tiny/alpha_tiny.py", 'print("training"', 'print("trained"'),
        "comment": ("scripts/tiny/alpha_tiny.py", "import numpy as np", "import numpy as np  # !"),
        "hyperparameter": ("scripts/tiny/workload.toml", "EPOCHS = 3", "EPOCHS = 4"),
        "profile": ("scripts/tiny/workload.toml", "EPOCHS = 1", "EPOCHS = 2"),
        "variable": ("frameworks.toml", "core = true", 'core = true\nvariables = { A = "1" }'),
        "prose": ("scripts/tiny/alpha_tiny.py", "# Prose.", "# Other prose."),
        "title": ("scripts/tiny/workload.toml", 'title = "Tiny"', 'title = "Small"'),
    }
    from rosetta.project.workloads import load_project

    file, old, new = edits[what]
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))
    return load_project(root)


@pytest.mark.parametrize("what", ["code", "comment", "hyperparameter", "profile", "variable"])
def test_what_can_change_an_output_makes_a_record_stale(tmp_path, what):
    project = write_project(tmp_path)
    record = make(project)
    assert not records.is_current(record, change(project, what).scripts[0])


@pytest.mark.parametrize("what", ["prose", "title"])
def test_prose_does_not(tmp_path, what):
    project = write_project(tmp_path)
    record = make(project)
    assert records.is_current(record, change(project, what).scripts[0])


def test_the_lock_the_data_and_what_a_script_is_given_count(tmp_path):
    script = write_project(tmp_path).scripts[0]
    datasets = tmp_path / "rosetta/datasets"
    (datasets / "references").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()

    def key(digest="d"):
        return records.key(script, environment="env", profile="short", digest=digest)

    keys = [key()]
    for given in (
        "requirements/env.txt",
        "rosetta/datasets/batches.py",
        "rosetta/datasets/cifar10_arrays.py",
        "rosetta/datasets/references/tiny.json",
    ):
        (tmp_path / given).write_text("changed")
        keys.append(key())
    keys.append(key("other data"))
    assert len(set(keys)) == len(keys)
    (datasets / "download.py").write_text("changed")
    (datasets / "references/another.json").write_text("changed")
    assert key("other data") == keys[-1], "what a script is not given does not count"


def test_what_the_real_scripts_are_given_is_there():
    for script in load_project(REPOSITORY).scripts:
        assert [path for path in records.given_to(script) if not path.exists()] == []


def test_the_best_record_comes_first(tmp_path):
    """Real data before synthetic, long before short, GPU before CPU, a copy after the official."""
    project = write_project(tmp_path)
    failed = make(project, profile="full", ok=False)
    synthetic = make(project, profile="full", source="synthetic")
    short = make(project, profile="short")
    copy = make(project, profile="full", source="copy")
    official = make(project, profile="full")
    gpu = make(project, profile="full", source="copy", device="cuda")
    found = [record.path for record in records.records_of(project, project.scripts[0])]
    assert found == [r.path for r in (gpu, official, copy, short, synthetic, failed)]


def test_current_code_comes_before_stale_but_after_synthetic(tmp_path):
    project = write_project(tmp_path)
    stale = make(project, profile="full")
    project = write_project(tmp_path, alpha=SCRIPT.replace("training", "trained"))
    current, synthetic = make(project), make(project, source="synthetic")
    found = [record.path for record in records.records_of(project, project.scripts[0])]
    assert found == [current.path, stale.path, synthetic.path]


def test_results_can_lie_elsewhere(tmp_path, monkeypatch):
    project = write_project(tmp_path)
    monkeypatch.setenv("RESULTS", str(tmp_path / "trial"))
    assert records.results_folder(project.root) == tmp_path / "trial"
    make(project)
    assert records.records_of(project, project.scripts[0]) == []


def test_a_record_is_json_without_surprises(tmp_path):
    about = json.loads(make(write_project(tmp_path)).path.read_text())["metadata"]["rosetta"]
    assert about["seal"] == records.read(next(tmp_path.glob("results/**/*.ipynb"))).about["seal"]
