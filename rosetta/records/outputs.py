"""The gate that everything a cell puts out goes through, on its way into a record and onto a page.

Through it go text, pictures in PNG and JPEG, and errors. HTML, SVG, scripts and widgets stay out:
they would run, or fetch, in the browser of whoever reads. What floods is folded, and says so. What
went through once goes through again unchanged. Pure.
"""

import base64
import binascii
import re
from collections.abc import Callable
from copy import deepcopy
from itertools import groupby

import nbformat

from .terminal import as_shown, without_colors

# Pictures, with what their files begin with.
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# What a value is shown as that has nothing to say in words.
BARE = re.compile(r"<[\w.]+ object(?: at 0x[0-9a-f]+)?>")
KEEPS = "a record keeps text, PNG and JPEG"
# What may go through whole, and how much of more is kept at either end.
LINES, LINES_KEPT = 1_000, 200
LINE, LINE_BEGIN, LINE_END = 4_000, 2_000, 500
TEXT, TEXT_LINES_KEPT = 400_000, 40
OUTPUTS, OUTPUTS_KEPT = 200, 99
PICTURE_CHARACTERS = 6_000_000  # all of a cell's together, as they are written in a notebook


def gated(
    outputs: list, clean: Callable[[str], str] = lambda text: text, whole_value: bool = False
) -> list:
    """Return a cell's outputs as a record may hold them; what was given stays as it is.

    `clean` takes machine paths out of a text. A `whole_value` is not folded: it is what a script
    reports, which pages draw as a table.
    """
    passed, room = [], PICTURE_CHARACTERS
    for output in few(joined(outputs)):
        kind = output.output_type
        if kind == "stream":
            output["text"] = folded(clean(as_shown(output["text"])))
        elif kind == "error":
            for name in ("ename", "evalue"):
                output[name] = folded(clean(as_shown(output[name])))
            output["traceback"] = [folded(clean(as_shown(line))) for line in output.traceback]
        else:
            output["data"] = data_kept(output.data, clean, room, whole_value)
            output["metadata"] = sizes_kept(output.get("metadata", {}), output.data)
            room -= sum(len(output.data.get(picture, "")) for picture in PICTURES)
        passed.append(output)
    return passed


def joined(outputs: list) -> list:
    """Join the pieces in which a stream was sent: a code's effect can reach from one to another."""
    whole = []
    for _, same in groupby(enumerate(outputs), key=lambda pair: pair[1].get("name", pair[0])):
        pieces = [output for _, output in same]
        whole.append(deepcopy(pieces[0]))
        if pieces[0].output_type == "stream":
            whole[-1]["text"] = "".join(piece["text"] for piece in pieces)
    return whole


def few(outputs: list) -> list:
    """Leave out the middle of very many outputs."""
    if len(outputs) <= OUTPUTS:
        return outputs
    left = len(outputs) - 2 * OUTPUTS_KEPT
    words = {"text/plain": f"[{left:,} outputs left out]"}
    said = nbformat.v4.new_output("display_data", data=words)  # no stream would join with it
    return [*outputs[:OUTPUTS_KEPT], said, *outputs[-OUTPUTS_KEPT:]]


def data_kept(data: dict, clean: Callable[[str], str], room: int, whole: bool) -> dict:
    """Return the forms of a value that may stay; where none says anything, what was left out."""
    kept = {}
    for kind in PICTURES:
        picture = data.get(kind)
        if isinstance(picture, str) and len(picture) <= room and is_picture(kind, picture):
            kept[kind] = picture
            room -= len(picture)
    text = data.get("text/plain", "")
    text = clean(as_shown(text if isinstance(text, str) else "".join(map(str, text))))
    left_out = sorted(set(data) - set(kept) - {"text/plain"})
    if left_out and not kept and (not text or BARE.fullmatch(text)):
        text = f"[{clean(as_shown(', '.join(left_out)))} left out: {KEEPS}]"
    if text or not kept:
        kept["text/plain"] = text if whole else folded(text)
    return kept


def is_picture(kind: str, data: str) -> bool:
    """Tell whether a picture is what it is called."""
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return content.startswith(PICTURES[kind])


def sizes_kept(metadata: dict, data: dict) -> dict:
    """Return the sizes at which pictures are to be drawn; nothing else is known to be harmless."""
    kept = {}
    for kind in set(PICTURES) & set(data) & set(metadata):
        if isinstance(metadata[kind], dict):
            sizes = {side: metadata[kind].get(side) for side in ("width", "height")}
            kept[kind] = {side: size for side, size in sizes.items() if type(size) is int}
    return kept


def folded(text: str) -> str:
    """Leave out the middle of very long lines, and of very many lines; say how much that is."""
    lines = text.split("\n")
    if len(text) > LINE:
        lines = [cut(line) for line in lines]
    last = [""] if lines[-1] == "" else []  # what ends in a line break has no more lines after it
    lines = lines[: len(lines) - len(last)]
    if len(lines) > LINES:
        lines = without_middle(lines, LINES_KEPT)
    if sum(map(len, lines)) > TEXT and len(lines) > 2 * TEXT_LINES_KEPT:
        lines = without_middle(lines, TEXT_LINES_KEPT)
    return "\n".join(lines + last)


def without_middle(lines: list[str], kept: int) -> list[str]:
    said = f"[{len(lines) - 2 * kept:,} lines left out]"
    return [*lines[:kept], said, *lines[-kept:]]


def cut(line: str) -> str:
    """Leave out the middle of a very long line, and its colors with it."""
    if len(line) <= LINE:
        return line
    plain = without_colors(line)
    left = len(plain) - LINE_BEGIN - LINE_END
    if left <= 0:
        return plain
    return f"{plain[:LINE_BEGIN]} [{left:,} characters left out] {plain[-LINE_END:]}"
