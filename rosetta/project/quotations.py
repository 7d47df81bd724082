"""Find the one line of a script that a quotation means.

A quotation survives edits around it; a line number does not.
"""

import difflib
import re

from .declarations import WorkloadError

QUOTATION = re.compile(r"(?P<script>[\w/-]+):\s+(?P<quoted>\S.*)", re.DOTALL)
LABELED = re.compile(r"(?P<label>[^<]+?)\s*<(?P<quotation>[\w/-]+:\s.+)>", re.DOTALL)


class Misquoted(Exception):
    """A quotation that does not lead to exactly one line; the message offers candidates."""


class Unquotable(Misquoted):
    """A quotation of a file that is no script, which is complained of elsewhere, and once."""


def split(quotation: str) -> tuple[str, str]:
    """Return the script's name and the quoted code of 'cnn/pytorch: loss.backward()'."""
    found = QUOTATION.fullmatch(quotation.strip())
    if not found:
        raise Misquoted(f"{quotation!r} is not of the form cnn/pytorch: quoted code")
    return found["script"], found["quoted"]


def unlabeled(content: str) -> tuple[str | None, str]:
    """Return the words and the quotation of 'words <cnn/pytorch: code>', or of a bare quotation."""
    found = LABELED.fullmatch(content.strip())
    return (found["label"], found["quotation"]) if found else (None, content)


def locate(project, name: str, quoted: str) -> tuple:
    """Return the script and the number of its only code line that holds the quoted text.

    Raises Misquoted when there is no such line or script, or more than one line; Unquotable when
    the script has no lines.
    """
    try:
        script = project.script(name)
    except WorkloadError as error:
        raise Misquoted(str(error)) from None
    if script.fault:
        raise Unquotable(script.complaint)
    lines = script.code_lines()
    found = [number for number, line in lines.items() if quoted in line]
    if len(found) == 1:
        return script, found[0]
    if found:
        where = "; ".join(f"{number}: {lines[number].strip()}" for number in found)
        raise Misquoted(
            f"{quoted!r} stands in {len(found)} lines of {script.relative}; "
            f"quote more of one: {where}"
        )
    near = difflib.get_close_matches(quoted, [line.strip() for line in lines.values()], 3, 0.4)
    offered = f"; close to it: {'; '.join(near)}" if near else ""
    raise Misquoted(f"{quoted!r} stands in no code line of {script.relative}{offered}")
