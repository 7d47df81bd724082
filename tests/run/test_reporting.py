"""What a last cell came to leaves the kernel as data; what cannot be kept is refused by name."""

import json

import numpy as np
import pytest
from projects import write_project
from test_runner import edited, run_both, run_unchecked

from rosetta.project.reporting import PYTHON_REPORT, value_told


def told(capsys, *values: object) -> object:
    """Return what a kernel would tell of a last value; without one, of a cell that has none."""
    known = {}
    exec(PYTHON_REPORT, known)
    known["_rosetta_report"](list(values))
    return value_told(capsys.readouterr().out)


KEPT = {
    "a long list": ({"long": list(range(5000))}, {"long": list(range(5000))}),
    "nested": ({"a": {"b": [1, 2.5, None, True, "x"]}}, {"a": {"b": [1, 2.5, None, True, "x"]}}),
    "a tuple": ({"shape": (2, 3)}, {"shape": [2, 3]}),
    "a scalar of NumPy": ({"loss": np.float32(0.5)}, {"loss": 0.5}),
    "a count of NumPy": ({"n": np.int64(3), "ok": np.bool_(True)}, {"n": 3, "ok": True}),
    "an array": ({"rows": np.eye(2)}, {"rows": [[1, 0], [0, 1]]}),
    "text of any script": ({"é": "\u4e2d\n"}, {"é": "\u4e2d\n"}),
}


@pytest.mark.parametrize("kind", KEPT)
def test_what_is_kept(capsys, kind):
    value, expected = KEPT[kind]
    found = told(capsys, value)
    assert found == expected
    assert json.dumps(found) == json.dumps(expected) or kind == "an array"


ITSELF = []
ITSELF.append(ITSELF)
REFUSED = {
    "no number": ({"loss": [1.0, float("nan")]}, "['loss'][1] is nan; leave it out, or write None"),
    "endless": ({"loss": float("inf")}, "['loss'] is inf"),
    "no number in an array": ({"a": np.array([0, np.nan])}, "['a'][1] is nan"),
    "a set": ({"of": {3}}, "['of'] is {3}; write sorted(...) of it"),
    "an object": ({"model": {"x": Ellipsis}}, "['model']['x'] is Ellipsis; write a number"),
    "a key": ({"a": {1: 2}}, "['a']['key 1'] is 1; write str(...) of the key"),
    "bytes": ({"a": b"x"}, "['a'] is b'x'; write a number, a text"),
    "a large array": ({"w": np.zeros(10_001)}, "['w'] is an array of 10001 items; report at most"),
    "what holds itself": ({"list": ITSELF}, "nested more than 50 deep"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_says_where_and_what_to_write(capsys, kind):
    value, said = REFUSED[kind]
    with pytest.raises(ValueError) as refused:
        told(capsys, value)
    assert said in str(refused.value)


def test_a_cell_without_a_value(capsys):
    with pytest.raises(ValueError, match="it has no value"):
        told(capsys)


def test_a_list_of_more_than_a_thousand_numbers_is_kept(tmp_path):
    results = 'dict(device="cpu", epochs=EPOCHS, long=list(range(1001)))'
    project = write_project(tmp_path, alpha=edited('print("training")', results))
    assert run_unchecked(project) == "None"
    (path,) = tmp_path.glob("results/*/*/*.ipynb")
    about = json.loads(path.read_text("utf-8"))["metadata"]["rosetta"]
    assert about["reported"]["long"] == list(range(1001))


def test_a_value_that_cannot_be_kept_is_named_by_its_place(tmp_path):
    report, _ = run_both(
        tmp_path, edited("import numpy", '{"device": "cpu", "loss": [float("nan")]}')
    )
    said = report.failed[0][1]
    assert said.startswith("scripts/tiny/alpha_tiny.py:17: step results: the last cell must")
    assert said.endswith("but ['loss'][0] is nan; leave it out, or write None")
