"""Say where data lives, and let one process at a time write there."""

import contextlib
import json
import os
import sys

from rosetta.datasets.errors import cannot_write

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


def data_folder():
    """Return ROSETTA_DATA, or the folder `rosetta` in the platform's cache directory."""
    chosen = os.environ.get("ROSETTA_DATA")
    if chosen:
        return os.path.abspath(os.path.expanduser(chosen))
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        caches = os.path.join(home, "Library", "Caches")
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(caches, "rosetta")


def offline():
    """Say whether ROSETTA_OFFLINE forbids downloads."""
    return os.environ.get("ROSETTA_OFFLINE", "") not in ("", "0")


@contextlib.contextmanager
def exclusive(folder):
    """Make the folder and hold it alone: a second process waits here, and says so.

    The system drops the lock of a process that dies, so the lock file itself may stay.
    """
    path = os.path.join(folder, ".rosetta-lock")
    with _writable(folder, path) as file:
        if not _lock(file, wait=False):
            print("waiting for another process that fills", folder, file=sys.stderr)
            while not _lock(file, wait=True):
                pass
        yield


def _writable(folder, path):
    try:
        os.makedirs(folder, exist_ok=True)
        return open(path, "a")
    except OSError as error:
        raise cannot_write(path, error) from None


def _lock(file, wait):
    """Try to lock an open file; return whether it is ours. Closing it gives it back."""
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    except OSError as error:
        if fcntl and not isinstance(error, BlockingIOError):
            raise cannot_write(file.name, error) from None
        return False
    return True


def write_json(path, content):
    """Write a JSON file whole or not at all; raises OSError."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w") as file:
            json.dump(content, file, indent=1, sort_keys=True)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def read_json(path):
    """Return the JSON object in a file, or an empty one if it is missing or damaged."""
    try:
        with open(path) as file:
            content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
