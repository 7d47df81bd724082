"""Environments that are damaged, half-made or cannot be had: one line, and the others are made.

The real uv makes them, of locks without packages or with a wheel that lies beside.
"""

import hashlib
import os
import shutil

import pytest
from projects import SCRIPT, write_project, write_record
from test_environments import VERSION, write_lock, write_wheel

from rosetta import __main__ as command
from rosetta.run import environments
from rosetta.run.environments import STAMP, EnvironmentMissing, ensure, find


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make one environment for all tests; each gets a copy of it in the same place."""
    root = tmp_path_factory.mktemp("made")
    write_lock(root)
    ensure(root, "mini")
    kept = root / "kept"
    (root / ".environments").rename(kept)
    return root


@pytest.fixture
def root(made):
    write_lock(made)
    there = made / ".environments"
    shutil.copytree(made / "kept", there, symlinks=True)
    assert find(made, "mini")
    yield made
    if there.is_symlink() or there.is_file():
        there.unlink()
    shutil.rmtree(there, ignore_errors=True)


def without(pattern):
    """Return what removes all that a pattern finds in an environment."""

    def remove(folder):
        found = sorted(folder.glob(pattern))
        assert found
        for path in found:
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    return remove


def instead(pattern, put):
    def replace(folder):
        [path] = folder.glob(pattern)
        without(pattern)(folder)
        put(path)

    return replace


# What became of an environment that was whole.
DAMAGES = {
    "no interpreter": without("bin/python*"),
    "no folder of programs": without("bin"),
    "a link to an interpreter that went": instead("bin/python", lambda p: p.symlink_to("gone")),
    "no packages": without("lib/python*/site-packages"),
    "no library": without("lib"),
    "no configuration": without("pyvenv.cfg"),
    "no stamp": without(STAMP),
    "a folder for a stamp": instead(STAMP, lambda path: path.mkdir()),
    "half a stamp": lambda folder: (folder / STAMP).write_text((folder / STAMP).read_text()[:30]),
    "a stamp in Latin-1": lambda folder: (folder / STAMP).write_bytes(b'{"lock": "\xe9"}'),
    "an empty folder": lambda folder: (shutil.rmtree(folder), folder.mkdir()),
    "a file in its place": lambda folder: (shutil.rmtree(folder), folder.write_text("")),
    "a link in its place": lambda folder: (shutil.rmtree(folder), folder.symlink_to("gone")),
    "a link to another": lambda folder: (folder.rename(folder.parent / "other"),
                                         (folder.parent / "other" / STAMP).unlink(),
                                         folder.symlink_to("other")),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_anew(root, damage):
    folder = root / ".environments/mini"
    DAMAGES[damage](folder)
    assert find(root, "mini") is None
    said = []
    environment = ensure(root, "mini", said.append)
    assert said == ["making the environment mini (requirements/mini.txt)"]
    assert find(root, "mini") == environment
    assert folder.is_dir()
    assert not folder.is_symlink()


# ---- Locks ------------------------------------------------------------------------------------


def lock_with(digest: str):
    """Return what writes a lock of a wheel that lies beside it, under a digest of one's choice."""

    def write(root):
        path = write_wheel(root, "bead", "1.0", {"bead.py": ""})
        own = hashlib.sha256((root / path).read_bytes()).hexdigest()
        write_lock(root, f"bead==1.0{digest.format(own=own)}\n")

    return write


def lock_of(content: bytes):
    return lambda root: (root / "requirements/mini.txt").write_bytes(content)


def folder_for_lock(root):
    (root / "requirements/mini.txt").unlink()
    (root / "requirements/mini.txt").mkdir()


HEAD = f"# python: {VERSION}\n".encode()
MEND = "`git checkout requirements/mini.txt`, or `make locks LOCKS=mini`"
# The lock, and what is said of it.
LOCKS = {
    "a wrong hash": (lock_with(" --hash=sha256:" + "0" * 64), MEND),
    "no hash": (lock_with(""), MEND),
    "half a hash": (lock_with(" --hash=sha256:12"), "uv pip sync` failed: "),
    "a hash of no kind": (lock_with(" --hash=crc:12"), "uv pip sync` failed: "),
    "no version": (lock_of(HEAD + b"bead\n"), MEND),
    "a word": (lock_of(HEAD + b"bead = = 1\n"), "uv pip sync` failed: "),
    "marks of a merge": (lock_of(HEAD + b"<<<<<<< HEAD\nbead==1.0\n"), "uv pip sync` failed: "),
    "no first line": (lock_of(b"bead==1.0\n"), "mini.txt:1: expected '# python: 3.11'"),
    "nothing in it": (lock_of(b""), "mini.txt:1: expected '# python: 3.11'"),
    "Latin-1": (lock_of(HEAD + b"# \xe9\n"), "the environment mini cannot be made: 'utf-8' codec"),
    "a folder": (folder_for_lock, "the environment mini cannot be made: [Errno 21] Is a directory"),
}  # fmt: skip


@pytest.mark.parametrize("fault", LOCKS)
def test_a_lock_that_cannot_be_installed(root, monkeypatch, fault):
    write, said = LOCKS[fault]
    for name, value in {"FIND_LINKS": root, "OFFLINE": 1, "NO_CACHE": 1}.items():
        monkeypatch.setenv(f"UV_{name}", str(value))
    write(root)
    with pytest.raises(EnvironmentMissing) as raised:
        ensure(root, "mini", lambda text: None)
    lock = root / "requirements/mini.txt"
    if lock.is_dir():
        lock.rmdir()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert find(root, "mini") is None


def test_the_right_hash_is_installed(root, monkeypatch):
    """Or none of the above would be told from it."""
    for name, value in {"FIND_LINKS": root, "OFFLINE": 1, "NO_CACHE": 1}.items():
        monkeypatch.setenv(f"UV_{name}", str(value))
    lock_with(" --hash=sha256:{own}")(root)
    assert ensure(root, "mini", lambda text: None).python.exists()


# ---- What the world does while one is made ----------------------------------------------------


def fail(number: int):
    def raising(*_, **__):
        raise OSError(number, os.strerror(number), "environment.json")

    return raising


def program(root, text: str, monkeypatch):
    """Put a program in the place of uv."""
    path = root / "kept/uv"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    monkeypatch.setattr(environments, "find_uv", lambda: str(path))


# What is done to the making of an environment, and what is said of it.
WORLD = {
    "a full disk": (lambda root, patch: patch.setattr(environments, "write_whole", fail(28)),
                    "cannot be made: [Errno 28] No space left on device"),
    "a disk to be read": (lambda root, patch: patch.setattr(environments, "write_whole", fail(30)),
                          "cannot be made: [Errno 30] Read-only file system"),
    "uv is killed": (lambda root, patch: program(root, "kill -9 $$", patch),
                     "`uv venv --quiet` failed: it ended with -9"),
    "uv is out of room": (lambda root, patch: program(root, "echo full >&2; false", patch),
                          "`uv venv --quiet` failed: full"),
    "uv makes nothing": (lambda root, patch: program(root, "exit 0", patch), "no site-packages"),
    "no uv": (lambda root, patch: (patch.setenv("PATH", "/nowhere"),
                                   patch.setattr("sys.executable", "/nowhere/python")),
              "uv is not installed; `make html` installs it"),
}  # fmt: skip


@pytest.mark.parametrize("fault", WORLD)
def test_what_happens_while_one_is_made(root, monkeypatch, fault):
    (root / ".environments/mini" / STAMP).unlink()
    python = environments.find_python([VERSION])
    monkeypatch.setattr(environments, "find_python", lambda versions: python)
    do, said = WORLD[fault]
    do(root, monkeypatch)
    with pytest.raises(EnvironmentMissing) as raised:
        ensure(root, "mini", lambda text: None)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    monkeypatch.undo()
    assert find(root, "mini") is None
    assert ensure(root, "mini", lambda text: None)


def test_the_others_are_made_and_records_stay(tmp_path, monkeypatch, capsys):
    """Of two frameworks one has a lock that cannot be installed."""
    project = write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    record = write_record(project).path
    before = record.read_bytes()
    monkeypatch.setattr(command, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/alpha.txt").write_text("numpy\n")
    (tmp_path / "requirements/beta.txt").write_text(f"# python: {VERSION}\n")
    assert command.main(["env", "--frameworks", "all"]) == 1
    said = capsys.readouterr().out.strip().split("\n")
    assert len(said) == 3, said
    assert said[0].startswith(f"alpha: not here: {tmp_path}/requirements/alpha.txt:1: expected")
    assert said[2] == f"beta: {tmp_path}/.environments/beta/bin/python"
    assert record.read_bytes() == before
