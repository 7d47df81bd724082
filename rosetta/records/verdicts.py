"""Say of a lesson whether it still holds, from what its experiments measured. Pure.

An experiment reports two lists, `with` and `without`, whose i-th entries were measured one after
the other. Their ratios say whether the lesson's inequality holds: if it does for both quartiles,
the claim is true there, if for neither, it is not, and else the machine could not tell.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rosetta.project.kinds.timing import quartiles
from rosetta.project.lessons import DEPENDS, NO_LONGER_TRUE, NOT_MEASURED, STILL_TRUE, Lesson
from rosetta.project.numbers import described
from rosetta.project.workloads import Script

from .records import Record

OUTCOMES = {True: "true here", False: "not true here", None: "undecided"}
FEWEST = 3  # pairs, below which there is no spread to speak of
TIMES = "\u00d7"


class Unmeasured(ValueError):
    """A record that holds no pairs to compare; the message says what is wrong with it."""


@dataclass(frozen=True)
class Spread:
    """The median of some values and their quartiles."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Measurement:
    """What one experiment found: both alternatives, and their ratio pair by pair."""

    script: Script
    record: Record
    with_: Spread
    without: Spread
    ratio: Spread
    pairs: int
    notes: dict[str, float]  # what else it reported, by name

    @property
    def holds(self) -> bool | None:
        """Tell whether the claim is true here; None when the spread reaches across the bound."""
        expect = self.script.lesson.expect
        ends = {expect.holds(self.ratio.low), expect.holds(self.ratio.high)}
        return ends.pop() if len(ends) == 1 else None


def measure(script: Script, record: Record) -> Measurement:
    """Return what a record of an experiment measured.

    Raises Unmeasured when it does not hold two equally long lists of finite numbers, or when its
    notes are no numbers.
    """
    told = {name: record.reported.get(name) for name in ("with", "without")}
    for name, values in told.items():
        if not isinstance(values, list) or not all(map(is_number, values)):
            raise Unmeasured(f"{name!r} is not a list of finite numbers")
        if len(values) < FEWEST:
            raise Unmeasured(f"{name!r} has {len(values)} values; at least {FEWEST} are needed")
    with_, without = told["with"], told["without"]
    if len(with_) != len(without):
        raise Unmeasured(f"'with' has {len(with_)} values, 'without' {len(without)}")
    if not all(without):
        raise Unmeasured("a value of 'without' is zero: there is no ratio to it")
    notes = record.reported.get("notes", {})
    if not isinstance(notes, dict) or not all(map(is_number, notes.values())):
        raise Unmeasured("'notes' is not a table of finite numbers")
    ratios = [a / b for a, b in zip(with_, without, strict=True)]
    spreads = map(spread, (with_, without, ratios))
    return Measurement(script, record, *spreads, len(ratios), notes)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def spread(values: list[float]) -> Spread:
    return Spread(*quartiles(values))


def believed(records: Iterable[Record]) -> Record | None:
    """Return the first record of a sound run: the others are no ground for a verdict."""
    return next((record for record in records if record.sound), None)


def verdict(measurements: list[Measurement]) -> str:
    """Return one of rosetta.project.lessons.VERDICTS."""
    if not measurements:
        return NOT_MEASURED
    outcomes = {measurement.holds for measurement in measurements}
    return {frozenset({True}): STILL_TRUE, frozenset({False}): NO_LONGER_TRUE}.get(
        frozenset(outcomes), DEPENDS
    )


def headline(lesson: Lesson, measurements: list[Measurement]) -> str:
    """Return the verdict as it stands at the top of the lesson: where it holds and where not."""
    found = verdict(measurements)
    if found == NOT_MEASURED:
        return f"Not measured here: it needs {lesson.needs}" if lesson.needs else "Not measured yet"
    if found == NO_LONGER_TRUE:
        return f"No longer true since {joined(map(version, measurements))}, or earlier"
    if found == STILL_TRUE:
        return f"Still true in {joined(map(version, measurements))}"
    told = []
    for outcome, words in ((True, "true in"), (False, "not in"), (None, "undecided in")):
        having = [version(each) for each in measurements if each.holds is outcome]
        if having:
            told.append(f"{words} {joined(having)}")
    return f"It depends: {'; '.join(told)}"


def version(measurement: Measurement) -> str:
    """Name the framework with the version that was measured: 'PyTorch 2.1'."""
    framework = measurement.script.framework
    found = measurement.record.about.get("versions", {})
    known = (name for package in framework.packages for name in package.split("|"))
    return " ".join([framework.label, *[found[name] for name in known if name in found][:1]])


def joined(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def figures(measurement: Measurement) -> tuple[str, str, str]:
    """Write both alternatives and the ratio, each as its median with the quartiles behind it."""
    unit = measurement.script.lesson.unit
    ratio = measurement.ratio
    pairs = ((measurement.with_, unit), (measurement.without, unit), (ratio, TIMES))
    with_, without, times = (
        described(values.low, values.middle, values.high, unit) for values, unit in pairs
    )
    return with_, without, times
