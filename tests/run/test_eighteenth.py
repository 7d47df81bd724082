"""Add a framework as CONTRIBUTING.md says, with three files, and see it proven and drawn.

The framework is NumPy. What is copied is the repository without our own records; everything else
is real: the lock, the environment, the kernel, the judge, the page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = "scripts/cnn/numpy_cnn.py"
PARTS = (
    "conf.py",
    "rosetta",
    "docs",
    "scripts",
    "requirements",
    "results/published",
    "frameworks.toml",
)

TABLE = """
[numpy]
label = "NumPy"
language = "python"
family = "current"
packages = ["numpy"]
home = "https://numpy.org"
docs = "https://numpy.org/doc/stable/"
"""


def lock_of(python: str) -> str:
    return f"# python: {python}\nnumpy\nipykernel\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("eighteenth")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, root / part)
    before = files(root)
    with (root / "frameworks.toml").open("a") as file:
        file.write(TABLE)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (root / "requirements/numpy.in").write_text(lock_of(version))
    shutil.copy(ROOT / "tests/eighteenth/numpy_cnn.py", root / SCRIPT)
    run(root, "requirements/lock.py", "numpy")
    changed = {name for name, content in files(root).items() if before.get(name) != content}
    assert changed == {
        "frameworks.toml",
        "requirements/numpy.in",
        "requirements/numpy.txt",  # made by a command
        SCRIPT,
    }
    return root


def files(root: Path) -> dict[str, bytes]:
    paths = [p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def run(root: Path, *arguments: str, status: int = 0) -> str:
    """Run this interpreter in the repository; return what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def verify(root: Path, status: int = 0) -> str:
    return run(root, "-m", "rosetta", "verify", "--frameworks", "numpy", status=status)


def test_it_keeps_the_rules(repository):
    said = run(repository, "-m", "rosetta", "check", "--frameworks", "numpy")
    assert said == "1 scripts checked, 0 problems.\n"


def test_it_is_proven(repository):
    said = verify(repository).splitlines()
    head = next(number for number, line in enumerate(said) if line.startswith("cnn  "))
    assert said[head].split()[1:] == [
        *("images", "initializer", "logits", "losses", "gradients", "changes")
    ]
    assert said[head + 1].startswith("allowed ")
    name, *errors, verdict = said[head + 2].split()
    assert (name, verdict) == ("numpy", "ok")
    assert len([float(error) for error in errors]) == 6
    assert said[-1] == "1 script ran, 0 reused."
    assert not list(repository.glob("results/**/*.ipynb")), "no record is kept"


def test_a_mistake_in_it_is_named(repository):
    script = repository / SCRIPT
    right = script.read_text("utf-8")
    momentum = "MOMENTUM * velocity.get(name, 0) + grad"
    assert right.count(momentum) == 1
    script.write_text(right.replace(momentum, "grad"), "utf-8")
    try:
        said = verify(repository, status=1)
    finally:
        script.write_text(right, "utf-8")
    assert f"{SCRIPT}: losses[2] is off by" in said
    assert "without momentum" in said


def test_it_has_a_tab_and_a_page(repository):
    run(repository, "-m", "rosetta", "html", "--frameworks", "none")
    page = (repository / "_build/html/cnn/index.html").read_text("utf-8")
    tabs = BeautifulSoup(page, "html.parser").select("[role=tab]")
    assert "NumPy" in [tab.text.strip() for tab in tabs]
    assert "Not run yet" in (repository / "_build/html/cnn/numpy/index.html").read_text("utf-8")
