"""Whatever lies in the place of a record: one line names it, and the others are read."""

import json
import os

import pytest
from projects import write_project
from projects import write_record as make

from rosetta.records import records
from rosetta.records.records import RecordError

GONE = object()
# A path into the notebook, what stands there instead, and what is said of it.
FAULTS = {
    "a key that is missing": ("metadata.rosetta.key", GONE, "key"),
    "a start that is no date": ("metadata.rosetta.started", "yesterday", "started"),
    "a start that is a number": ("metadata.rosetta.started", 5, "started must be string"),
    "a profile that is a list": ("metadata.rosetta.profile", ["short"], "profile must be string"),
    "data that is a text": ("metadata.rosetta.data", "CIFAR-10", "data must be object"),
    "a source that is nothing": ("metadata.rosetta.data.source", None, "source must be string"),
    "a report that is a list": ("metadata.rosetta.reported", [1], "reported must be object"),
    "a device that is a number": ("metadata.rosetta.reported.device", 1, "device must be string"),
    "a machine that is a text": ("metadata.rosetta.machine", "box", "machine must be object"),
    "cores that are a text": ("metadata.rosetta.machine.cores", "two", "cores must be integer"),
    "cores below nothing": ("metadata.rosetta.machine.cores", -2, "cores must be bigger"),
    "versions that are a list": ("metadata.rosetta.versions", ["1.0"], "versions must be object"),
    "a version that is a number": ("metadata.rosetta.versions.numpy", 2, "numpy must be"),
    "seconds that are a text": ("metadata.rosetta.seconds", "long", "seconds must be number"),
    "steps that are a text": ("metadata.rosetta.step_seconds", {"a": "b"}, "must be number"),
    "noise without its figures": ("metadata.rosetta.noise", {}, "noise must contain"),
    "precision that is a list": ("metadata.rosetta.precision", [], "precision must be object"),
    "a failure that is a text": ("metadata.rosetta.failure", "it broke", "failure must be object"),
    "a line that is a text": ("metadata.rosetta.failure", {"line": "x"}, "line must be"),
    "no rosetta at all": ("metadata.rosetta", GONE, "without metadata.rosetta"),
    "a list in its place": ("metadata.rosetta", [], "without metadata.rosetta"),
    "a newer schema": ("metadata.rosetta.schema", 99, "has schema 99, this version reads 1"),
    "cells that are a dict": ("cells", {}, "cells must be array"),
    "a cell without a source": ("cells.0.source", GONE, "source"),
    "a source that is a number": ("cells.0.source", 3, "source must be string"),
    "tags that are a text": ("cells.0.metadata.tags", "parameters", "tags must be array"),
    "outputs that are a dict": ("cells.1.outputs", {}, "outputs must be array"),
    "outputs that are gone": ("cells.1.outputs", GONE, "outputs"),
    "an output without a kind": ("cells.1.outputs", [{"text": "x"}], "output_type"),
}


@pytest.fixture
def project(tmp_path):
    project = write_project(tmp_path)
    make(project)
    return project


def beside(project):
    """Return the good record's path, and one beside it for what is to be found there."""
    good = records.paths_of(project, project.scripts[0])[0]
    return good, good.with_name("alpha_tiny.full.ipynb")


def refused(project, bad) -> str:
    """Return what is said of the file; the good record beside it is read all the same."""
    with pytest.raises(RecordError) as error:
        records.read(bad)
    problems = []
    found = records.records_of(project, project.scripts[0], problems)
    assert [record.path for record in found] == [bad.with_name("alpha_tiny.short.ipynb")]
    assert problems == [str(error.value)]
    assert bad.name in problems[0]
    assert "\n" not in problems[0]
    return problems[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_facts_of_another_kind(project, fault):
    where, value, said = FAULTS[fault]
    good, bad = beside(project)
    notebook = json.loads(good.read_text("utf-8"))
    *path, last = [int(part) if part.isdigit() else part for part in where.split(".")]
    place = notebook
    for part in path:
        place = place[part] if isinstance(place, list) else place.setdefault(part, {})
    if value is GONE:
        del place[last]
    else:
        place[last] = value
    bad.write_text(json.dumps(notebook), "utf-8")
    assert said in refused(project, bad)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "0", "\ufeff{}", "[" * 100_000], ids=lambda text: text[:4]
)
def test_what_is_no_notebook(project, text):
    _, bad = beside(project)
    bad.write_text(text, "utf-8")
    assert "not a readable notebook" in refused(project, bad)


@pytest.mark.parametrize("cut", [1, 2, 3, 5, 9])
def test_a_record_that_was_cut_off(project, cut):
    good, bad = beside(project)
    text = good.read_text("utf-8")
    bad.write_text(text[: len(text) * cut // 10], "utf-8")
    assert "not a readable notebook" in refused(project, bad)


@pytest.mark.parametrize(
    "put", [os.mkdir, os.mkfifo, lambda path: path.symlink_to(path)], ids=["folder", "pipe", "loop"]
)
def test_what_is_no_file(project, put):
    _, bad = beside(project)
    put(bad)
    refused(project, bad)


def test_a_link_that_leads_nowhere(project):
    _, bad = beside(project)
    bad.symlink_to("gone.ipynb")
    assert "No such file" in refused(project, bad)
