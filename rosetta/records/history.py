"""Read a file of the repository as it was at a commit, through git."""

import subprocess
from pathlib import Path


class NotInHistory(Exception):
    """Git cannot say what the file was; the message is its complaint."""


def text_at(root: Path, revision: str, path: str) -> str:
    """Return a file's text at a revision, its path being relative to the repository."""
    address = f"{revision}:{path}"
    command = ["git", "-C", str(root), "show", "--end-of-options", address]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    except OSError as error:
        raise NotInHistory(f"{address}: git cannot be run: {error.strerror}.") from None
    if done.returncode:
        told = done.stderr.strip().splitlines() or ["git does not know it"]
        raise NotInHistory(f"{address}: {told[0].removeprefix('fatal: ').rstrip('.')}.")
    return done.stdout
