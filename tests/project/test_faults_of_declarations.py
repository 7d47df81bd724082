"""Contributors' slips in what a repository declares: a line that names file and key, and no more.

Records are neither read nor written by it; what was there before stays byte for byte.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from projects import SCRIPT, write_project, write_record
from test_published import TABLE
from test_published import write as write_table

from rosetta import __main__ as command
from rosetta.project import published
from rosetta.project.workloads import WorkloadError, load_project

ROOT = Path(__file__).resolve().parents[2]
FRAMEWORKS, WORKLOAD = "frameworks.toml", "scripts/tiny/workload.toml"
CORE, SHORT = "core = true", "[profiles.short]"
SECONDS = "seconds = 20\nEPOCHS = 1"
# What is replaced in which file, by what, and what is then said of the file.
SLIPS = [
    (FRAMEWORKS, '\n[alpha]', 'x = 1\n[alpha]', "[x] is 1; expected a table."),
    (FRAMEWORKS, '"Alpha"', '"Alpha', "not readable as TOML: Illegal character '\\n' (at line 3"),
    (FRAMEWORKS, '"Alpha"', "5", "[alpha]: label is 5; expected a text."),
    (FRAMEWORKS, '[beta]', "[alpha]", "not readable as TOML: Cannot declare ('alpha',) twice"),
    (FRAMEWORKS, CORE, 'core = "yes"', "[alpha]: core is 'yes'; expected true or false."),
    (FRAMEWORKS, CORE, "environment = 3", "[alpha]: environment is 3; expected a text."),
    (FRAMEWORKS, CORE, 'debian = "git"', "[alpha]: debian is 'git'; expected a list, each a text."),
    (FRAMEWORKS, CORE, 'variables = "A=1"', "[alpha]: variables is 'A=1'; expected a table, each"),
    (FRAMEWORKS, CORE, "variables = { A = 1 }", "[alpha]: variables is {'A': 1}; expected a table"),
    (FRAMEWORKS, CORE, 'packages = "numpy"', "not readable as TOML: Cannot overwrite a value"),
    (FRAMEWORKS, CORE, 'successor = "no"', "[alpha] has successor 'no', which is no framework"),
    (WORKLOAD, 'title = "Tiny"', "title = 1", "title is 1; expected a text."),
    (WORKLOAD, 'title = "Tiny"', "tilte = 1", "unknown tilte; known: id, path, kind, title"),
    (WORKLOAD, 'title = "Tiny"', "", "incomplete, missing 'title'."),
    (WORKLOAD, 'title = "Tiny"', "tolerances = 1", "tolerances is 1; expected a table, each"),
    (WORKLOAD, SECONDS, 'seconds = "20"', "[profiles.short]: seconds is '20'; expected a whole"),
    (WORKLOAD, SECONDS, "expected = 0.5", "[profiles.short]: expected is 0.5; expected a list."),
    (WORKLOAD, SECONDS, "expected = [1]", "[profiles.short]: expected is (1,); expected a list of"),
    (WORKLOAD, SECONDS, "slow = 1", "[profiles.short]: slow is 1; expected true or false."),
    (WORKLOAD, "[profiles.", "[profile.", "unknown profile; known"),
    (WORKLOAD, "seconds = 20", "slow = true", "a workload has at least one profile that is not"),
    (WORKLOAD, 'id = "train"', 'id = "setup"', "[[steps]]: two are called 'setup'; rename one."),
    (WORKLOAD, 'title = "Train"', "title = 3", "[[steps]]: title is 3; expected a text."),
    (WORKLOAD, 'title = "Train"', "", "[[steps]]: incomplete, missing 'title'."),
    (WORKLOAD, SHORT, f"[network]\ninput = 3\n{SHORT}", "[network]: input is 3; expected a list"),
    (WORKLOAD, SHORT, f"[network]\nlayers = [1]\n{SHORT}", "[network]: layers is [1]; expected a"),
]  # fmt: skip


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Return a repository in which commands run, and the bytes of its only record."""
    project = write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    record = write_record(project).path
    monkeypatch.setattr(command, "ROOT", tmp_path)
    before = record.read_bytes()
    yield tmp_path
    assert record.read_bytes() == before


def said_of(path, capsys, *arguments) -> str:
    """Run a command; return what it says of a file, which is all that it says, in one line."""
    assert command.main(list(arguments or ["check"])) == 4
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith(f"rosetta: {path}: ")
    assert told.count("\n") == 1
    return told.removeprefix(f"rosetta: {path}: ")


@pytest.mark.parametrize(("file", "old", "new", "told"), SLIPS)
def test_a_slip_in_a_declaration(repository, capsys, file, old, new, told):
    path = repository / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    assert told in said_of(path, capsys)


# What stands in a file's place: how it is put there, and what is said of it.
INSTEAD = {
    "nothing": (lambda path: None, "there is no such file"),
    "a folder": (lambda path: path.mkdir(), "not readable: Is a directory; expected a text file."),
    "a link to itself": (lambda path: path.symlink_to(path), "not readable: Too many levels"),
    "Latin-1": (lambda path: path.write_bytes(b"# \xe9\n"), "not readable as UTF-8"),
    "bytes": (lambda path: path.write_bytes(bytes(range(128))), "not readable as TOML"),
}


@pytest.mark.parametrize("file", [FRAMEWORKS, WORKLOAD, "results/published/tiny.toml"])
@pytest.mark.parametrize("instead", INSTEAD)
def test_what_stands_in_the_place_of_a_declaration(repository, file, instead):
    path = repository / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    put, told = INSTEAD[instead]
    put(path)
    if file == WORKLOAD and instead == "nothing":
        assert load_project(repository).workloads == {}  # a folder is no workload without it
        return
    if file.startswith("results") and instead == "nothing":
        assert published.load(repository) == ()
        return
    with pytest.raises(WorkloadError) as raised:
        published.load(repository) if file.startswith("results") else load_project(repository)
    assert str(raised.value).startswith(f"{path}: ")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('title = "Times"', "title = 1", "title is 1; expected a text."),
        ("date = 1999-12-31", 'date = "1999"', "date is '1999'; expected a date."),
        ("remarks = []", 'remarks = "One."', "remarks is 'One.'; expected a list, each a text."),
        ('label = "Beta"', "label = 2", "rows: 2: label is 2; expected a text."),
        ("gpus = 2", 'gpus = "two"', "columns: gpus is 'two'; expected a whole number."),
    ],
)  # fmt: skip
def test_a_slip_in_a_published_table(tmp_path, old, new, told):
    text = TABLE.replace(old, new)
    path = write_table(tmp_path, text)
    with pytest.raises(WorkloadError) as raised:
        published.load_table(path)
    assert str(raised.value).startswith(f"{path}: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gamma = 'no'", "gamma is no framework of frameworks.toml"),
        ("beta = 1", "beta is 1; expected the reason in words"),
        ("alpha = 'it cannot'", "alpha has a script, scripts/tiny/alpha_tiny.py; remove one"),
        ("[beta]\nwhy = 'no'", "beta is {'why': 'no'}; expected the reason in words"),
        ("beta", "not readable as TOML"),
    ],
)
def test_a_slip_in_the_reasons_for_what_cannot_be_expressed(repository, capsys, text, told):
    path = repository / "scripts/tiny/cannot.toml"
    path.write_text(text, "utf-8")
    assert told in said_of(path, capsys)


# What stands in requirements/mini.in, and what `make locks` says of it.
REQUIREMENTS = {
    "numpy\n": "mini.in:1: expected a line such as '# python: 3.12, 3.11', found 'numpy'",
    "# python: three\n": "mini.in:1: expected a line such as '# python: 3.12, 3.11', found",
    "# python: 3.12\nnumpy=2\n": "mini.in: uv cannot resolve it, the lock is as it was",
    "# python: 3.12\n-r gone.in\n": "mini.in: uv cannot resolve it, the lock is as it was",
    "# python: 3.12\nnumpy\n": "mini.in: uv cannot resolve it, the lock is as it was",  # offline
}


@pytest.mark.parametrize("text", REQUIREMENTS)
def test_a_slip_in_what_an_environment_requires(tmp_path, text):
    shutil.copy(ROOT / "requirements/lock.py", tmp_path)
    (tmp_path / "mini.in").write_text(text, "utf-8")
    (tmp_path / "mini.txt").write_text("as it was", "utf-8")
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, tmp_path / "lock.py"],
        env={"PATH": tools, "UV_OFFLINE": "1", "UV_NO_CACHE": "1", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert REQUIREMENTS[text] in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert (tmp_path / "mini.txt").read_text("utf-8") == "as it was"
