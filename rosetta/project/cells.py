"""Split a script into cells, and hold them against its file: what is run is what is offered.

jupytext reads the cells; whatever it would leave out, add or take for a command is refused here,
with the line. A file's lines end where an editor ends them, at line feeds: `str.splitlines` knows
of more separators, which may stand inside a text.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from .languages import BY_EXTENSION, Language

# A marker as it must be, and what jupytext or a hurried reader takes for one.
MARKER = re.compile(r"# ?%%(?=\s|$)")
LIKE_MARKER = re.compile(r"\s*#\s*(?:%%|(?:<codecell>|In\[[0-9 ]*\]:?)\s*$)")
# Characters at which str.splitlines, but no editor, ends a line.
SEPARATORS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
PRIVATE = range(0xE000, 0xF8FF)  # characters without a meaning, to stand in for those
BOM = "\ufeff"
FORM = "cells open with lines such as `# %% train [markdown]` or `# %%`, the first cell too"


@dataclass(frozen=True)
class Cell:
    """A cell of a script; `line` is the line of the file on which its source starts."""

    kind: str
    step: str | None
    line: int
    source: str
    tags: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return lines_of(self.source)


class Unreadable(Exception):
    """What one file holds is no script: the line, and what to do about it."""

    def __init__(self, line: int, text: str):
        super().__init__(line, text)
        self.line, self.text = line, text


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as an editor numbers them."""
    return text.removesuffix("\n").split("\n") if text else []


def read_text(path: Path) -> str:
    """Return a file's text, its lines ended by line feeds. Raises Unreadable."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(1, f"the file cannot be read: {error.strerror or error}.") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            line, f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8."
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise Unreadable(line, "a null byte is no text; remove it, or save the file as UTF-8.")
    return text


def read_cells(text: str, path: Path) -> tuple[Cell, ...]:
    """Split a percent-script into cells, each with its step and the line it starts on.

    Raises Unreadable when the cells are not all of the file's code, or the code cannot be parsed.
    """
    if text.startswith(BOM):
        raise Unreadable(1, "a byte-order mark precedes the text; save the file as UTF-8 without.")
    if not text.strip():
        raise Unreadable(1, f"the file is empty; {FORM}.")
    lines, language = lines_of(text), BY_EXTENSION[path.suffix]
    try:
        quoted = language.parse(text)
    except SyntaxError as error:
        line = max(1, error.lineno or 1)
        raise Unreadable(line, f"this is no {language.label}: {said(error)}.") from None
    markers = find_markers(lines, quoted)
    found = notebook_cells(text, language)
    if len(found) != len(markers):
        raise misread(lines, markers, len(found), language)
    step, cells = None, []
    ends = [*markers[1:], len(lines)]
    for cell, marker, end in zip(found, markers, ends, strict=True):
        step = cell.metadata.get("title", step)
        tags = tuple(cell.metadata.get("tags", ()))
        hold = HOLD.get(cell.cell_type, hold_raw)
        start, source = hold(cell.source.lstrip("\n"), lines, marker, end, language)
        start = start if start < end else marker  # an empty cell is where its marker is
        cells.append(Cell(cell.cell_type, step, start + 1, source, tags))
    return tuple(cells)


def notebook_cells(text: str, language: Language) -> list:
    """Let jupytext read the cells; a comment stays one, whatever command it looks like."""
    import jupytext  # nearly as slow as what it does here, and seldom needed: see parsed.py

    free = (character for character in map(chr, PRIVATE) if character not in text)
    there = {ord(one): next(free) for one in SEPARATORS if one in text}
    back = {ord(other): chr(one) for one, other in there.items()}
    form = language.percent | {"comment_magics": False}
    try:
        cells = jupytext.reads(text.translate(there), fmt=form).cells
    except Exception as error:  # a header of jupytext's own can hold anything
        told = " ".join(str(error).split()) or type(error).__name__
        raise Unreadable(1, f"jupytext cannot read the cells: {told}.") from None
    for cell in cells:
        cell["source"] = cell.source.translate(back)
    return cells


def find_markers(lines: list[str], quoted: set[int]) -> list[int]:
    """Return the indices of the lines that open cells. Raises Unreadable for what looks like one.

    `quoted` are the numbers of the lines that begin inside a text: other readers of this format
    would cut the text in two.
    """
    markers = []
    for index, line in enumerate(lines):
        if not LIKE_MARKER.match(line):
            continue
        if index + 1 in quoted:
            raise inside_text(index)
        if MARKER.match(line):
            markers.append(index)
        else:
            raise Unreadable(index + 1, advice(line))
    if not markers:
        raise Unreadable(1, f"no line starts with '# %%'; {FORM}.")
    return markers


def advice(line: str) -> str:
    """Say what is wrong with a line that is nearly a marker."""
    if line[:1].isspace() and MARKER.match(line.lstrip()):
        return "an indented '# %%' opens no cell here; move it to the start of its line."
    return (
        f"{line.strip()!r} is neither a marker nor a plain comment; a cell opens with '# %%', "
        "alone or followed by a blank."
    )


def inside_text(index: int) -> Unreadable:
    return Unreadable(
        index + 1,
        "'# %%' stands inside a text, where it opens no cell; break the text so that none of its "
        "lines starts with it.",
    )


def misread(lines: list[str], markers: list[int], count: int, language: Language) -> Unreadable:
    """Find the line at which markers and cells part: code before the first one, or no marker."""
    numbered = list(lines)
    for marker in markers:
        numbered[marker] += f" at={marker}"
    seen = {cell.metadata.get("at") for cell in notebook_cells("\n".join(numbered), language)}
    for marker in markers:
        if marker not in seen and count < len(markers):
            return inside_text(marker)
    first = next((i for i, line in enumerate(lines[: markers[0]]) if line.strip()), 0)
    return Unreadable(
        first + 1,
        f"there are {len(markers)} lines that start with '# %%', but jupytext reads {count} cells; "
        f"{FORM}.",
    )


def hold_code(
    source: str, lines: list[str], marker: int, end: int, language: Language
) -> tuple[int, str]:
    """Return the index of a code cell's first line, and its source as it stands in the file.

    Raises Unreadable at the first line that would be run otherwise than it stands there.
    """
    start = marker + 1
    while start < end and not lines[start]:
        start += 1
    own = lines_of(source)
    for index in range(start, end):
        offset = index - start
        read = own[offset] if offset < len(own) else ""
        if read != lines[index] and not (comment(read) and comment(lines[index])):
            raise Unreadable(
                index + 1,
                f"jupytext would run {read!r} in place of this line; write it so that it is read "
                "as it stands.",
            )
    if len(own) > max(0, end - start):
        raise Unreadable(
            marker + 1, f"jupytext adds {own[-1]!r} to this cell; a marker has a title and tags."
        )
    try:
        language.parse(source)
    except SyntaxError as error:  # of a cell whose marker stands within brackets
        line = start + (error.lineno or 1)
        raise Unreadable(
            line, f"this cell cannot be parsed by itself: {said(error)}; move its marker."
        ) from None
    return start, "\n".join(lines[start : start + len(own)]) + "\n" * source.endswith("\n")


def said(error: SyntaxError) -> str:
    return error.msg.rstrip("?.")


def comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def hold_prose(
    source: str, lines: list[str], marker: int, end: int, language: Language
) -> tuple[int, str]:
    """Return the index of a prose cell's first line, and the prose, uncommented.

    Raises Unreadable where there is code in it.
    Prose is comments; in Python it may be a text that is assigned to nothing, too.
    """
    body = lines[marker + 1 : end]
    code = [index for index, line in enumerate(body) if line.strip() and not comment(line)]
    if code and not language.is_text("\n".join(body)):
        raise Unreadable(
            marker + 2 + code[0],
            "code below a marker of prose is not run in the kernel; put `# %%` on a line above it.",
        )
    start = marker + 1
    while start < end and lines[start].strip() in EMPTY_PROSE:
        start += 1
    return start, source


# What may stand above the first line of prose.
EMPTY_PROSE = ("", "#", '"""', "'''", 'r"""', "r'''")


def hold_raw(source: str, lines: list[str], marker: int, end: int, language: Language):
    raise Unreadable(
        marker + 1,
        "a raw cell is neither run nor drawn; mark prose as [markdown], and code not at all.",
    )


HOLD = {"code": hold_code, "markdown": hold_prose}
