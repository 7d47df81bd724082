"""What a script was split into is kept until the script changes, or what splits it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from projects import SCRIPT, write_project

from rosetta.project import parsed
from rosetta.project.cells import Unreadable, read_cells
from rosetta.project.workloads import load_project

ROOT = Path(__file__).resolve().parents[2]
KEPT = parsed.FOLDER / "tiny" / "alpha_tiny.py.json"


@pytest.fixture
def parses(monkeypatch):
    """List the texts that jupytext is given."""
    given, reads = [], jupytext.reads
    monkeypatch.setattr(jupytext, "reads", lambda text, fmt: given.append(text) or reads(text, fmt))
    return given


def test_a_script_is_parsed_once_until_it_changes(tmp_path, parses):
    first = write_project(tmp_path)
    assert len(parses) == len(first.scripts)
    del parses[:]
    assert load_project(tmp_path) == first
    assert parses == []
    changed = write_project(tmp_path, alpha=SCRIPT + "# A change.\n")
    assert parses == [SCRIPT + "# A change.\n"]
    assert changed.scripts[0].cells[-1].source.endswith("# A change.")


def test_other_rules_parse_anew(tmp_path, parses, monkeypatch):
    first = write_project(tmp_path)
    del parses[:]
    monkeypatch.setattr(parsed, "parser", lambda: "another one")
    assert load_project(tmp_path) == first
    assert len(parses) == len(first.scripts)


@pytest.mark.parametrize("package", parsed.PACKAGES)
def test_another_version_of_a_package_is_another_parser(package, monkeypatch):
    asked, version = parsed.parser.__wrapped__, parsed.metadata.version
    before = asked()
    other = {package: "0.0.0"}
    monkeypatch.setattr(parsed.metadata, "version", lambda name: other.get(name) or version(name))
    assert asked() != before


@pytest.mark.parametrize("rule", range(len(parsed.RULES)))
def test_another_rule_is_another_parser(rule, tmp_path, monkeypatch):
    before = parsed.parser.__wrapped__()
    changed = tmp_path / parsed.RULES[rule].name
    changed.write_text(parsed.RULES[rule].read_text("utf-8") + "\n# A change.\n", "utf-8")
    rules = [changed if i == rule else path for i, path in enumerate(parsed.RULES)]
    monkeypatch.setattr(parsed, "RULES", rules)
    assert parsed.parser.__wrapped__() != before


def resealed(content: dict, **changes) -> str:
    """Return an entry as another program could have written it: its digest fits."""
    content = {**content, **changes}
    return json.dumps({**content, "digest": parsed.digest_of(content["cells"])})


def other_code(text: str) -> str:
    content = json.loads(text)
    cells = [[*cell[:3], cell[3].replace("print", "spring"), cell[4]] for cell in content["cells"]]
    return resealed(content, cells=cells)


DAMAGES = {
    "half a file": lambda text: text[: len(text) // 2],
    "nothing": lambda text: "",
    "no table": lambda text: "[]",
    "no cells": lambda text: json.dumps({**json.loads(text), "cells": None}),
    "an empty list of cells": lambda text: resealed(json.loads(text), cells=[]),
    "cells of another form": lambda text: resealed(json.loads(text), cells=[["code"]]),
    "another source": lambda text: text.replace("print", "spring", 1),
    "other prose": lambda text: text.replace("Prose", "Poise", 1),
    "other code, sealed": other_code,
    "a line that is none": lambda text: resealed(
        json.loads(text), cells=[["code", "setup", None, "import os", []]]
    ),
    "brackets without an end": lambda text: "[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_is_parsed_anew_and_mended(tmp_path, parses, damage):
    first = write_project(tmp_path)
    good = (tmp_path / KEPT).read_text()
    (tmp_path / KEPT).write_text(damage(good))
    assert (tmp_path / KEPT).read_text() != good
    del parses[:]
    assert load_project(tmp_path) == first
    assert len(parses) == 1
    assert (tmp_path / KEPT).read_text() == good


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path, parses):
    first = write_project(tmp_path)
    (tmp_path / KEPT).unlink()
    os.mkfifo(tmp_path / KEPT)
    assert load_project(tmp_path) == first
    assert (tmp_path / KEPT).is_file()


def test_where_nothing_can_be_kept_all_goes_on(tmp_path, parses):
    (tmp_path / "_build").write_text("a file in the way, as a read-only folder would be")
    first = write_project(tmp_path)
    assert load_project(tmp_path) == first
    assert len(parses) == 2 * len(first.scripts)


def test_a_fault_is_found_anew_each_time(tmp_path):
    for _ in range(2):
        script = write_project(tmp_path, alpha=SCRIPT + "# %% [markdown]\nprint(1)\n").scripts[0]
        assert script.complaint
        assert script.cells == ()
    assert not (tmp_path / KEPT).exists()


def test_a_script_outside_a_repository_leaves_nothing_behind(tmp_path):
    path = tmp_path / "scripts" / "tiny" / "alpha_tiny.py"
    assert parsed.cells_of(SCRIPT, path) == read_cells(SCRIPT, path)
    with pytest.raises(Unreadable):
        parsed.cells_of("", path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_what_would_be_read_of_every_script(tmp_path, parses):
    (tmp_path / "frameworks.toml").touch()
    for script in load_project(ROOT).programs:
        path = tmp_path / "scripts" / script.workload.id / script.path.name
        want = read_cells(script.text, path)
        assert parsed.cells_of(script.text, path) == want
        del parses[:]
        assert parsed.cells_of(script.text, path) == want
        assert parses == [], script.name


def test_with_nothing_to_parse_jupytext_is_not_even_imported(tmp_path):
    write_project(tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "from rosetta.project.workloads import load_project\n"
        f"load_project(Path({str(tmp_path)!r})); print('jupytext' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
