"""Runs that ended badly though no cell was seen to fail; real kernels, nothing mocked."""

import os
import re
import signal
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from projects import OPTIONS, SCRIPT, Transcript, write_project
from test_runner import edited, run_both

from rosetta.datasets import prepare
from rosetta.records import records
from rosetta.run import kernel, runner
from rosetta.run.refresh import refresh

# Far above what any of these runs takes: who waits without a limit is stopped by it.
PATIENCE = 120


@pytest.fixture(autouse=True)
def impatient():
    """Interrupt a test that waits for ever, as a user would with Ctrl-C."""
    with limit(PATIENCE):
        yield


@contextmanager
def limit(seconds: int):
    watch = threading.Timer(seconds, os.kill, [os.getpid(), signal.SIGINT])
    watch.start()
    yield
    watch.cancel()


def test_an_error_that_a_tag_expects_is_a_failure_all_the_same(tmp_path):
    tagged = 'print("on")\n\n# %% tags=["raises-exception"]\nraise ValueError("beads fell off")'
    report, record = run_both(tmp_path, edited(tagged))
    assert report.failed[0][1] == (
        "scripts/tiny/alpha_tiny.py:17: step train: ValueError: beads fell off"
    )
    assert record.status == "error"


# A last cell after which the kernel does something of its own as soon as it is asked anything.
NEXT = """\
def _():
    {}
get_ipython().events.register("pre_execute", _)
{{"device": "cpu"}}
"""
DYING = "import os, threading\nthreading.Timer({}, os._exit, [1]).start()\n"


def test_a_kernel_that_dies_while_it_is_asked_what_its_script_reports(tmp_path):
    results = NEXT.format("import os; os._exit(1)")
    report, record = run_both(tmp_path, edited('print("training")', results))
    assert report.failed[0][1] == (
        "scripts/tiny/alpha_tiny.py:17: step results: the kernel ended by itself after the last "
        "cell, before it had reported"
    )
    assert record.status == "died"


def test_a_kernel_that_dies_between_two_cells(tmp_path):
    slow = DYING.format(0.3) + "\n# %%\nimport time\ntime.sleep(15)"
    report, record = run_both(tmp_path, edited(slow))
    assert "step train: the kernel died" in report.failed[0][1]
    assert record.status == "died"


def test_a_kernel_that_dies_while_it_is_asked_for_its_versions(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.metadata as known, os, sys\n"
        "true = known.version\n"
        "if any('ipykernel' in word for word in sys.orig_argv):\n"
        "    known.version = lambda name: os._exit(1) if name == 'numpy' else true(name)\n"
    )
    project = write_project(tmp_path, alpha=SCRIPT)
    report = refresh(project, OPTIONS, Transcript())
    assert "the kernel of environment here did not start: the kernel ended" in report.failed[0][1]
    assert not list(tmp_path.glob("results/**/*.ipynb"))


def test_a_kernel_that_does_not_answer_in_time(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, "ANSWER_SECONDS", 15)
    results = NEXT.format("import time; time.sleep(100)")
    report, _ = run_both(tmp_path, edited('print("training")', results))
    assert "the kernel did not answer within 15 s" in report.failed[0][1]


@pytest.mark.parametrize("call", ["quit()", "exit()", "get_ipython().ask_exit()"])
def test_a_cell_that_ends_its_kernel(tmp_path, call):
    report, record = run_both(tmp_path, edited(f'print("on")\n{call}'))
    assert report.failed[0][1] == (
        "scripts/tiny/alpha_tiny.py:14: step train: the cell ended the kernel (quit or exit); "
        "take that call out and run again"
    )
    assert record.status == "died"


def test_a_last_cell_that_ends_its_kernel(tmp_path):
    report, _ = run_both(tmp_path, edited('print("on")', 'quit()\n{"device": "cpu"}'))
    assert "alpha_tiny.py:17: step results: the cell ended the kernel" in report.failed[0][1]


@pytest.fixture
def deep(tmp_path, monkeypatch):
    """Let temporary files lie in a folder whose path is too long for a socket."""
    folder = tmp_path / ("d" * 100)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_a_path_too_long_for_sockets(tmp_path, deep):
    before = set(Path("/tmp").glob("rosetta-*"))
    train = "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('beads')"
    project = write_project(tmp_path, alpha=edited(train))
    assert refresh(project, OPTIONS, Transcript()).failed == []
    [record] = records.records_of(project, project.scripts[0])
    assert "<cell>:3: UserWarning: beads" in str(record.outputs())
    assert list(deep.glob("rosetta-*")) == []
    assert set(Path("/tmp").glob("rosetta-*")) <= before, "nothing is left in the short folder"


def test_a_path_too_long_for_sockets_and_no_shorter_one(tmp_path, deep, monkeypatch):
    monkeypatch.setattr(kernel, "SHORT_PLACES", (str(tmp_path / "nowhere"),))
    report = refresh(write_project(tmp_path, alpha=SCRIPT), OPTIONS, Transcript())
    assert (
        "did not start: the path of the folder for temporary files is too long"
        in (report.failed[0][1])
    )
    assert report.failed[0][1].endswith("Let TMPDIR name a shorter one.")


def test_a_start_that_fails_in_a_way_nobody_thought_of(tmp_path, deep, monkeypatch):
    monkeypatch.setattr(kernel, "SOCKET_PATH", 9999)
    report = refresh(write_project(tmp_path, alpha=SCRIPT), OPTIONS, Transcript())
    assert re.fullmatch(r"\S+: the kernel of .* did not start: .+too long.*\.", report.failed[0][1])


def test_no_folder_for_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    report = refresh(write_project(tmp_path, alpha=SCRIPT), OPTIONS, Transcript())
    assert "alpha_tiny.py: no folder for temporary files: [Errno 2]" in report.failed[0][1]


@pytest.mark.parametrize("environment", ["alpha", "here"])
def test_a_package_that_its_environment_has_lost(tmp_path, environment):
    """Who is told how an environment is mended has one that was made for them."""
    text = SCRIPT.replace("import numpy as np", "import lost_beads.core")
    project = write_project(tmp_path, alpha=text)
    script, data = project.scripts[0], prepare("cifar10")
    job = runner.Job(
        *(script, script.workload.profiles["short"], "cpu", environment, Path(sys.executable)),
        *(data, "the tests", tmp_path / "results"),
    )
    message = runner.run(job, lambda step: None).failure.describe(script)
    plain = (
        "scripts/tiny/alpha_tiny.py:5: step setup: ModuleNotFoundError: No module named "
        "'lost_beads'"
    )
    mend = (
        ". If requirements/alpha.txt has what brings lost_beads, the environment is damaged: "
        "remove .environments/alpha and run again"
    )
    assert message == plain + (mend if environment == "alpha" else "")
