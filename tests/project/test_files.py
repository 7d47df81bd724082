"""A file is written whole: whoever reads it sees the old one or the new one."""

from pathlib import Path

import pytest

from rosetta.project.files import write_whole


def test_a_file_is_made_with_its_folder_and_anyone_may_read_it(tmp_path):
    path = tmp_path / "new" / "told.json"
    write_whole(path, "[1]\n")
    assert path.read_text() == "[1]\n"
    assert path.stat().st_mode & 0o777 == 0o644
    write_whole(path, "[2]\n")
    assert path.read_text() == "[2]\n"
    assert list(path.parent.iterdir()) == [path]


def test_what_breaks_before_the_end_changes_nothing(tmp_path, monkeypatch):
    path = tmp_path / "told.json"
    path.write_text("[1]\n")
    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "[2]\n")
    assert path.read_text() == "[1]\n"
    assert list(tmp_path.iterdir()) == [path], "no half-written file is left"


def interrupted(path: Path, target: Path):
    assert path.read_text() == "[2]\n", "written before it takes its name"
    raise KeyboardInterrupt
