"""Runs that ended badly though no cell was seen to fail; real kernels, nothing mocked."""

import os
import signal
import threading
from contextlib import contextmanager

import pytest
from projects import OPTIONS, SCRIPT, Transcript, write_project
from test_runner import edited, run_both

from rosetta.run import kernel
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
