"""Make one environment per lock with uv, and find it again: requirements/X.txt -> .environments/X.

An environment is finished once `environment.json` lies in it; that file is written last, so an
interrupted creation is never taken for a finished one, and it names the lock it was made from, so a
changed lock makes a new environment.

What no lock can name, such as a library that a wheel takes from the system, is made by
requirements/X.sh: where that file is, it runs after the installation, with the environment's folder
as its argument and requirements/ as the current folder. It and all it reads are called X.something.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rosetta.project.files import write_whole
from rosetta.project.languages import Language
from rosetta.records.records import file_digest, lock_path

STAMP = "environment.json"
PATHS = "lib/python*/site-packages/rosetta.pth"  # what `make` writes into every environment
TORCH = r"^torch==[\w.]+"


class EnvironmentMissing(Exception):
    """An environment cannot be had on this machine; the message says why and how to get it."""


@dataclass(frozen=True)
class Environment:
    """An interpreter with everything that a lock names."""

    name: str
    python: Path


def lock_name(root: Path, environment: str, device: str) -> str:
    """Return the lock for a device: the CUDA one where it is wanted and exists."""
    cuda = f"{environment}-cuda"
    return cuda if device == "cuda" and lock_path(root, cuda).exists() else environment


def require(language: Language) -> None:
    """Raise EnvironmentMissing when a language's own program is not on this machine."""
    if language.program and not shutil.which(language.program):
        raise EnvironmentMissing(f"no {language.label} here ({language.get_it})")


def find(root: Path, name: str) -> Environment | None:
    """Return the environment if it is finished, made from today's lock, and still there.

    That a package has lost a file is not seen here: its import fails, and says what to do.
    """
    folder = root / ".environments" / name
    python = folder / "bin" / "python"
    try:
        stamp = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return None
    whole = python.exists() and (folder / "pyvenv.cfg").exists() and any(folder.glob(PATHS))
    if stamp != made_from(root, name) or not whole:
        return None
    return Environment(name, python)


def made_from(root: Path, name: str) -> dict:
    """Return what an environment depends on; its scripts hold the absolute path of the folder."""
    lock = lock_path(root, name)
    beside = sorted(set(lock.parent.glob(f"{name}.*")) - {lock, lock.with_suffix(".in")})
    return {"lock": file_digest(lock), "root": str(root)} | {
        path.name: file_digest(path) for path in beside
    }


def ensure(root: Path, name: str, say: Callable[[str], None] = print) -> Environment:
    """Return the environment, made now if it is missing, unfinished or made from another lock.

    Raises EnvironmentMissing when there is no lock, no interpreter, or a package cannot be had.
    """
    found = find(root, name)
    if found:
        return found
    try:
        return make(root, name, say)
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentMissing(
            f"the environment {name} cannot be made: {error}. Make room, or mend that file, and "
            "run again"
        ) from None


def make(root: Path, name: str, say: Callable[[str], None]) -> Environment:
    """Make an environment in the place of whatever is there."""
    lock = lock_path(root, name)
    if not lock.exists():
        raise EnvironmentMissing(f"there is no lock {lock.relative_to(root)}; see CONTRIBUTING.md")
    versions = python_versions(lock)
    interpreter = find_python(versions)
    if interpreter is None:
        first = versions[0]
        raise EnvironmentMissing(
            f"no Python {' or '.join(versions)} here (get one with `uv python install {first}` "
            f"or `pyenv install {first}`)"
        )
    say(f"making the environment {name} (requirements/{name}.txt)")
    folder = root / ".environments" / name
    if folder.is_symlink() or folder.is_file():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    uv("venv", "--quiet", "--python", interpreter, folder)
    python = folder / "bin" / "python"
    install(root, name, python, say)
    complete(root, name, folder)
    # rosetta.datasets can then be imported by a script that is run as a plain program.
    site_packages(python).joinpath("rosetta.pth").write_text(f"{root}\n")
    write_whole(folder / STAMP, json.dumps(made_from(root, name)))
    return Environment(name, python)


def install(root: Path, name: str, python: Path, say: Callable[[str], None]) -> None:
    """Install a lock; PyTorch's CPU build is looked for where it can lie.

    That build is not on the public index: it comes from a folder of wheels that the user names
    (UV_FIND_LINKS), or from PyTorch's own index; else the CUDA build is installed, which also runs
    on a processor and is on the public index, but is 3 GB.
    """
    lock, cuda = lock_path(root, name), lock_path(root, f"{name}-cuda")
    if not (re.search(TORCH, lock.read_text("utf-8"), re.MULTILINE) and cuda.exists()):
        sync(python, lock)
        return
    # uv looks a digest up by the exact version, and the build calls itself <version>+cpu.
    build = python.parent.parent / "cpu-build.txt"
    build.write_text(re.sub(TORCH, r"\g<0>+cpu", lock.read_text("utf-8"), flags=re.MULTILINE))
    local = [[]] if uv_environment().get("UV_FIND_LINKS") else []
    for options in [*local, ["--torch-backend", "cpu"]]:
        try:
            sync(python, build, *options)
            return
        except EnvironmentMissing as error:
            complaint = error
    say(f"PyTorch's CPU build cannot be had here ({complaint})")
    say(f"installing requirements/{cuda.name} instead: 3 GB")
    sync(python, cuda)


def complete(root: Path, name: str, folder: Path) -> None:
    """Run requirements/<name>.sh where there is one; see this module's first lines."""
    program = lock_path(root, name).with_suffix(".sh")
    if not program.exists():
        return
    done = subprocess.run(
        ["sh", "-e", program.name, folder], cwd=program.parent, capture_output=True, text=True
    )
    if done.returncode:
        complaint = " ".join(done.stderr.split())[-600:]
        raise EnvironmentMissing(f"requirements/{program.name} failed: {complaint}")


def sync(python: Path, lock: Path, *options: str) -> None:
    """Install a lock, which also says what builds those of its packages that are source archives.

    Otherwise today's setuptools would build them, which no lock names and no digest covers.
    """
    command = ("pip", "sync", "--quiet", "--require-hashes", "--python", python)
    try:
        uv(*command, "--build-constraints", lock, *options, lock)
    except EnvironmentMissing as error:
        if "hash" not in str(error).lower():
            raise
        raise EnvironmentMissing(
            f"{error}. A file is not the one that {lock.name} has the digest of, or it has none: "
            f"`git checkout requirements/{lock.name}`, or `make locks LOCKS={lock.stem}`"
        ) from None


def python_versions(lock: Path) -> list[str]:
    """Return the Python versions that a lock's first line names, the preferred one first.

    Raises EnvironmentMissing when the line is not there.
    """
    first = lock.read_text("utf-8").partition("\n")[0]
    found = re.fullmatch(r"# python: (\d+\.\d+(?:, \d+\.\d+)*)", first.strip())
    if not found:
        raise EnvironmentMissing(
            f"{lock}:1: expected '# python: 3.11' (or several, the preferred one first), "
            f"found {first[:60]!r}"
        )
    return found[1].split(", ")


def find_python(versions: list[str]) -> Path | None:
    """Return an interpreter of the first version to be had: on PATH, pyenv's, or uv's own."""
    for version in versions:
        for candidate in candidates(version):
            if is_python(candidate, version):
                return candidate
    return None


def candidates(version: str) -> Iterator[Path]:
    """Yield where an interpreter of a version may lie."""
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    try:
        path = uv("python", "find", "--managed-python", "--no-project", version)
    except EnvironmentMissing:
        return
    yield Path(path.strip())


def is_python(path: Path, version: str) -> bool:
    """Run the candidate: pyenv's shims stand on PATH for versions that are not chosen."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == version


def site_packages(python: Path) -> Path:
    for found in python.parent.parent.glob("lib/python*/site-packages"):
        return found
    raise FileNotFoundError(f"{python.parent.parent} has no site-packages: uv did not make them")


def uv(*arguments: object) -> str:
    """Run uv and return what it prints; raises EnvironmentMissing with the end of its complaint."""
    command = [find_uv(), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=uv_environment())
    if done.returncode:
        complaint = " ".join(done.stderr.split())[-600:] or f"it ended with {done.returncode}"
        raise EnvironmentMissing(f"`uv {' '.join(command[1:3])}` failed: {complaint}")
    return done.stdout


def find_uv() -> str:
    """Return the uv beside this interpreter, or the one on PATH."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if not found:
        raise EnvironmentMissing("uv is not installed; `make html` installs it")
    return found


def uv_environment() -> dict[str, str]:
    """Return the variables that uv runs with: no downloads of Python, pip's folder of wheels."""
    variables = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if "UV_FIND_LINKS" not in variables and os.environ.get("PIP_FIND_LINKS"):
        variables["UV_FIND_LINKS"] = ",".join(os.environ["PIP_FIND_LINKS"].split())
    return variables
