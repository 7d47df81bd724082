"""Turn the seconds that a script reported into figures that can be compared.

Pure: no clock is read here. Times are wall-clock seconds, read by the scripts only after the device
had finished (see the train step of any script).
"""

from collections.abc import Sequence
from statistics import quantiles

from .base import Timing


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one.

    They lie among the values themselves, however few there are; of a single value it is that.
    """
    if len(values) == 1:
        return (values[0],) * 3
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def steady(blocks: Sequence[float] | None, size: float) -> Timing | None:
    """Drop the warm-up block; take the median and the quartiles of the rest.

    `blocks` are seconds per unit of work, of which a block has `size`. None when nothing is left:
    one block cannot be timed honestly.
    """
    first, *rest = blocks or [None]
    if not rest:
        return None
    low, middle, high = quartiles(rest)
    return Timing(middle, low, high, len(rest), max(0.0, (first - middle) * size))


def counted(blocks: int, size: int) -> str:
    return f"{blocks} block{'' if blocks == 1 else 's'} of {size}"
