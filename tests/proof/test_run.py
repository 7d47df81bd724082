"""Judge reports of a run: the right one, and runs in which something is wrong."""

import copy
import json
from pathlib import Path

import pytest
from reports import perfect

from rosetta.project.workloads import load_workload
from rosetta.proof import parity, run
from rosetta.proof.expected_run import find, made_from

ROOT = Path(__file__).resolve().parents[2]
WORKLOAD = load_workload(ROOT / "scripts" / "cnn" / "workload.toml")
SYNTHETIC = next(
    path
    for path in (WORKLOAD.path / "runs").glob("*.json")
    if json.loads(path.read_text("utf-8"))["data"].startswith("synthetic")
)
EXPECTED = json.loads(SYNTHETIC.read_text("utf-8"))
DATA = {
    "digest": EXPECTED["made_from"]["data"],
    "largest": 1.0,
    "channel_means": [0.49, 0.48, 0.45],
}
BORDER = EXPECTED["border"]


def first_forms(epochs: list) -> list:
    return [{name: forms[0] for name, forms in epoch.items()} for epoch in epochs]


def right_run() -> dict:
    """Return what a script reports whose run is that of the reference."""
    start = parity.expected(WORKLOAD)["weights"]
    weights = {
        name: {
            "norm": one["norm"],
            "largest": one["largest"],
            "projections": [
                a + b
                for a, b in zip(
                    one["projections"], EXPECTED["changes"][name]["projections"], strict=True
                )
            ],
        }
        for name, one in start.items()
    }
    return copy.deepcopy(
        {
            **perfect(),
            "run": {"fed": first_forms(EXPECTED["profiles"]["short"])},
            "proof": {
                "of": "short",
                "train_losses": EXPECTED["losses"],
                "test_accuracy": EXPECTED["accuracy"],
                "run": {
                    "fed": first_forms(EXPECTED["fed"]),
                    "weights": weights,
                    "logits": {"logits": EXPECTED["logits"]},
                    "predicted": EXPECTED["classes"][:200],
                },
            },
        }
    )


@pytest.fixture
def report():
    return right_run()


def judged(report, workload=WORKLOAD, data=DATA):
    return parity.judge(workload, report, data)


def test_the_right_run_passes(report):
    verdict = judged(report)
    assert verdict.findings == verdict.notes == ()
    assert verdict.passed
    errors = {q.name: q.error for q in verdict.quantities if q.name in run.MEASURES}
    assert set(errors) == set(run.MEASURES)
    assert max(errors.values()) < 1e-6


def test_either_layout_of_the_images_and_one_hot_labels_may_be_fed(report):
    for epoch, forms in zip(report["proof"]["run"]["fed"], EXPECTED["fed"], strict=True):
        epoch.update({name: of[1] for name, of in forms.items()})
    assert judged(report).passed


def test_without_a_report_or_values_a_note_says_that_the_run_is_not_proven(report):
    verdict = judged(report, data={**DATA, "digest": "0" * 64})
    assert verdict.notes == (run.NOT_AT_HAND,)
    assert verdict.passed
    del report["proof"]
    assert judged(report).notes == (run.NOT_REPORTED,)


def test_values_of_other_code_or_hyperparameters_are_not_used(tmp_path):
    assert find(WORKLOAD, DATA) == EXPECTED, "run reference/run.py on these data"
    toml = (WORKLOAD.path / "workload.toml").read_text("utf-8")
    folder = tmp_path / "scripts" / "cnn"
    (folder / "runs").mkdir(parents=True)
    (folder / "runs" / SYNTHETIC.name).write_text(SYNTHETIC.read_text("utf-8"))
    (folder / "workload.toml").write_text(toml.replace("MOMENTUM = 0.9", "MOMENTUM = 0.8"))
    other = load_workload(folder / "workload.toml")
    assert made_from(other, DATA) != EXPECTED["made_from"]
    assert find(other, DATA) is None


def losses(report, first: int, by: float = 1e-2):
    """Let the losses part from one on."""
    report["proof"]["train_losses"] = [
        loss + by * (step >= first) for step, loss in enumerate(EXPECTED["losses"])
    ]


def given(step: int, mistake: str):
    """Return what puts the very loss there that a known mistake gives."""

    def plant(report):
        losses(report, step)
        report["proof"]["train_losses"][step] = EXPECTED["mistakes"][str(step)][mistake]

    return plant


def fed(name: str, value):
    def plant(report):
        for epoch in report["proof"]["run"]["fed"]:
            epoch[name]["projections"][0] += value

    return plant


def same_end(report):
    report["proof"]["run"]["fed"][1] = report["proof"]["run"]["fed"][0]


def set_to(value, *keys):
    def plant(report):
        for key in keys[:-1]:
            report = report[key]
        report[keys[-1]] = value

    return plant


RIGHT = EXPECTED["losses"]
PLANTED = [
    (given(0, "not_shuffled"), "in the order of the data"),
    (given(0, "labels_not_shuffled"), "labels that are not"),
    (given(0, "height_and_width_exchanged"), "height and width"),
    (given(0, "standardized"), "standardized"),
    (given(0, "labels_smoothed_by_0.1"), "smoothed by 0.1"),
    (given(0, "steps_twice"), "two steps on each batch"),
    (lambda r: losses(r, 0, 1e-3), "training step 1 is off .* before anything was learned"),
    (given(1, "adam"), "Adam"),
    (given(1, "steps_twice"), "two steps on each batch"),
    (given(1, "no_step"), "accumulated"),
    (given(1, "frozen: conv1, conv2"), "leaves conv1, conv2 as they are"),
    (given(1, "rate_times_0.9"), "rate of 0.9 times"),
    (given(2, "optimizer_anew"), "forgets what it has kept"),
    (lambda r: losses(r, 5), "training step 6 .* within the first epoch.* arithmetic and not data"),
    (given(BORDER, "seed_not_advanced"), "Look at the seed"),
    (given(BORDER, "weights_anew"), "with the weights of the first"),
    (lambda r: losses(r, BORDER), "it is the border of the epochs"),
    (given(BORDER + 1, "optimizer_anew"), "forgets what it has kept"),
    (given(BORDER + 1, "rate_times_0.95"), "rate of 0.95 times .* second epoch"),
    (lambda r: losses(r, 20), "within the second epoch"),
    (
        set_to(RIGHT[:BORDER], "proof", "train_losses"),
        "12 training steps; expected 24: an epoch is missing",
    ),
    (
        set_to([*RIGHT, 2.3, 2.3], "proof", "train_losses"),
        "26 training steps; expected 24: the last batch of an epoch, which is not complete",
    ),
    (
        lambda r: r["proof"]["run"]["weights"]["conv1.weight"]["projections"].reverse(),
        "not the weights that were trained",
    ),
    (set_to(RIGHT[:7], "proof", "train_losses"), "7 training steps; .* size of the batches"),
    (fed("labels", 0.5), "The images are right, the labels are not"),
    (fed("images", 0.5), "The labels are right, the images are not"),
    (same_end, "Both epochs end alike"),
    (set_to(EXPECTED["accuracies"]["smallest_logit"], "proof", "test_accuracy"), "smallest logit"),
    (set_to(EXPECTED["accuracies"]["first_batch_only"], "proof", "test_accuracy"), "first batch"),
    (set_to(0.7777, "proof", "test_accuracy"), "0.7777 instead of"),
    (
        set_to(EXPECTED["test_mistakes"]["untrained"], "proof", "run", "logits", "logits"),
        "a model that was not trained",
    ),
    (
        set_to(EXPECTED["test_mistakes"]["standardized"], "proof", "run", "logits", "logits"),
        "standardized",
    ),
    (
        set_to([9] * 200, "proof", "run", "predicted"),
        "the logits of the test agree, but not the classes",
    ),
]


@pytest.mark.parametrize(("plant", "finding"), PLANTED)
def test_a_mistake_in_the_run_is_told(plant, finding, report):
    import re

    plant(report)
    verdict = judged(report)
    assert not verdict.passed
    assert re.search(finding, " ".join(verdict.findings)), verdict.findings


def test_what_follows_from_a_mistake_of_the_step_is_not_told_again(report):
    report["parity"]["losses"] = [loss + 1 for loss in report["parity"]["losses"]]
    alone = judged(report).findings
    losses(report, 0)
    verdict = judged(report)
    assert verdict.findings == alone
    assert {q.name for q in verdict.quantities if not q.passed} >= {"losses", "run_losses"}


def test_the_batches_of_the_long_run_are_judged_too(report):
    report["run"]["fed"][0]["images"]["norm"] *= 1.01
    [finding] = judged(report).findings
    assert "of profile short" in finding


@pytest.mark.parametrize("junk", [None, "text", [], {}, [[1.0]], -1.0])
@pytest.mark.parametrize(
    "keys",
    [("train_losses",), ("test_accuracy",), ("run",), ("of",)]
    + [("run", name) for name in ("fed", "weights", "logits", "predicted")]
    + [("run", "fed", 0), ("run", "fed", 1, "images"), ("run", "weights", "conv1.bias")],
)
def test_anything_missing_or_wrong_is_a_finding_never_a_crash(keys, junk, report):
    inside = report["proof"]
    for key in keys[:-1]:
        inside = inside[key]
    if inside[keys[-1]] == junk:
        return
    inside[keys[-1]] = junk
    assert not judged(report).passed
