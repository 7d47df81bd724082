"""Mistakes that were once taken for others: what the finding says, and what it no longer says."""

import copy
import math

import pytest
from reports import EXPECTED, SHAPES, judged, perfect, scaled


@pytest.fixture
def report():
    return perfect()


def found(report) -> str:
    verdict = judged(report)
    assert not verdict.passed
    return " ".join(verdict.findings)


def test_adam_is_a_rule_of_the_optimizer_and_no_other_batch(report):
    changes = report["parity"]["changes"]
    for step in changes:
        for number, (name, shape) in enumerate(SHAPES.items()):
            size = math.prod(shape)
            step[name] = {
                "norm": 1e-3 * math.sqrt(size),
                "largest": 1e-3,
                "projections": [1e-3 * math.cos(number + k) for k in range(4)],
            }
    said = found(report)
    assert "Data, model and loss can be excluded" in said
    assert "by 0.001, as in the first step of Adam" in said
    assert "batch" not in said


def test_gradients_that_are_too_short_are_clipped(report):
    gradients = report["parity"]["gradients"]
    norm = math.sqrt(sum(one["norm"] ** 2 for one in gradients.values()))
    report["parity"]["gradients"] = scaled(gradients, 1 / norm)
    said = found(report)
    assert "of a norm of 1." in said
    assert "clipping" in said


def test_a_rate_that_is_hardly_off_is_not_momentum(report):
    report["parity"]["losses"][2] += 2.5e-5
    report["parity"]["changes"] = [scaled(c, 1.001) for c in report["parity"]["changes"]]
    said = found(report)
    assert "1.0010 times the expected one. Look at the learning rate" in said
    assert "momentum" not in said


def test_a_schedule_is_thought_of_where_the_third_loss_parts(report):
    report["parity"]["losses"][2] += 1e-2
    assert "schedule" in found(report)


def shorter(report):
    """Divide by 64 where the margin batch has eight images."""
    factor = len(EXPECTED["margin_labels"]) / 64
    report["parity"]["changes"] = [scaled(c, factor) for c in report["parity"]["changes"]]


def test_steps_that_are_told_the_size_of_other_batches_pass_if_the_run_is_proven(report):
    from test_run import DATA, judged, right_run

    shorter(report)
    right = {**right_run(), "parity": copy.deepcopy(report["parity"])}
    verdict = judged(right, data=DATA)
    assert verdict.findings == ()
    assert verdict.passed
    assert "the optimizer divides by BATCH_SIZE" in verdict.notes[0]
    assert "changes" not in {quantity.name for quantity in verdict.quantities}
    right["proof"]["train_losses"][5] += 1e-2
    assert not judged(right, data=DATA).passed
    right["parity"]["losses"][2] += 1e-2
    assert "0.125 times" in " ".join(judged(right, data=DATA).findings)


def test_steps_that_are_too_short_fail_where_the_run_is_not_proven(report):
    shorter(report)
    assert "0.125 times" in found(report)
