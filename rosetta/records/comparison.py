"""Compare two records of the same workload: between machines, commits, versions or frameworks.

Pure. A difference in time that both runs' own spread could have made is called none.
"""

import difflib
from dataclasses import dataclass
from statistics import median

from rosetta.project import numbers
from rosetta.project.kinds.base import Fact, Kind, Timing
from rosetta.project.workloads import Script

from .provenance import measured, origin, trust
from .records import Record

# What differs between any two runs and says nothing.
EXPECTED = {"Started", "Took", "Command"}


@dataclass(frozen=True)
class Difference:
    """A term of which two records say different things; empty where one says nothing."""

    term: str
    one: str
    other: str


@dataclass(frozen=True)
class Speed:
    """How the second run's time per unit of work compares with the first's.

    `apart` is true where the runs' quartiles do not overlap; `per` names the unit.
    """

    ratio: float
    apart: bool
    per: str

    def sentence(self) -> str:
        """Say it in words: '9.0 % less time per training step, beyond both spreads'."""
        if not self.apart:
            return f"no difference in speed beyond the spread ({share(self.ratio)})"
        return f"{share(self.ratio)} {self.per}, beyond both spreads"


def share(ratio: float) -> str:
    """Say a ratio of times: '9.0 % less time', 'twice the time' being '2.0 times the time'."""
    if ratio >= 1.995:
        return f"{ratio:.1f} times the time"
    if abs(ratio - 1) < 0.0005:
        return "the same time"
    return f"{abs(ratio - 1):.1%} {'more' if ratio > 1 else 'less'} time".replace("%", " %")


def speed(one: Timing, other: Timing, per: str) -> Speed:
    """Compare medians; the quartiles say whether the difference is one."""
    apart = one.high < other.low or other.high < one.low
    return Speed(other.middle / one.middle, apart, per)


def differences(one: tuple[Record, Script], other: tuple[Record, Script]) -> list[Difference]:
    """Return what two records say differently of themselves, in the order of a record's facts."""
    sides = [
        {fact.term: told(fact) for fact in (*trust(*side), *measured(*side), *origin(*side))}
        for side in (one, other)
    ]
    terms = dict.fromkeys([*sides[0], *sides[1]])
    pairs = ((term, *(side.get(term, "") for side in sides)) for term in terms)
    return [
        Difference(term, before, after)
        for term, before, after in pairs
        if before != after and term not in EXPECTED
    ]


def told(fact: Fact) -> str:
    said = ", ".join(filter(None, (fact.value, fact.verdict)))
    return f"{said} ({fact.remark})" if fact.remark else said


def changed_code(one: Record, other: Record) -> list[str]:
    """Return the difference of the two programs as they ran, in the manner of `diff -u`."""
    sides = ["\n".join(record.code()).splitlines() for record in (one, other)]
    lines = difflib.unified_diff(*sides, lineterm="", n=1)
    return list(lines)[2:]  # without the names of files, of which there are none


def curves_apart(one: Record, other: Record, kind: Kind) -> tuple[float, int] | None:
    """Return how far two runs' curves are apart, typically, and over how many blocks.

    None where a record has none.
    """
    pairs = list(zip(*(kind.along(record.reported) for record in (one, other)), strict=False))
    return (median(abs(a - b) for a, b in pairs), len(pairs)) if pairs else None


def summary(one: tuple[Record, Script], other: tuple[Record, Script]) -> list[str]:
    """Return sentences about speed, the curve along the runs, and code.

    Runs of two kinds of workload have nothing in common but their code.
    """
    found, records, kind = [], (one[0], other[0]), one[1].workload.kind
    if kind is other[1].workload.kind:
        timings = [kind.timing(record.reported) for record in records]
        if all(timings):
            found.append(speed(*timings, kind.speed.per).sentence())
        elif kind.speed:
            found.append("one of them is too short to time")
        if apart := curves_apart(*records, kind):
            amount, blocks = numbers.figure(apart[0]) if apart[0] else "0", apart[1]
            found.append(f"{kind.curve.titles} {amount} apart in the median of {blocks} blocks")
    if one[1].name == other[1].name:
        count = sum(line.startswith(("+", "-")) for line in changed_code(*records))
        lines = "1 line" if count == 1 else f"{count} lines"
        found.append(f"{lines} of code removed or added" if count else "the same code")
    return found
