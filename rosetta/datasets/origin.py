"""Tell official files from an unverified copy, by their digests.

Official files have the published SHA-1 digests, or lie beside a manifest that says which archive
of the right MD5 they were extracted from. A manifest that does not match the files is not believed.
"""

import contextlib
import hashlib
import os

from rosetta.datasets import cache, layout

MANIFEST = "rosetta-manifest.json"
DIGESTS = "rosetta-digests.json"


def digests(folder, edition):
    """Return {file name: {"sha1": hex, "sha256": hex}}, after checking every file.

    Reading everything at every build would be slow, so what was found is kept in the folder, if
    that can be written, for as long as the files' sizes and times of change stay the same.
    """
    path = os.path.join(folder, DIGESTS)
    known = cache.read_json(path)
    current = {name: _digest(folder, name, known.get(name), edition) for name in layout.BATCHES}
    if current != known:
        with contextlib.suppress(OSError):  # a read-only folder: nothing is kept, nothing is lost
            cache.write_json(path, current)
    return {
        name: {"sha1": found["sha1"], "sha256": found["sha256"]} for name, found in current.items()
    }


def _digest(folder, name, known, edition):
    path = os.path.join(folder, name)
    status = layout.check_size(path, edition.rows)
    state = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
    if _is_about(known, state):
        return known
    content = layout.read_batch(path, edition.rows)
    return dict(
        state,
        sha1=hashlib.sha1(content).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _is_about(known, state):
    """Say whether kept digests are whole, and of the file in this state."""
    return (
        isinstance(known, dict)
        and set(known) == {"size", "mtime_ns", "sha1", "sha256"}
        and all(known[key] == state[key] for key in state)
    )


def combined(found):
    """Return one SHA-256 for all files.

    It is what `sha256sum data_batch_?.bin test_batch.bin | sha256sum` prints.
    """
    lines = ["{}  {}\n".format(found[name]["sha256"], name) for name in layout.BATCHES]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_official(folder, found, edition):
    """Say whether files with these digests are the published ones."""
    if all(found[name]["sha1"] == edition.sha1.get(name) for name in layout.BATCHES):
        return True
    return cache.read_json(os.path.join(folder, MANIFEST)) == _manifest(found, edition)


def write_manifest(folder, edition):
    """Record that the folder's files came from the edition's archive, whose MD5 was right."""
    manifest = _manifest(digests(folder, edition), edition)
    cache.write_json(os.path.join(folder, MANIFEST), manifest)


def _manifest(found, edition):
    return {
        "archive_url": edition.url,
        "archive_md5": edition.md5,
        "sha256": {name: found[name]["sha256"] for name in layout.BATCHES},
    }
