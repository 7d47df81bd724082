"""The older studies' tables: whole, unchanged, and no machine of ours."""

import re
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from projects import write_project

from rosetta.project import published
from rosetta.project.workloads import WorkloadError
from rosetta.records import records

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / published.FOLDER).glob("*.toml"))
TABLE = """
workload = "tiny"
workload_title = "Tiny"
title = "Times"
edition = "1999"
source = "https://study.example/table"
date = 1999-12-31
machine = "A box"
remarks = []
columns = [
  { id = "s", title = "Training", unit = "s", kind = "time", hardware = "Old GPU", stack = "One" },
  { id = "m", title = "Training", unit = "min:s", kind = "time", hardware = "Old GPU", gpus = 2 },
  { id = "a", title = "Test accuracy", unit = "%", kind = "check", hardware = "Old GPU" },
  { id = "w", title = "Fused", kind = "text" },
]
rows = [
  { framework = "alpha", label = "Alpha", s = 1.5, m = "41:46", a = 76.40, w = "yes" },
  { framework = "beta", label = "Beta", hardware = "Older GPU", s = "not run", a = 72 },
]
footnotes = [
  { row = "Alpha", text = "All of it." },
  { row = "Alpha", column = "m", text = "Of one cell." },
]
"""


def write(folder: Path, text: str = TABLE) -> Path:
    """Write a table with the checksum of what it says."""
    path = folder / "table.toml"
    path.write_text(f'{text}checksum = "{published.checksum(tomllib.loads(text))}"\n', "utf-8")
    return path


def test_a_table_is_read_with_values_in_seconds_and_as_fractions(tmp_path):
    table = published.load_table(write(tmp_path))
    assert table.date == date(1999, 12, 31)
    found = [
        (f.row.framework, f.column.id, f.shown, f.value, f.hardware, f.stack, len(f.notes))
        for f in table.figures()
    ]
    assert found == [
        ("alpha", "s", "1.5", 1.5, "Old GPU", "One", 1),
        ("alpha", "m", "41:46", 2506.0, "Old GPU", "", 2),
        ("alpha", "a", "76.40", 0.764, "Old GPU", "", 1),
        ("alpha", "w", "yes", None, "", "", 1),
        ("beta", "s", "not run", None, "Older GPU", "One", 0),
        ("beta", "a", "72", 0.72, "Older GPU", "", 0),
    ]
    assert [figure.ran for figure in table.figures()] == [True] * 4 + [False, True]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("s = 1.5", 's = "fast"', "rows: Alpha: s is 'fast'; expected a figure in s, or 'not run'"),
        ('m = "41:46"', 'm = "41:66"', "rows: Alpha: m is '41:66'; expected a figure in min:s"),
        ('w = "yes"', "w = 1", "rows: Alpha: w is 1; expected a figure in words"),
        ('label = "Beta"', 'label = "Alpha"', "two are called 'Alpha'"),
        ('label = "Beta"', 'label = "Beta", k80 = 1', "rows: Beta: unknown k80; known: framework"),
        ('kind = "check"', 'kind = "score"', "a has kind 'score'; known: time, check, text"),
        ('unit = "%"', 'unit = "percent"', "a has unit 'percent'; known: s, min"),
        ('column = "m"', 'column = "n"', "footnotes: there is no n of 'Alpha'"),
        ('title = "Times"', 'titel = "Times"', "unknown titel; known: path, workload"),
        ('machine = "A box"', "", "incomplete, missing"),
        ("date = 1999-12-31", "date = ", "not readable as TOML"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_file_and_key(tmp_path, old, new, said):
    assert TABLE.count(old) == 1
    text = TABLE.replace(old, new)
    path = tmp_path / "table.toml"
    if "TOML" in said:
        path.write_text(text, "utf-8")
    else:
        path = write(tmp_path, text)
    with pytest.raises(WorkloadError) as raised:
        published.load_table(path)
    assert str(raised.value).startswith(str(path))
    assert said in str(raised.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_figure_changed_by_one_is_caught(tmp_path, path):
    """Each figure of each table, one after the other: in rows, and in the words of footnotes."""
    text = path.read_text("utf-8")
    published.load_table(path)
    body = text.index("rows = [")
    figures = list(re.finditer(r"(?<![\w.:])\d+(?:\.\d+)?(?![\w.:])|\d+:\d\d", text[body:]))
    assert len(figures) >= 10
    copy = tmp_path / path.name
    for found in figures:
        start, end = body + found.start(), body + found.end()
        changed = found[0][:-1] + str((int(found[0][-1]) + 1) % 10)
        copy.write_text(text[:start] + changed + text[end:], "utf-8")
        with pytest.raises(WorkloadError, match="checksum"):
            published.load_table(copy)


def test_layout_and_comments_do_not_count(tmp_path):
    path = tmp_path / FILES[0].name
    path.write_text(f"# A remark.\n\n{FILES[0].read_text('utf-8')}", "utf-8")
    assert published.load_table(path).figures()


def test_every_table_has_its_source_and_what_it_left_open(tmp_path):
    tables = published.load(ROOT)
    assert len(tables) == len(FILES)
    assert {table.workload for table in tables} == {"cnn", "gru", "resnet50", "densenet121"}
    for table in tables:
        # A commit, not a branch that moves on.
        assert re.search(r"/(blob|tree)/[0-9a-f]{40}/", table.source), table.id
        assert table.id.startswith(f"{table.workload}-{table.date.year}")
        assert all(figure.hardware for figure in table.figures() if figure.column.kind != "text")
    gpus = {figure.hardware for table in tables for figure in table.figures()}
    assert gpus - {""} == {"Tesla K80", "Tesla P100", "Tesla V100"}
    open_cells = [f for table in tables for f in table.figures() if not f.ran]
    assert {figure.shown for figure in open_cells} == {"not run"}


def test_published_is_no_machine_and_a_notebook_there_no_record(tmp_path):
    project = write_project(tmp_path)
    (script,) = project.scripts
    for machine in ("some-box", published.FOLDER.name):
        folder = tmp_path / "results" / machine / "tiny"
        folder.mkdir(parents=True)
        (folder / "alpha_tiny.full.ipynb").write_text("{}")
    (found,) = records.paths_of(project, script)
    assert found.parent.parent.name == "some-box"
    shutil.copy(FILES[0], tmp_path / published.FOLDER)
    assert [table.id for table in published.load(tmp_path)] == [FILES[0].stem]
