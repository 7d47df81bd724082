"""What a script's last cell came to, on its way out of the kernel."""

import json
import math
import subprocess
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from projects import OPTIONS, Transcript, write_project
from test_runner import edited, run_unchecked

from rosetta.project.languages import LANGUAGES
from rosetta.project.reporting import ARRAY_ITEMS, PYTHON_REPORT, value_told
from rosetta.records import records
from rosetta.run.refresh import refresh

INSIDE = """
print("on a line of its own, or not", end="")
_rosetta_report([value])
"""


def told(capsys, value: object) -> object:
    """Return what comes out of a kernel for a value; raises ValueError with what it refuses."""
    exec(PYTHON_REPORT + INSIDE, {"value": value})
    return value_told(capsys.readouterr().out)


KEPT = {
    "a long list": (list(range(1001)), list(range(1001))),
    "tuples": ({"a": (1, (2, 3))}, {"a": [1, [2, 3]]}),
    "plain values": ({"a": None, "b": True, "c": 1e-300, "d": 10**30, "e": "é\n"},) * 2,
    "a dict of another class": (OrderedDict(a=1), {"a": 1}),
    "scalars of NumPy": (
        [np.float32(0.5), np.float64(0.1), np.int8(-3), np.bool_(True), np.str_("a")],
        [0.5, 0.1, -3, True, "a"],
    ),
    "an array": ({"a": np.arange(6).reshape(2, 3)}, {"a": [[0, 1, 2], [3, 4, 5]]}),
    "an array of no dimension": (np.array(2.5), 2.5),
    "the largest array": (np.zeros(ARRAY_ITEMS), [0.0] * ARRAY_ITEMS),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept(capsys, name):
    value, expected = KEPT[name]
    found = told(capsys, value)
    assert found == expected
    assert json.dumps(found) == json.dumps(expected), "of the same types, too"


class Odd:
    def __repr__(self):
        raise RuntimeError("no words")


ENDLESS: list = []
ENDLESS.append(ENDLESS)
REFUSED = {
    "not a number": (
        {"curve": {"loss": [1.0, math.nan]}},
        "['curve']['loss'][1] is nan; leave it out, or write None",
    ),
    "infinite, in an array": ({"a": np.array([1, np.inf])}, "['a'][1] is inf; leave it out"),
    "a key": ({"a": {1: 2}}, "['a'] has the key 1; write str(...) of it"),
    "an object": ({"a": object}, "['a'] is <class 'object'>; write a number, a text, a list"),
    "a set": ({"a": {1}}, "['a'] is {1}; write sorted(...) of it"),
    "bytes": ({"a": b"x"}, "['a'] is b'x'; write a number"),
    "complex": ({"a": np.complex64(1j)}, "['a'] is 1j; write a number"),
    "an array too large": (
        {"a": np.zeros(ARRAY_ITEMS + 1)},
        f"['a'] is an array of {ARRAY_ITEMS + 1} items; report at most {ARRAY_ITEMS} of them",
    ),
    "what cannot be shown": ({"a": Odd()}, "['a'] is a Odd; write"),
    "what is long": ({"a": {frozenset({"b" * 999})}}, "...; write sorted"),
    "half a character": ({"a": "\ud800"}, "['a'] is '\\ud800'; write text that can be encoded"),
    "what holds itself": ({"a": ENDLESS}, "['a'][0][0]... is nested more than 50 deep"),
    "at the top": (math.nan, "it is nan; "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_names_the_way_to_it(capsys, name):
    value, message = REFUSED[name]
    with pytest.raises(ValueError, match=r".") as refusal:
        told(capsys, value)
    assert message in str(refusal.value)
    assert len(str(refusal.value)) < 200


def test_the_question_is_understood_by_the_oldest_python_there_is():
    """And without NumPy, which that Python need not have."""
    found = sorted(Path.home().glob(".pyenv/versions/3.6.*/bin/python"))
    if not found:
        pytest.skip("no Python 3.6 here to ask")
    code = PYTHON_REPORT + "\nvalue = {'a': [1, (2.5, None)]}" + INSIDE
    done = subprocess.run([found[0], "-c", code], capture_output=True, text=True, check=True)
    assert value_told(done.stdout) == {"a": [1, [2.5, None]]}


def test_a_report_longer_than_what_is_shown_of_it(tmp_path):
    results = '{"device": "cpu", "losses": list(range(1001)), "last": np.float32(0.5)}'
    project = write_project(tmp_path, alpha=edited('print("training", EPOCHS)', results))
    assert refresh(project, OPTIONS, Transcript()).failed == []
    [record] = records.records_of(project, project.scripts[0])
    assert record.reported == {"device": "cpu", "losses": list(range(1001)), "last": 0.5}


@pytest.mark.parametrize(
    ("results", "problem"),
    [
        ('{"device": "cpu", "curve": [{"loss": np.inf}]}', "['curve'][0]['loss'] is inf; leave it"),
        ("value = {}", "it has no value"),
        ("{};", "it has no value"),
        ("[1]", "it is a list"),
        ("import sys\nsys.stdout = open('out', 'w')\n{}", "the kernel printed nothing when asked"),
    ],
)
def test_a_run_whose_report_is_refused(tmp_path, results, problem):
    failure = run_unchecked(write_project(tmp_path, alpha=edited("_ = 5\nOut = 6", results)))
    wanted = "the last cell must evaluate to a plain dict of finite numbers, texts, lists and dicts"
    assert failure.startswith(f"{wanted}, but {problem}")


def test_a_thread_that_goes_on_printing_is_no_part_of_the_report(tmp_path):
    chatter = (
        "import threading, time\n"
        "def chat():\n    while True:\n        print('chat', end=' ')\n        time.sleep(0.001)\n"
        "threading.Thread(target=chat, daemon=True).start()\n"
    )
    project = write_project(tmp_path, alpha=edited(chatter, '{"device": "cpu"}'))
    assert refresh(project, OPTIONS, Transcript()).failed == []


def test_every_language_tells_its_report_as_data():
    assert all(language.report for language in LANGUAGES.values())
