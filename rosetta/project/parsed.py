"""Keep what a script was split into, so that it is parsed once until it changes.

Parsing takes most of the time of a command that has nothing else to do. The cells lie in
_build/.cells, a JSON file per script, and count as long as their key fits: a digest of the script
and of all that splits it. A file that is damaged, foreign or cannot be written costs no more than
the time to parse again; a fault is never kept, it is found anew each time.
"""

import hashlib
import json
import sys
from dataclasses import astuple
from functools import cache
from importlib import metadata
from pathlib import Path

from .cells import Cell, lines_of, read_cells
from .files import write_whole

FOLDER = Path("_build", ".cells")
# What decides how a text is split: the rules of this house, and the packages behind them.
RULES = [Path(__file__).with_name(f"{name}.py") for name in ("cells", "languages", "parsed")]
PACKAGES = ("jupytext", "nbformat")


def cells_of(text: str, path: Path) -> tuple[Cell, ...]:
    """Return the cells of a script, which lies in scripts/<workload>/ of its repository.

    Raises Unreadable, as `read_cells` does.
    """
    place = place_of(path)
    if place is None:
        return read_cells(text, path)
    key = key_of(text, path)
    found = kept(place, key, text)
    if found is None:
        found = read_cells(text, path)
        keep(place, key, found)
    return found


def place_of(path: Path) -> Path | None:
    """Return where a script's cells are kept; None if it is in no repository."""
    root = path.parent.parent.parent
    if path.parent.parent.name != "scripts" or not (root / "frameworks.toml").is_file():
        return None
    return root / FOLDER / path.parent.name / f"{path.name}.json"


def kept(place: Path, key: str, text: str) -> tuple[Cell, ...] | None:
    """Return the cells that were kept under this key, or None."""
    try:
        if not place.is_file():  # a pipe would be waited for, for ever
            return None
        content = json.loads(place.read_text("utf-8"))
        if content["key"] != key or content["digest"] != digest_of(content["cells"]):
            return None
        cells = tuple(
            Cell(kind, step, line, source, tuple(tags))
            for kind, step, line, source, tags in content["cells"]
        )
        return cells if cells and stand_in(text, cells) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def stand_in(text: str, cells: tuple[Cell, ...]) -> bool:
    """Tell whether the code of the cells stands in the file, at the lines where they say it does.

    It always does after `read_cells`; no file in _build is to put other code into a run.
    """
    lines = lines_of(text)
    return all(
        cell.lines == lines[cell.line - 1 :][: len(cell.lines)]
        for cell in cells
        if cell.kind == "code"
    )


def keep(place: Path, key: str, cells: tuple[Cell, ...]) -> None:
    """Keep cells, where that is possible: a folder may be read-only, a disk full."""
    try:
        listed = [astuple(cell) for cell in cells]
        content = {"key": key, "digest": digest_of(listed), "cells": listed}
        write_whole(place, json.dumps(content), lasting=False)
    except (OSError, TypeError):  # a tag of an odd kind is not kept
        return


def key_of(text: str, path: Path) -> str:
    return hashlib.sha256("\0".join([parser(), path.suffix, text]).encode()).hexdigest()


def digest_of(cells: list) -> str:
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


@cache
def parser() -> str:
    """Name all that splits a script: this Python, the packages' versions, the digests of RULES."""
    versions = [sys.version]
    for name in PACKAGES:
        try:
            versions.append(metadata.version(name))
        except metadata.PackageNotFoundError:  # then it is not asked either, or fails by itself
            versions.append("unknown")
    own = (hashlib.sha256(path.read_bytes()).hexdigest() for path in RULES)
    return "\0".join([*versions, *own])
