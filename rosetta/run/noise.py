"""Measure how quiet a machine is before a run: a fixed piece of work, done again and again.

Times can be no steadier than the machine that they are taken on. The piece is plain Python, so that
it is the same in front of every framework. On a quiet machine each turn takes as long as the last,
and the processor works all the while.
"""

import time
from statistics import quantiles

TURNS = 40
ADDITIONS = 100_000


def measure() -> dict:
    """Return how long a turn takes and how steady that is; it takes a fifth of a second.

    `turn_seconds` is the median, `scatter` the distance of the quartiles as a part of it, `waited`
    the part of the time in which the work stood still because others had the processor.
    """
    turn()  # the first one also wakes the processor
    working = time.thread_time()
    seconds = [turn() for _ in range(TURNS)]
    working = time.thread_time() - working
    low, middle, high = quantiles(seconds, n=4)
    return {
        "turns": TURNS,
        "turn_seconds": float(f"{middle:.4g}"),
        "scatter": round((high - low) / middle, 4),
        "waited": round(max(0.0, 1 - working / sum(seconds)), 4),
    }


def turn() -> float:
    """Do the work once; return the seconds that it took."""
    begun, total = time.perf_counter(), 0
    for number in range(ADDITIONS):
        total += number
    return time.perf_counter() - begun
