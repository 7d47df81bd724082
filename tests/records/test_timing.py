import pytest

from rosetta.records.timing import summarize


def test_the_first_block_is_warm_up():
    """Steady blocks of .1 to .5 s around a median of .3; the first one also compiled for 14 s."""
    steps = [1.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    timing = summarize({"step_seconds": steps, "epoch_seconds": [50.0, 30.0]})
    assert timing.step_median == 0.3
    assert (timing.step_low, timing.step_high) == pytest.approx((0.2, 0.4))
    assert timing.blocks == 5
    assert timing.warm_up_seconds == pytest.approx(14)
    assert (timing.first_epoch_seconds, timing.train_seconds) == (50, 80)


def test_a_fast_first_block_is_no_negative_warm_up():
    timing = summarize({"step_seconds": [0.1, 0.3, 0.3], "epoch_seconds": [9]})
    assert timing.warm_up_seconds == 0


@pytest.mark.parametrize("steps", [[], [0.2], None])
def test_one_block_cannot_be_timed(steps):
    with pytest.raises(ValueError, match="at least two blocks"):
        summarize({"step_seconds": steps, "epoch_seconds": [1]})
