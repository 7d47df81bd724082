"""Clones in odd places and by odd users: the command line runs a script there, or says why not.

The real command line, in a process of its own, on the smallest repository.
"""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from projects import SCRIPT, write_project

ROOT = Path(__file__).resolve().parents[2]
CODE = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    import rosetta.__main__ as main
    main.ROOT = Path(sys.argv[1])
    sys.exit(main.main(sys.argv[2:]))
    """
)
NOBODY = 65534
RECORD = "results/*/tiny/alpha_tiny.short.synthetic.ipynb"


def say(root, *arguments, variables=None, drop=(), before=()) -> tuple[int, str]:
    """Run a command in a clone; return its exit status and what it says."""
    known = {**os.environ, "PYTHONPATH": str(ROOT), **(variables or {})}
    done = subprocess.run(
        [*before, sys.executable, "-c", CODE, root, *(arguments or ["run", "--here"])],
        env={name: value for name, value in known.items() if name not in drop},
        cwd="/",
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def is_recorded(root: Path) -> bool:
    """Tell whether the run has left one record, which names no folder of this machine."""
    found = list(root.glob(RECORD))
    return len(found) == 1 and str(root) not in found[0].read_text("utf-8")


PLACES = {
    "blanks": "my own  clone",
    "accents": "été/Ünïcode-日本",
    "quotes": 'it\'s "here"',
    "a long name": "/".join(["n" * 100] * 2),
    "signs": "a&b;c$d(e)[f]*%g#h",
    "a leading dash": "-rf",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_folder_with_an_odd_name(tmp_path, place):
    root = tmp_path / PLACES[place]
    root.mkdir(parents=True)
    write_project(root)
    status, said = say(root)
    assert status == 0, said
    assert is_recorded(root)


# What the environment of a run lacks, or has instead.
WORLDS = {
    "no HOME": ({}, ("HOME",)),
    "a HOME that is not there": ({"HOME": "/nowhere"}, ()),
    "the C locale": ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0",
                      "PYTHONCOERCECLOCALE": "0"}, ("PYTHONIOENCODING",)),
    "no locale": ({}, ("LC_ALL", "LANG")),
    "no TERM": ({}, ("TERM",)),
    "no git": ({"PATH": "/nowhere"}, ()),
}  # fmt: skip


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_that_lacks_something(tmp_path, world):
    text = SCRIPT.replace('print("training", EPOCHS)', 'print("training é 日本", EPOCHS)')
    write_project(tmp_path, alpha=text)
    variables, drop = WORLDS[world]
    status, said = say(tmp_path, variables=variables, drop=drop)
    assert status == 0, said
    assert is_recorded(tmp_path)
    assert "training é 日本" in next(tmp_path.glob(RECORD)).read_text("utf-8")


def test_the_c_locale_and_a_message_that_it_cannot_write(tmp_path):
    write_project(tmp_path)
    (tmp_path / "frameworks.toml").write_text("'é' = 1\n", "utf-8")
    variables, drop = WORLDS["the C locale"]
    status, said = say(tmp_path, variables=variables, drop=drop)
    assert status == 4
    assert "frameworks.toml: [" in said
    assert said.strip().count("\n") == 0, said


# ---- Somebody else's clone --------------------------------------------------------------------


def stranger(root, *arguments, **variables) -> tuple[int, str]:
    """Run a command as someone to whom the rights on files apply.

    Root can write everywhere, so it gives up its powers; its interpreter need not be open to all.
    """
    powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    return say(root, *arguments, variables=variables, before=powerless)


def give_away(root: Path) -> None:
    """Let a clone be somebody else's; who is not root can only take the rights from themselves."""
    for path in [*root.rglob("*"), root]:
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)
        else:
            path.chmod(0o555 if path.is_dir() else 0o444)


def test_another_users_clone_can_be_checked_and_not_written(tmp_path):
    root = tmp_path / "clone"
    root.mkdir()
    write_project(root)
    status, said = say(root)
    assert status == 0, said
    give_away(root)
    before = {path: path.read_bytes() for path in root.glob("results/**/*.ipynb")}
    status, said = stranger(root, "check")
    assert (status, said) == (0, "1 scripts checked, 0 problems.\n")
    status, said = stranger(root, "results", "list")
    assert status == 0, said
    status, said = stranger(root, "run", "--here", "--force")
    assert status == 4
    assert said == (
        f"rosetta: {root}/.environments/running.lock: Permission denied. Make room, or get the "
        "right to write there, and run again; every record is as it was.\n"
    )
    assert {path: path.read_bytes() for path in root.glob("results/**/*.ipynb")} == before


# Which part of the clone another user may not write, or read, and what is then said.
CLOSED = {
    "the whole": (".", 0o555, "/.environments: Permission denied. Make room, or get the right"),
    "environments": (".environments", 0o555, "/.environments/running.lock: Permission denied."),
    "records": ("results", 0o555, "alpha_tiny.short.synthetic.ipynb: not written: Permission"),
    "frameworks.toml": ("frameworks.toml", 0, "frameworks.toml: not readable: Permission denied"),
    "a workload": ("scripts/tiny/workload.toml", 0, "workload.toml: not readable: Permission"),
    "a script": ("scripts/tiny/alpha_tiny.py", 0, "alpha_tiny.py:1: "),
}


@pytest.mark.parametrize("part", CLOSED)
def test_a_part_that_is_closed_to_its_user(tmp_path, part):
    root = tmp_path / "clone"
    root.mkdir()
    write_project(root, alpha=SCRIPT, beta=SCRIPT)
    name, mode, told = CLOSED[part]
    for folder in (".environments", "results")[: 2 if part != "the whole" else 0]:
        (root / folder).mkdir()
    (root / name).chmod(mode)
    status, said = stranger(root, "run", "--here")
    (root / name).chmod(0o755)
    assert status in (1, 4)
    assert told in said
    assert "Traceback" not in said
    if part == "a script":
        assert "1 FAILED: tiny/alpha" in said
        assert len(list(root.glob("results/*/tiny/beta_tiny.*"))) == 1


def test_a_read_only_clone_keeps_its_records_elsewhere(tmp_path):
    """RESULTS names another folder; what is run in this interpreter needs the lock alone."""
    root, elsewhere = tmp_path / "clone", tmp_path / "elsewhere"
    for folder in (root, elsewhere):
        folder.mkdir()
    write_project(root)
    (root / ".environments").mkdir()
    root.chmod(0o555)
    status, said = stranger(root, RESULTS=str(elsewhere))
    root.chmod(0o755)
    assert status == 0, said
    assert list(elsewhere.glob("*/tiny/alpha_tiny.short.synthetic.ipynb"))
    assert not (root / "results").exists()
