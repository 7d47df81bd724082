"""Environments: made once by the real uv, remade after a new lock or an interrupted creation."""

import hashlib
import inspect
import json
import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from rosetta.run import environments
from rosetta.run.environments import EnvironmentMissing

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def write_lock(root, text="", python=VERSION):
    """Write the lock `mini`; one without packages needs no registry."""
    folder = root / "requirements"
    folder.mkdir(exist_ok=True)
    (folder / "mini.txt").write_text(f"# python: {python}\n{text}")


def test_made_once_and_reused(tmp_path):
    write_lock(tmp_path)
    said = []
    first = environments.ensure(tmp_path, "mini", said.append)
    assert said == ["making the environment mini (requirements/mini.txt)"]
    assert environments.ensure(tmp_path, "mini", said.append) == first
    assert len(said) == 1
    (tmp_path / "rosetta").mkdir()
    (tmp_path / "rosetta/__init__.py").write_text("")
    subprocess.run([first.python, "-c", "import rosetta"], check=True, cwd="/")


def test_a_changed_lock_makes_it_anew(tmp_path):
    write_lock(tmp_path)
    environments.ensure(tmp_path, "mini")
    write_lock(tmp_path, "# changed\n")
    assert environments.find(tmp_path, "mini") is None
    environments.ensure(tmp_path, "mini")
    assert environments.find(tmp_path, "mini")


def test_an_interrupted_creation_is_not_taken_for_a_finished_one(tmp_path):
    """The lock cannot be installed, as if the connection had broken half-way."""
    write_lock(tmp_path, "no-such-package-at-all==1.0 --hash=sha256:" + "0" * 64 + "\n")
    os.environ["UV_OFFLINE"] = "1"
    try:
        with pytest.raises(EnvironmentMissing, match=r"uv pip sync` failed: .*no-such-package"):
            environments.ensure(tmp_path, "mini")
    finally:
        del os.environ["UV_OFFLINE"]
    assert (tmp_path / ".environments/mini/bin/python").exists()
    assert environments.find(tmp_path, "mini") is None
    write_lock(tmp_path)
    assert environments.ensure(tmp_path, "mini").python.exists()


def test_a_package_without_a_hash_is_refused(tmp_path):
    write_lock(tmp_path, "numpy==2.4.6\n")
    with pytest.raises(EnvironmentMissing, match="hash"):
        environments.ensure(tmp_path, "mini")


def test_what_no_lock_can_name_is_made_by_a_program_beside_it(tmp_path):
    """A changed program, or a changed file that it reads, makes the environment anew."""
    write_lock(tmp_path)
    program, source = tmp_path / "requirements/mini.sh", tmp_path / "requirements/mini.c"
    program.write_text('cp mini.c "$1/made"\n')
    source.write_text("1")
    environment = environments.ensure(tmp_path, "mini")
    made = environment.python.parent.parent / "made"
    assert made.read_text() == "1"
    source.write_text("2")
    assert environments.find(tmp_path, "mini") is None
    environments.ensure(tmp_path, "mini")
    assert made.read_text() == "2"
    program.write_text("echo not here >&2; false; true\n")
    with pytest.raises(EnvironmentMissing, match=r"requirements/mini\.sh failed: not here"):
        environments.ensure(tmp_path, "mini")
    assert environments.find(tmp_path, "mini") is None


def write_wheel(folder, name, version, files):
    """Write the smallest wheel; return its file name, as a build must."""
    path, info = f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    with zipfile.ZipFile(f"{folder}/{path}", "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


def test_what_builds_a_source_archive_is_locked_too(tmp_path, monkeypatch):
    """Of two builders that could do it, the one that the lock names does."""
    for version in ("1.0", "2.0"):
        builder = f"""import zipfile\n{inspect.getsource(write_wheel)}
def build_wheel(folder, *options):
    return write_wheel(folder, "built", "1.0", {{"built.py": "BY = {version}"}})
"""
        write_wheel(tmp_path, "builder", version, {"builder.py": builder})
    source = tmp_path / "built-1.0"
    source.mkdir()
    (source / "pyproject.toml").write_text(
        '[project]\nname = "built"\nversion = "1.0"\n'
        '[build-system]\nrequires = ["builder"]\nbuild-backend = "builder"\n'
    )
    with tarfile.open(tmp_path / "built-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "built-1.0")
    lines = [
        f"{file.partition('-')[0]}==1.0 --hash=sha256:"
        + hashlib.sha256((tmp_path / file).read_bytes()).hexdigest()
        for file in ("built-1.0.tar.gz", "builder-1.0-py3-none-any.whl")
    ]
    write_lock(tmp_path, "\n".join(lines) + "\n")
    for name, value in {"FIND_LINKS": tmp_path, "OFFLINE": 1, "NO_CACHE": 1}.items():
        monkeypatch.setenv(f"UV_{name}", str(value))
    python = environments.ensure(tmp_path, "mini").python
    subprocess.run([python, "-c", "import built; assert built.BY == 1.0, built.BY"], check=True)


@pytest.mark.parametrize("text", ["{", "null", '{"lock": "other"}', ""])
def test_a_damaged_stamp(tmp_path, text):
    write_lock(tmp_path)
    environments.ensure(tmp_path, "mini")
    (tmp_path / ".environments/mini" / environments.STAMP).write_text(text)
    assert environments.find(tmp_path, "mini") is None


def test_a_moved_repository_makes_it_anew(tmp_path):
    (tmp_path / "here").mkdir()
    write_lock(tmp_path / "here")
    environments.ensure(tmp_path / "here", "mini")
    (tmp_path / "here").rename(tmp_path / "there")
    assert environments.find(tmp_path / "there", "mini") is None


def test_a_missing_interpreter_is_one_line_that_says_how_to_get_it(tmp_path):
    write_lock(tmp_path, python="3.99, 3.98")
    with pytest.raises(EnvironmentMissing) as error:
        environments.ensure(tmp_path, "mini")
    assert str(error.value) == (
        "no Python 3.99 or 3.98 here (get one with `uv python install 3.99` or "
        "`pyenv install 3.99`)"
    )


def test_a_missing_lock_and_a_bad_first_line(tmp_path):
    with pytest.raises(EnvironmentMissing, match=r"there is no lock requirements/mini\.txt"):
        environments.ensure(tmp_path, "mini")
    write_lock(tmp_path, python="three")
    with pytest.raises(EnvironmentMissing, match=r"mini\.txt:1: expected '# python: 3\.11'"):
        environments.ensure(tmp_path, "mini")


def test_interpreters_are_found_on_path_and_under_pyenv(tmp_path, monkeypatch):
    """A shim that fails, as pyenv's do, is passed over for the real one."""
    shims, real = tmp_path / "shims", tmp_path / "pyenv/versions" / f"{VERSION}.1/bin"
    for folder in (shims, real):
        folder.mkdir(parents=True)
    shim = shims / f"python{VERSION}"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (real / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(shims))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert environments.find_python(["3.99", VERSION]) == real / "python"


def test_the_cuda_lock_is_used_where_it_exists(tmp_path):
    write_lock(tmp_path)
    assert environments.lock_name(tmp_path, "mini", "cuda") == "mini"
    (tmp_path / "requirements/mini-cuda.txt").write_text("# python: 3.11\n")
    assert environments.lock_name(tmp_path, "mini", "cuda") == "mini-cuda"
    assert environments.lock_name(tmp_path, "mini", "cpu") == "mini"


def test_the_stamp_is_plain_json(tmp_path):
    write_lock(tmp_path)
    environments.ensure(tmp_path, "mini")
    stamp = json.loads((tmp_path / ".environments/mini" / environments.STAMP).read_text())
    assert stamp == environments.made_from(tmp_path, "mini")


def test_the_repositorys_locks(request):
    """Every line has a hash, no line names a registry, the first line names the Pythons."""
    folder = request.config.rootpath / "requirements"
    locks = sorted(folder.glob("*.txt"))
    assert {"docs.txt", "pytorch.txt", "jax_flax.txt", "mxnet.txt"} <= {p.name for p in locks}
    for lock in locks:
        text = lock.read_text()
        assert environments.python_versions(lock)
        assert "://" not in text
        assert "+cpu" not in text
        for block in text.split("\n")[2:]:
            if block and not block.startswith((" ", "#")):
                assert block.endswith("\\"), f"{lock.name}: {block} has no hash"
        if (folder / f"{lock.stem}-cuda.txt").exists():
            assert "nvidia" not in text, f"{lock.name}: it is for processors"
