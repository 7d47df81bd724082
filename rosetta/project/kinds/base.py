"""The parts that a kind of workload is declared with; see the package.

Functions take what a script's last cell reported, and read nothing else. Times are in seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from rosetta.project import numbers

Reported = Mapping[str, object]


@dataclass(frozen=True)
class Number:
    """A measured quantity; `low` and `high` are quartiles, `count` is of how many blocks."""

    value: float
    unit: str
    low: float | None = None
    high: float | None = None
    count: int | None = None


@dataclass(frozen=True)
class Fact:
    """A term and its value; of a check `passed` is the outcome, None where it is open or is none.

    `verdict` is the outcome in words, for a reader.
    """

    term: str
    value: str
    remark: str = ""
    passed: bool | None = None
    verdict: str = ""
    verbatim: bool = False  # to be read letter by letter: a command, a digest


@dataclass(frozen=True)
class Timing:
    """The speed of one run: seconds per unit of its work, as the median of blocks and quartiles.

    The first block also pays for compilation, for caches and for the search of the fastest kernels,
    so it is left out and what it took beyond the others is given apart.
    """

    middle: float
    low: float
    high: float
    blocks: int
    warm_up_seconds: float


@dataclass(frozen=True)
class Speed:
    """The time by which runs of a kind are compared, on pages and by verify-machine."""

    quantity: str  # as data to download names it: "training step"
    per: str  # "per training step"
    axis: str  # "milliseconds per training step"
    scale: float  # from seconds to the axis's unit
    head: str  # a column's heading in a terminal
    read: Callable[[Reported], Timing | None]  # None where a run was too short to be timed
    bare: Callable[[float], str]  # a time without its unit, where a heading names it
    words: Callable[[float], str]
    blocks: Callable[[int], str]  # "7 blocks of 20"

    def told(self, timed: Timing) -> tuple[str, str, str]:
        """Return the median with its unit, the quartiles without, and of how many blocks."""
        spread = f"{self.bare(timed.low)} to {self.bare(timed.high)}"
        return self.words(timed.middle), spread, self.blocks(timed.blocks)

    def cell(self, found: Mapping[str, Number], run: str) -> tuple[str, ...]:
        """Write a run's speed into a column whose heading names the unit."""
        taken = found[self.quantity]
        low, middle, high = map(self.bare, (taken.low, taken.value, taken.high))
        return middle, f"{low} to {high}", self.blocks(taken.count)

    def facts(self, timed: Timing) -> list[Fact]:
        """Return what a run's record says of its speed."""
        middle, spread, count = self.told(timed)
        warm_up = numbers.seconds(timed.warm_up_seconds)
        return [
            Fact(capitalized(self.per), middle, f"median of {count}; quartiles {spread}"),
            Fact("Warm-up", warm_up, "compilation, caches"),
        ]

    def numbers(self, timed: Timing) -> dict[str, Number]:
        """Return the same for other programs."""
        return {
            self.quantity: Number(timed.middle, "s", timed.low, timed.high, timed.blocks),
            "warm-up": Number(timed.warm_up_seconds, "s"),
        }


@dataclass(frozen=True)
class Total:
    """The time that older studies published, and that a whole run took here."""

    read: Callable[[Reported], float | None]
    axis: str  # "seconds of training"
    whole: str  # "seconds of a whole training"
    caption: str  # what the axis of a picture is; {run} is the longest profile's title


@dataclass(frozen=True)
class Check:
    """A fraction that tells whether a program did what a correct one does; it is never a score.

    Its range stands in a profile of workload.toml as `expected`.
    """

    key: str  # among what is reported
    title: str  # "test accuracy"
    titles: str  # "test accuracies"
    head: str  # a column's heading in a terminal


@dataclass(frozen=True)
class Curve:
    """A quantity along a run: a list that is reported, one value for a block of steps."""

    key: str
    title: str  # "training loss"
    titles: str  # "training losses"
    axis: str  # "training step"
    block: int  # how many steps a value stands for
    caption: str


@dataclass(frozen=True)
class Column:
    """A column of the results table for each hardware.

    `words` writes it, from all numbers of the run and the run's title: what is shown, then what
    stands below it. A time can be sorted; a check is compared with its range and cannot.
    """

    title: str
    told: str
    quantity: str
    words: Callable[[Mapping[str, Number], str], tuple[str, ...]] | None = None
    missing: str = ""  # stands where a run has no such number
    by_length: bool = False  # runs of unequal length are sorted apart
    spread: bool = False  # what stands first below a figure is its spread, and stays beside it

    @property
    def is_check(self) -> bool:
        return self.words is None


def nothing(reported: Reported) -> dict:
    return {}


@dataclass(frozen=True)
class Kind:
    """All that differs between kinds of workload; what a kind does not have is None or empty."""

    id: str
    lengths: tuple[str, ...]  # the hyperparameters that a profile may change: how much, never how
    judged: tuple[str, ...] = ()  # what `proof` compares with the reference, in a reader's order
    speed: Speed | None = None
    total: Total | None = None
    check: Check | None = None
    curve: Curve | None = None
    numbers: Callable[[Reported], dict[str, Number]] = nothing
    facts: Callable[[Reported, str], list[Fact]] = lambda reported, run: []
    columns: tuple[Column, ...] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)  # name -> what is drawn, by series.py

    def is_length(self, hyperparameter: str) -> bool:
        return any(fnmatchcase(hyperparameter, known) for known in self.lengths)

    def timing(self, reported: Reported) -> Timing | None:
        """Return a run's speed; None where it was too short, or where the kind has no speed."""
        return self.speed.read(reported) if self.speed else None

    def checked(self, reported: Reported) -> float | None:
        """Return the value of the kind's check, if it has one and the run reported it."""
        return reported.get(self.check.key) if self.check else None

    def along(self, reported: Reported) -> list[float]:
        """Return the values of the kind's curve."""
        return (reported.get(self.curve.key) or []) if self.curve else []

    def taken(self, reported: Reported) -> float | None:
        """Return the seconds of the whole run, as older studies counted them."""
        return self.total.read(reported) if self.total else None


def capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]
