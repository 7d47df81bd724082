"""The speed of a run, from the seconds that its script reported."""

import pytest

from rosetta.project.kinds import inference, training


def test_the_first_block_is_warm_up():
    """Steady blocks of .1 to .5 s around a median of .3; the first one also compiled for 14 s."""
    timed = training.timing({"step_seconds": [1.0, 0.1, 0.2, 0.3, 0.4, 0.5]})
    assert timed.middle == 0.3
    assert (timed.low, timed.high) == pytest.approx((0.2, 0.4))
    assert timed.blocks == 5
    assert timed.warm_up_seconds == pytest.approx(14)


def test_a_fast_first_block_is_no_negative_warm_up():
    assert training.timing({"step_seconds": [0.1, 0.3, 0.3]}).warm_up_seconds == 0


@pytest.mark.parametrize("steps", [[], [0.2], None])
def test_one_block_cannot_be_timed(steps):
    assert training.timing({"step_seconds": steps}) is None
    assert inference.timing({"image_seconds": steps, "batch_size": 32}) is None


def test_images_are_timed_by_the_thousand():
    """Blocks of 4 batches of 32 images: the first took .5 s an image more, 64 s in all."""
    timed = inference.timing({"image_seconds": [0.7, 0.2, 0.1, 0.3], "batch_size": 32})
    assert (timed.low, timed.middle, timed.high) == pytest.approx((150, 200, 250))
    assert timed.warm_up_seconds == pytest.approx(64)
    assert timed.blocks == 3
