"""Name the step and the line of a script at which a run ended, and what happened there."""

import re

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from rosetta.project.workloads import Script
from rosetta.records import outputs
from rosetta.records.records import INJECTED
from rosetta.records.terminal import as_shown, without_colors

from . import kernel

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Failure(Exception):
    """A run that did not end well: where, and what happened."""

    def __init__(self, status: str, message: str, step: str | None = None, line: int | None = None):
        super().__init__(message)
        self.status, self.message, self.step, self.line = status, message, step, line

    def describe(self, script: Script) -> str:
        """Return `script:line: step: message`."""
        line = f":{self.line}" if self.line else ""
        step = f"step {self.step}: " if self.step else ""
        return f"{script.relative}{line}: {step}{self.message}"


def failure_of(error: Exception, script: Script, notebook, cell, limit: int) -> Failure:
    """Name the step and the line at which a run ended."""
    first = first_line(script, notebook, cell)
    step = cell.metadata["step"]
    if isinstance(error, CellTimeoutError):
        return Failure("timeout", f"ran longer than the {limit} s allowed", step, first)
    if isinstance(error, DeadKernelError):
        message = "the kernel died: killed, out of memory, or crashed in native code"
        return Failure("died", message, step, first)
    return raised(script, notebook, cell, error.ename, error.evalue)


def refuse_ended(running: kernel.Kernel, script: Script, notebook, cell) -> None:
    """Raise Failure for a cell that nbclient lets pass, though it did not end well.

    That is one whose error is expected (the tag raises-exception), or that ended the kernel.
    """
    error = running.error(cell)
    if error:
        raise raised(script, notebook, cell, *error)
    if running.ended_by_cell:
        message = "the cell ended the kernel (quit or exit); take that call out and run again"
        first = first_line(script, notebook, cell)
        raise Failure("died", message, cell.metadata["step"], first)


def raised(script: Script, notebook, cell, name: str, message: str) -> Failure:
    """Return the failure of a cell that ended in an error, at the line where it did."""
    first = first_line(script, notebook, cell)
    line = first and first + line_in_cell(cell) - 1
    message = outputs.cut(without_colors(as_shown(script.language.complaint(name, message))))
    return Failure("error", message, cell.metadata["step"], line)


def first_line(script: Script, notebook, cell) -> int | None:
    """Return the line of the script at which a cell begins; None for one the runner wrote."""
    if "line" in cell.metadata:  # of a cell that is run once more
        return cell.metadata["line"]
    own = [c for c in notebook.cells if INJECTED not in c.metadata["tags"]]
    pairs = zip(script.cells, own, strict=False)  # what is run once more comes after all
    return next((known.line for known, c in pairs if c is cell), None)


def line_in_cell(cell: nbformat.NotebookNode) -> int:
    """Return the line of the cell that the traceback's first arrow points at."""
    for output in cell.outputs:
        if output.output_type == "error":
            arrow = re.search(r"^-+> ?(\d+)", ANSI.sub("", "\n".join(output.traceback)), re.M)
            if arrow:
                return int(arrow[1])
    return 1
