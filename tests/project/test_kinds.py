"""Kinds of workload: each is one module, and nothing outside of it knows its quantities."""

import re
from pathlib import Path

import pytest
from projects import write_project

from rosetta.project.kinds import EXPERIMENT, KINDS, OF_WORKLOADS, training
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.proof import parity
from rosetta.records import series

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "rosetta/project/kinds"
# What only one kind of workload reports. `step_seconds` is left out: a record also keeps the
# seconds of each of a script's steps under that name.
OWN = re.compile(r"\b(epoch_seconds|train_losses|test_accuracy|image_seconds)\b")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_all_that_a_kind_names_is_there(kind):
    assert set(kind.judged) <= set(parity.MEASURES)
    assert set(kind.pictures.values()) <= set(series.PICTURES)
    needs = {"speed": kind.speed, "curve": kind.curve, "check": kind.check and kind.total}
    assert all(needs.get(picture, True) for picture in kind.pictures.values())
    assert bool(kind.judged) == (kind is not EXPERIMENT)


def test_a_quantity_is_known_in_the_module_of_its_kind_alone():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "rosetta").rglob("*.py")
        if OWN.search(path.read_text("utf-8"))
    }
    assert found == {"rosetta/project/kinds/inference.py", "rosetta/project/kinds/training.py"}


def test_a_column_shows_a_number_that_the_kind_returns():
    reported = {"step_seconds": [1, 0.1, 0.2], "epoch_seconds": [9.0], "test_accuracy": 0.5}
    found = training.KIND.numbers(reported)
    assert {column.quantity for column in training.KIND.columns} <= set(found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "training"', "", "kind is None; a workload is of one of these kinds: 'training'"),
        ('kind = "training"', 'kind = "trainin"', "kind is 'trainin'"),
        ('kind = "training"', 'kind = "experiment"', "kind is 'experiment'"),
        ('kind = "training"', "kind = [1]", r"kind is \[1\]"),
        (
            "EPOCHS = 3\n\n[profiles.short]",
            "EPOCHS = 3\nRATE = 1\n\n[profiles.short]\nRATE = 2",
            r"short\] overrides RATE; a profile changes how long a run is, and in a workload of "
            r"kind 'training' that is EPOCHS, TRAIN_\*, TEST_\*\.",
        ),
        (
            'kind = "training"\ntitle = "Tiny"',
            'kind = "inference"\ntitle = "Tiny"',
            r"short\] overrides EPOCHS; .* of kind 'inference' that is BATCHES",
        ),
    ],
)
def test_what_a_workload_says_of_its_kind_is_checked(tmp_path, old, new, message):
    write_project(tmp_path)
    toml = tmp_path / "scripts/tiny/workload.toml"
    text = toml.read_text("utf-8")
    assert old in text
    toml.write_text(text.replace(old, new, 1))
    with pytest.raises(WorkloadError, match=f"workload.toml: .*{message}"):
        load_project(tmp_path)


def test_what_is_expected_needs_a_check(tmp_path):
    write_project(tmp_path)
    toml = tmp_path / "scripts/tiny/workload.toml"
    text = toml.read_text("utf-8").replace('"training"', '"inference"')
    toml.write_text(text.replace("EPOCHS", "BATCHES") + "expected = [0.4, 0.5]\n")
    with pytest.raises(WorkloadError, match=r"full\] has expected, but .* 'inference' has no chec"):
        load_project(tmp_path)


def test_the_kinds_that_a_workload_can_name():
    assert OF_WORKLOADS == ("training", "inference")
