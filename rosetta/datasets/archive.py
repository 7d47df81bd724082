"""Check an archive and extract it, all of it or nothing."""

import contextlib
import hashlib
import os
import shutil
import tarfile
import zlib

from rosetta.datasets.errors import DataError, cannot_write


def md5(path):
    """Return the MD5 of a file's content, in hexadecimal digits."""
    digest = hashlib.md5()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def check(path, published):
    """Raise DataError unless the file has the published MD5."""
    found = md5(path)
    if found != published:
        raise DataError(
            f"{path}: its MD5 is {found}, expected {published}. Delete it: the next run "
            "downloads the official one."
        )


@contextlib.contextmanager
def extracted(path, folder):
    """Extract the archive's one top folder to `folder`, which appears only if the block ends well.

    The block gets the unfinished folder's path, to check and complete it. Raises DataError if the
    archive is damaged, if a member is neither a file nor a folder or would land outside, or if
    the disk is full.
    """
    unfinished = folder + ".part"
    shutil.rmtree(unfinished, ignore_errors=True)  # from a process that was killed
    try:
        os.makedirs(unfinished)
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                _extract(tar, member, os.path.basename(folder), unfinished, path)
        yield unfinished
        os.rename(unfinished, folder)
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise DataError(f"{path}: not a whole tar.gz archive ({error}).") from None
    except OSError as error:  # reading it went well before: its MD5 was computed
        raise cannot_write(folder, error) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _extract(tar, member, top, unfinished, path):
    parts = member.name.rstrip("/").split("/")
    outside = parts[0] != top or any(
        part in ("", ".", "..") or "\\" in part or ":" in part for part in parts
    )
    if outside or not (member.isfile() or member.isdir()):
        problem = "leads out of " + top if outside else "is neither a file nor a folder"
        raise DataError(
            f"{path}: refused, because its member {member.name!r} {problem}. Delete the archive: "
            "the next run downloads the official one."
        )
    target = os.path.join(unfinished, *parts[1:])
    if member.isdir():
        os.makedirs(target, exist_ok=True)
        return
    # Written by hand, not by tar.extract: owners, permissions and times do not come along.
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tar.extractfile(member) as source, open(target, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
