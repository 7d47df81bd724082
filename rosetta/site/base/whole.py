"""A drawing ends whole, or in one line that says why, and the next one then draws everything anew.

Sphinx remembers what it has read before it writes the pages: killed in between, it would take pages
that are half-written, or of yesterday, for today's. A mark lies beside its memory for as long as a
drawing lasts; whoever finds one forgets all that was remembered.
"""

import logging
import re
import sys
from pathlib import Path

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.errors import SphinxError

# What the system says, also where it was told on by an event's handler or by another process.
SYSTEM = re.compile(r"\[Errno \d+\] .*?(?=\)?$)")
MARK = "unfinished"
NOT_DRAWN = 2  # Sphinx's own status for it


def begin(app: Sphinx, config) -> None:
    """Mark a drawing as under way; forget what an unfinished one has remembered."""
    mark = Path(app.doctreedir, MARK)
    try:
        if mark.exists():
            Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    except OSError as error:
        stop(told(error, app))
    unwritten = logging.getLogger("sphinx.sphinx.builders.html")
    if not any(isinstance(known, Unwritten) for known in unwritten.filters):
        unwritten.addFilter(Unwritten())


def end(app: Sphinx, exception: Exception | None) -> None:
    """Take the mark away, or say in one line why there is no site if that is no fault of ours."""
    if exception is None:
        Path(app.doctreedir, MARK).unlink(missing_ok=True)
    elif line := told(exception, app):
        stop(line)


class Unwritten(logging.Filter):
    """End the drawing at the first page that cannot be written; Sphinx would warn of each."""

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith("error writing file"):
            path, error = record.args
            raise OSError(error.errno, error.strerror, str(path))
        return True


def told(error: Exception, app: Sphinx) -> str:
    """Return a line about an error of the system: a full disk, a folder of somebody else."""
    found = isinstance(error, OSError | SphinxError) and SYSTEM.search(str(error))
    if not found:
        return ""
    return (
        f"{app.outdir}: not drawn: {found[0]}. Make room, or get the right to write there, and run "
        "again: everything is then drawn anew."
    )


def stop(line: str) -> None:
    print(line, file=sys.stderr)
    raise SystemExit(NOT_DRAWN)
