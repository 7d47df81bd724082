"""Write a file whole: whoever reads it sees the old one or the new one, and nothing between."""

import os
import tempfile
from pathlib import Path


def not_written(path: Path, error: OSError) -> str:
    """Say what became of a file that `write_whole` could not write."""
    why = error.strerror or error
    return f"{path}: not written: {why}. What was there before is untouched; make room, run again."


def write_whole(path: Path, text: str, *, lasting: bool = True) -> None:
    """Put a text where a file is to be, or leave what was there as it was.

    What is not `lasting` can be made again: it is not waited for until the disk has it, and a power
    cut may leave it empty.
    Raises OSError when the disk is full or the folder not writable; nothing half-written is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        temporary.chmod(0o644)  # a temporary file is its owner's alone
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
