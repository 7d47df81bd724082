"""Who may import what: each rule of the architecture has its guard here."""

import ast
import os
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MACHINERY = sorted((ROOT / "rosetta").rglob("*.py"))
DATASETS = sorted((ROOT / "rosetta/datasets").rglob("*.py"))
FRAMEWORKS = set(
    "torch jax jaxlib flax optax mxnet tensorflow keras paddle chainer cntk caffe2 theano lasagne "
    "mlx tinygrad equinox mindspore lightning".split()
)
# Rooms from the ground up: each may call those below it. The command line calls any.
ROOMS = {
    "datasets": set(),
    "project": {"datasets"},
    "proof": {"project"},
    "records": {"project", "proof"},
    "run": {"datasets", "project", "proof", "records"},
    "site": {"project", "proof", "records"},
    "cli": {"datasets", "project", "proof", "records", "run"},
}
# What a kind of workload says is pure data and words: of the other modules it needs one.
KINDS = ("project", "kinds")
# The rooms of the site, too.
SITE_ROOMS = ["base", "pages", "tabs", "results", "lessons"]
# What knows no kernel, no Sphinx, no clock, no network.
PURE = [
    path
    for room in ("project", "proof", "records")
    for path in sorted((ROOT / "rosetta" / room).rglob("*.py"))
]
IMPURE = set("nbclient jupyter_client sphinx docutils myst_nb time socket urllib http".split())


def imported(path: Path) -> set[str]:
    """Return the absolute names of the modules that a file imports, relative ones resolved."""
    package = list(path.relative_to(ROOT).parent.parts)
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return names


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", MACHINERY, ids=lambda path: path.stem)
def test_the_machinery_imports_no_framework(path):
    assert not tops(path) & FRAMEWORKS


@pytest.mark.parametrize("path", DATASETS, ids=lambda path: path.stem)
def test_datasets_import_numpy_and_the_standard_library_only(path):
    allowed = set(sys.stdlib_module_names) | {"numpy", "rosetta"}
    assert tops(path) <= allowed
    own = {name for name in imported(path) if name.startswith("rosetta")}
    assert all(name.startswith("rosetta.datasets") for name in own)


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_pure_modules(path):
    assert not tops(path) & IMPURE


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_calls_only_those_below_it(room):
    for path in (ROOT / "rosetta" / room).rglob("*.py"):
        called = {name.split(".")[1] for name in imported(path) if name.startswith("rosetta.")}
        assert called & set(ROOMS) <= {room, *ROOMS[room]}, path


@pytest.mark.parametrize("room", SITE_ROOMS)
def test_a_room_of_the_site_calls_only_those_before_it(room):
    for path in (ROOT / "rosetta/site" / room).rglob("*.py"):
        called = {n.split(".")[2] for n in imported(path) if n.startswith("rosetta.site.")}
        assert called <= {*SITE_ROOMS[: SITE_ROOMS.index(room) + 1]}, path


def test_a_kind_of_workload_calls_nothing_but_what_writes_numbers():
    for path in (ROOT / "rosetta").joinpath(*KINDS).rglob("*.py"):
        own = {name for name in imported(path) if name.startswith("rosetta.")}
        inside, allowed = (
            f"rosetta.{'.'.join(KINDS)}",
            {"rosetta.project", "rosetta.project.numbers"},
        )
        assert {name for name in own if not name.startswith(inside)} <= allowed, path


def test_every_module_stands_in_a_room_that_says_what_it_is_for():
    assert {path.name for path in (ROOT / "rosetta").glob("*.py")} == {"__init__.py", "__main__.py"}
    folders = {path.parent for path in MACHINERY} - {ROOT / "rosetta"}
    rooms = {folder.relative_to(ROOT / "rosetta").parts for folder in folders}
    assert rooms == {(room,) for room in ROOMS} | {("site", room) for room in SITE_ROOMS} | {KINDS}
    for folder in folders:
        said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8")))
        assert said, folder


def test_drawing_never_imports_what_executes():
    for path in (ROOT / "rosetta" / "site").rglob("*.py"):
        assert not tops(path) & {"nbclient", "jupyter_client"}, path


def test_only_the_runner_writes_records():
    writers = [p for p in MACHINERY if "records.write(" in p.read_text("utf-8")]
    assert [path.name for path in writers] == ["runner.py"]
    importers = [path for path in MACHINERY if "rosetta.records.records.write" in imported(path)]
    assert importers == []
    whole = {
        path.stem for path in MACHINERY if "rosetta.project.files.write_whole" in imported(path)
    }
    assert whole == {"environments", "expectation", "new", "parsed", "pictures", "records", "seeds"}


def test_scripts_and_datasets_compile_on_the_oldest_python_there_is():
    """rosetta.datasets is imported by Python 3.6; a real one compiles it where there is one."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(pyenv.glob("versions/3.6.*/bin/python"))
    if not found:
        pytest.skip("no Python 3.6 here to compile rosetta/datasets with")
    files = [ROOT / "rosetta/__init__.py", *DATASETS]
    code = "import sys\nfor f in sys.argv[1:]: compile(open(f, encoding='utf-8').read(), f, 'exec')"
    subprocess.run([found[0], "-c", code, *map(str, files)], check=True)


def test_datasets_have_the_syntax_of_python_3_6():
    for path in [ROOT / "rosetta/__init__.py", *DATASETS]:
        ast.parse(path.read_text("utf-8"), feature_version=(3, 6))


def test_no_file_is_longer_than_400_lines():
    folders = ("rosetta", "tests", "scripts", "benchmarks", "reference")
    for path in (p for folder in folders for p in (ROOT / folder).rglob("*.py")):
        with tokenize.open(path) as file:
            assert sum(1 for _ in file) <= 400, path


def test_scripts_are_short_enough_to_be_read():
    """About 200 lines, a cell at most 25, a cell with a class 40."""
    from rosetta.project.workloads import load_project

    for script in load_project(ROOT).scripts:
        # The last step only lists what is reported; some workloads report more than others.
        read = script.cells_of(script.workload.steps[-1].id)[0].line - 1
        assert read <= 210, f"{script.name}: {read} lines before its results"
        for cell in script.code_cells:
            limit = 40 if "\nclass " in f"\n{cell.source}" else 25
            assert len(cell.source.splitlines()) <= limit, f"{script.relative}:{cell.line}"
