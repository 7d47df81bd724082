"""Let one process at a time through, of all that work on a repository."""

import os
from contextlib import contextmanager
from pathlib import Path


class Busy(Exception):
    """Another process is at it in this repository; the message names it."""


@contextmanager
def held(path: Path, work: str, harm: str):
    """Hold a file's lock and yield the file; the system drops it when its holders end, however.

    A child process that the file is passed on to holds the lock as well. Raises Busy.
    """
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"another {work} is under way here (process {holder}); two at once would {harm}. "
                "Wait for it, or stop it."
            ) from None
        sign(file, os.getpid())
        yield file


def sign(file, process: int) -> None:
    """Write into a lock's file who holds it."""
    file.truncate(0)
    file.write(str(process))
    file.flush()
