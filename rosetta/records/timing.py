"""Turn the seconds that a script reported into figures that can be compared.

Pure: no clock is read here. Times are wall-clock seconds, read by the scripts only after the device
had finished (see the train step of any script).
"""

from dataclasses import dataclass
from statistics import quantiles

STEPS_PER_BLOCK = 20


@dataclass(frozen=True)
class Timing:
    """What is said about the speed of one run; all times in seconds.

    A block is 20 training steps. The first block also pays for compilation, for caches and for the
    search of the fastest kernels, so it is left out of the steady state and given apart.
    """

    step_median: float
    step_low: float
    step_high: float
    blocks: int
    warm_up_seconds: float
    first_epoch_seconds: float
    train_seconds: float


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one.

    They lie among the values themselves, however few there are; of a single value it is that.
    """
    if len(values) == 1:
        return (values[0],) * 3
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def summarize(reported: dict) -> Timing:
    """Drop the warm-up block; take the median and the quartiles of the rest.

    Raises ValueError when nothing is left: one block cannot be timed honestly.
    """
    first, *steady = reported.get("step_seconds") or [None]
    if not steady:
        raise ValueError(
            "a timing needs at least two blocks of training steps: the first one is warm-up"
        )
    low, middle, high = quartiles(steady)
    epochs = reported["epoch_seconds"]
    return Timing(
        step_median=middle,
        step_low=low,
        step_high=high,
        blocks=len(steady),
        warm_up_seconds=max(0.0, (first - middle) * STEPS_PER_BLOCK),
        first_epoch_seconds=epochs[0],
        train_seconds=sum(epochs),
    )
