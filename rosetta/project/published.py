"""Read the tables that older studies published: results/published/*.toml, a file per table.

Pure. A figure is shown as the study printed it; its value is the same in seconds, or as a fraction.
Each file carries a checksum of all that it says, so that a figure changed by one is seen. These
are no records: nothing here was run by this project, and no machine is called `published`.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .declarations import WorkloadError, build, read_toml, take

FOLDER = Path("results", "published")
NOT_RUN = "not run"
KINDS = ("time", "check", "text")
# What one of a unit is in seconds, or as a fraction; "min:s" is read apart.
UNITS = {"s": 1, "min": 60, "min:s": None, "%": 0.01, "AUC": 1, "": None}
DECIMALS = {"%": 2, "AUC": 4}


@dataclass(frozen=True)
class Column:
    """What a column holds: a time, an accuracy as a check, or a word; and on which hardware."""

    id: str
    title: str
    kind: str
    unit: str = ""
    hardware: str = ""
    gpus: int = 1
    stack: str = ""
    data: str = "real"
    profile: str = ""


@dataclass(frozen=True)
class Row:
    """What a table says of one program; hardware and stack only where they are not the column's."""

    framework: str
    label: str
    cells: dict[str, float | str]
    family: str = ""
    versions: str = ""
    hardware: str = ""
    stack: str = ""


@dataclass(frozen=True)
class Footnote:
    """A known fault, or what else has to be said, of a row or of one of its cells."""

    row: str
    text: str
    column: str = ""


@dataclass(frozen=True)
class Figure:
    """One cell: as it was published, its value in seconds or as a fraction, and its provenance."""

    column: Column
    row: Row
    shown: str
    value: float | None
    notes: tuple[str, ...]

    @property
    def ran(self) -> bool:
        return self.shown != NOT_RUN

    @property
    def hardware(self) -> str:
        return self.row.hardware or self.column.hardware

    @property
    def stack(self) -> str:
        return self.row.stack or self.column.stack


@dataclass(frozen=True)
class Table:
    """One published table: where it stands, of when it is, and what it says."""

    path: Path
    workload: str
    workload_title: str
    title: str
    edition: str
    source: str
    date: date
    machine: str
    remarks: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[Footnote, ...]

    @property
    def id(self) -> str:
        return self.path.stem

    def figures(self) -> list[Figure]:
        """Return all cells that the table has, row by row."""
        return [
            Figure(
                column,
                row,
                shown(cell, column.unit),
                value(cell, column.unit),
                self.notes(row, column),
            )
            for row in self.rows
            for column in self.columns
            if (cell := row.cells.get(column.id)) is not None
        ]

    def notes(self, row: Row, column: Column) -> tuple[str, ...]:
        """Return the footnotes of one cell, those of its whole row included."""
        return tuple(
            note.text
            for note in self.footnotes
            if note.row == row.label and note.column in ("", column.id)
        )


def load(root: Path) -> tuple[Table, ...]:
    """Return every published table of a repository, the newest edition first.

    Raises WorkloadError, naming file and key, when a table does not say what it must, or when a
    figure is not what its checksum was made of.
    """
    tables = [load_table(path) for path in (Path(root) / FOLDER).glob("*.toml")]
    return tuple(sorted(tables, key=lambda table: (-table.date.toordinal(), table.id)))


def load_table(path: Path) -> Table:
    content = read_toml(path)
    verify(content, path)
    told = {
        name: take(content, name, list[dict], [], str(path))
        for name in ("columns", "rows", "footnotes")
    }
    columns = [build(Column, column, f"{path}: columns") for column in told["columns"]]
    check_columns(columns, path)
    ids = {column.id: column for column in columns}
    rows = [load_row(row, ids, path) for row in told["rows"]]
    notes = [build(Footnote, note, f"{path}: footnotes") for note in told["footnotes"]]
    labels = [row.label for row in rows]
    for label in labels:
        if labels.count(label) > 1:
            raise WorkloadError(f"{path}: rows: two are called {label!r}; a label names one row.")
    for note in notes:
        if note.row not in labels or note.column not in ("", *ids):
            raise WorkloadError(
                f"{path}: footnotes: there is no {note.column or 'row'} of {note.row!r}; rows are "
                f"{', '.join(labels)}, columns {', '.join(ids)}."
            )
    content |= {
        "path": path,
        "remarks": tuple(take(content, "remarks", list[str], [], str(path))),
        "columns": tuple(columns),
        "rows": tuple(rows),
        "footnotes": tuple(notes),
    }
    return build(Table, content, str(path))


def check_columns(columns: list[Column], path: Path) -> None:
    for column in columns:
        for key, known in (("kind", KINDS), ("unit", tuple(UNITS))):
            found = getattr(column, key)
            if found not in known:
                raise WorkloadError(
                    f"{path}: columns: {column.id} has {key} {found!r}; known: {', '.join(known)}."
                )


def load_row(table: dict, columns: dict[str, Column], path: Path) -> Row:
    """Return a row; what is no field of Row is the cell of a column."""
    where = f"{path}: rows: {table.get('label', table.get('framework', 'one without a label'))}"
    cells = {name: table[name] for name in table if name in columns}
    for name, cell in cells.items():
        try:
            value(cell, columns[name].unit)
        except (TypeError, ValueError):
            unit = columns[name].unit
            raise WorkloadError(
                f"{where}: {name} is {cell!r}; expected a figure in {unit or 'words'}, "
                f"or {NOT_RUN!r}."
            ) from None
    rest = {name: entry for name, entry in table.items() if name not in columns}
    return build(Row, {**rest, "cells": cells}, where)


def value(cell: float | str, unit: str) -> float | None:
    """Return a cell in seconds or as a fraction; None for a word and for what was not run.

    Raises TypeError or ValueError for what is no figure of the unit.
    """
    if cell == NOT_RUN:
        return None
    if not unit:
        if not isinstance(cell, str):
            raise TypeError(cell)
        return None
    if unit == "min:s":
        found = re.fullmatch(r"(\d+):([0-5]\d)", cell)
        if found is None:
            raise ValueError(cell)
        return 60.0 * int(found[1]) + int(found[2])
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise TypeError(cell)
    # Rounded, or 78.49 % would be 0.7848999999999999.
    return round(cell * UNITS[unit], 9)


def shown(cell: float | str, unit: str) -> str:
    """Write a cell as the study did, the zeros at its end included."""
    if isinstance(cell, float) and unit in DECIMALS:
        return f"{cell:.{DECIMALS[unit]}f}"
    return str(cell)


# ---- The checksum ---------------------------------------------------------------------------


def checksum(content: dict) -> str:
    """Digest all that a table says; layout and comments do not count."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def verify(content: dict, path: Path) -> None:
    """Take the checksum out of a table's content. Raises WorkloadError when it does not fit."""
    found, expected = content.pop("checksum", None), checksum(content)
    if found != expected:
        raise WorkloadError(
            f"{path}: checksum is {found}, but what the file says has {expected}: a figure or a "
            "word was changed. Compare the table with its source; where it is right, write that."
        )
