"""Judge perfect reports, noisy ones and broken ones."""

import copy
import math
import re
import shutil

import pytest
from reports import DATA, NOTHING, WORKLOAD, failed, judged, perfect, scaled

from rosetta.project.workloads import load_workload
from rosetta.proof import parity, run


@pytest.fixture
def report():
    return perfect()


# Good reports


def test_the_reference_itself_passes(report):
    verdict = judged(report)
    assert verdict.passed
    assert verdict.findings == ()
    assert verdict.notes == (run.NOT_REPORTED,)
    names = [quantity.name for quantity in verdict.quantities]
    assert names == ["images", "initializer", "logits", "losses", "gradients", "changes"]
    assert {
        q.name: q.error for q in verdict.quantities if q.name != "initializer"
    } == dict.fromkeys(["images", "logits", "losses", "gradients", "changes"], 0)


def test_float32_noise_passes_and_the_error_says_where(report):
    report["parity"]["logits"][7][3] += 6e-7
    report["parity"]["losses"][1] -= 3e-6
    noisy = report["parity"]["changes"][1]
    noisy["conv2.bias"] = scaled(noisy, 1 + 1e-4)["conv2.bias"]
    verdict = judged(report)
    assert verdict.passed, verdict.findings
    found = {quantity.name: quantity for quantity in verdict.quantities}
    assert found["logits"].error == pytest.approx(6e-7)
    assert found["logits"].where == "example 7, class 3"
    assert found["losses"].where == "losses[1]"
    assert found["changes"].where == "conv2.bias after 3 training steps"


def test_each_tolerance_stands_beside_a_smaller_spread(report):
    for quantity in judged(report).quantities:
        assert quantity.tolerance > 0
        if quantity.name != "initializer":
            assert 4 * quantity.spread <= quantity.tolerance <= 100 * quantity.spread, quantity.name


def test_without_facts_about_the_data_a_note_says_what_was_not_judged(report):
    del report["images"]
    verdict = judged(report, data=None)
    assert verdict.passed
    assert "images" not in {quantity.name for quantity in verdict.quantities}
    assert "images were not judged" in verdict.notes[0]


# Reports that are broken themselves


def places(value, keys=()):
    """Return the addresses of everything inside a report; of a long list only the ends."""
    yield keys
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*keys, key))
    elif isinstance(value, list):
        for index in {0, len(value) - 1}:
            yield from places(value[index], (*keys, index))


JUNK = [None, "text", [], {}, [[1.0], [2.0, 3.0]], math.nan, -math.inf]


def test_anything_missing_or_wrong_is_a_finding_never_a_crash(report):
    found = list(places(report))
    assert len(found) > 300
    for keys in found[1:]:
        *parents, last = keys
        for junk in JUNK:
            broken = copy.deepcopy(report)
            inside = broken
            for key in parents:
                inside = inside[key]
            inside[last] = junk
            verdict = judged(broken)
            assert not verdict.passed, (keys, junk)
            assert all(verdict.findings), (keys, junk)
            assert max(quantity.error for quantity in verdict.quantities) == math.inf
        if isinstance(inside, dict):
            del inside[last]
            assert not judged(broken).passed, keys


@pytest.mark.parametrize("junk", [*JUNK, 3.0])
def test_a_report_that_is_not_one_is_a_finding(junk):
    verdict = judged(junk)
    assert failed(verdict) == set(parity.measures(WORKLOAD))
    assert 'parity["logits"] is missing' in " ".join(verdict.findings)


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        (lambda p: p.pop("losses"), 'parity["losses"] is missing'),
        (lambda p: p["logits"].pop(), 'parity["logits"] is 63 x 10 numbers; expected 64 x 10'),
        (lambda p: p["logits"][5].pop(), 'parity["logits"] is not an array of numbers'),
        (lambda p: p["logits"][5].__setitem__(1, math.nan), "not finite in 1 of 640 numbers"),
        (
            lambda p: p["gradients"].pop("conv3.bias"),
            'parity["gradients"]["conv3.bias"]["norm"] is missing',
        ),
        (
            lambda p: p["gradients"].update({"conv9.weight": NOTHING}),
            "names conv9.weight, which the reference does not have",
        ),
        (lambda p: p["changes"].pop(), 'parity["changes"][1] is missing'),
    ],
)
def test_a_broken_report_is_described(plant, finding, report):
    plant(report["parity"])
    verdict = judged(report)
    assert finding in verdict.findings[0]


# The workload's own files


def test_a_missing_or_broken_reference_names_the_file_and_the_next_step(tmp_path, report):
    shutil.copy(WORKLOAD.path / "workload.toml", tmp_path)
    workload = load_workload(tmp_path / "workload.toml")
    with pytest.raises(parity.ParityError, match=r"reference\.json: there is no such file; refer"):
        parity.judge(workload, report, DATA)
    (tmp_path / "reference.json").write_text('{"logits": [')
    with pytest.raises(parity.ParityError, match=r"reference\.json: not readable as JSON"):
        parity.judge(workload, report, DATA)


def test_a_missing_tolerance_names_the_file(tmp_path, report):
    text = (WORKLOAD.path / "workload.toml").read_text()
    (tmp_path / "workload.toml").write_text(re.sub(r"(?m)^gradients = .*\n", "", text))
    shutil.copy(WORKLOAD.path / "reference.json", tmp_path)
    with pytest.raises(
        parity.ParityError, match=r"workload\.toml: \[tolerances\] has no gradients"
    ):
        parity.judge(load_workload(tmp_path / "workload.toml"), report, DATA)
