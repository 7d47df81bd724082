"""Locks: the versions of Python they are for, and that the CUDA ones can still be had."""

from pathlib import Path

import pytest

from rosetta.run import environments

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
CUDA = [path for path in LOCKS if path.stem.endswith("-cuda")]


@pytest.mark.parametrize("source", sorted(REQUIREMENTS.glob("*.in")), ids=lambda path: path.stem)
def test_a_lock_is_for_the_pythons_of_its_source(source):
    lock = source.with_suffix(".txt")
    assert environments.python_versions(lock) == environments.python_versions(source)


@pytest.mark.parametrize("lock", CUDA, ids=lambda path: path.stem)
def test_a_cuda_lock_resolves_from_the_index(lock):
    """Every pin is on the index, with a digest that the lock names."""
    oldest = min(environments.python_versions(lock), key=lambda v: tuple(map(int, v.split("."))))
    environments.uv(
        *("pip", "compile", "--quiet", "--universal", "--python-version", oldest, "--no-config"),
        *("--no-header", "--no-annotate", "--generate-hashes", "--output-file", "/dev/null", lock),
    )
