"""The lessons in this repository: their lines are there, their texts agree with their records."""

import re
from pathlib import Path

import planted_cnn
import planted_gru
import pytest

from rosetta.project.lessons import NOT_MEASURED
from rosetta.project.quotations import locate, split
from rosetta.project.workloads import load_project
from rosetta.records import records, verdicts

ROOT = Path(__file__).resolve().parents[2]
PROJECT = load_project(ROOT)
LESSONS = [pytest.param(lesson, id=lesson.id) for lesson in PROJECT.lessons.values()]
PUBLISHED = {"resnet50", "densenet121"}
# A number with a unit in prose is a measurement that nobody will measure again.
FIGURE = re.compile(
    r"\d[\d.,]*\s?(?:[%×]|(?:ms|µs|s|seconds?|minutes?|hours?|times|x|points|[KMG]i?B)\b)"
)


def text(lesson) -> str:
    """Return the prose: no front matter, no blocks of code, no code in a line."""
    whole = lesson.path.read_text("utf-8").partition("\n---\n")[2]
    return re.sub(r"```.*?```|`[^`]+`", "", whole, flags=re.DOTALL)


@pytest.mark.parametrize(
    "told",
    ["costs 40 % of the time", "40%.", "is 2 × faster", "2.5x as long", "in 3 hours", "1 minute",
     "30 ms.", "0.2s", "two points, or 1.5 points", "1,024 MiB", "10 times"],
)  # fmt: skip
def test_a_measured_figure_is_seen(told):
    assert FIGURE.search(told)


@pytest.mark.parametrize(
    "told", ["32 by 32 pixels", "ResNet-50 v1.5", "a batch of 64 images", "stride 1", "in 2017"]
)
def test_a_number_that_is_no_measurement_is_none(told):
    assert not FIGURE.search(told)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_complete(lesson):
    assert lesson.path.read_text("utf-8").count("\n```{lesson}\n```\n") == 1
    assert set(lesson.workloads) <= set(PROJECT.workloads) | PUBLISHED
    for quotation in lesson.lines:
        locate(PROJECT, *split(quotation))
    if lesson.expect:
        assert PROJECT.experiments_of(lesson.id), "a claim that can be tested has no experiment"
    assert FIGURE.findall(text(lesson)) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lessons_text_agrees_with_its_records(lesson):
    found = []
    for script in PROJECT.experiments_of(lesson.id):
        record = verdicts.believed(records.records_of(PROJECT, script))
        if record and record.path.is_relative_to(ROOT / "results"):
            found.append(verdicts.measure(script, record))
    assert verdicts.verdict(found) == lesson.prose, [verdicts.figures(each) for each in found]
    assert lesson.prose != NOT_MEASURED or lesson.needs


def test_every_planted_fault_has_one_lesson():
    planted = [f"cnn: {fault}" for fault in planted_cnn.FAULTS]
    planted += [f"gru: {fault}" for fault in planted_gru.FAULTS]
    told = [fault for lesson in PROJECT.lessons.values() for fault in lesson.faults]
    assert sorted(told) == sorted(planted)


@pytest.mark.parametrize("script", PROJECT.experiments, ids=lambda script: script.name)
def test_a_record_of_an_experiment_is_whole(script):
    for path in records.paths_of(PROJECT, script):
        record = records.read(path)
        assert record.ok
        assert record.genuine, "edited by hand after its run"
