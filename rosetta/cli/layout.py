"""Lay text out for a terminal: columns, and terms beside what they are."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

NARROW = 60


def width() -> int:
    """Return the columns of the terminal; text that goes elsewhere is not cut to them."""
    return max(NARROW, shutil.get_terminal_size((100, 24)).columns)


def columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; only its last column may be of any width."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = []
    for row in (header, *rows):
        cells = (cell.ljust(size) for cell, size in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def terms(pairs: Iterable[tuple[str, str]]) -> str:
    """Return terms on the left and what they are beside them, wrapped."""
    known = list(pairs)
    indent = max(len(term) for term, _ in known) + 2
    lines = []
    for term, value in known:
        parts = textwrap.wrap(value, width() - indent, break_on_hyphens=False) or [""]
        lines.append(f"{term.ljust(indent)}{parts[0]}".rstrip())
        lines += [" " * indent + part for part in parts[1:]]
    return "\n".join(lines)
