"""Take from records what a picture shows: marks in panels, and what they say in words.

Pure. Records that failed or were edited are left out; synthetic data only where there is no other.
Which of these pictures a workload has, and what their axes are, its kind says.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from rosetta.project import numbers
from rosetta.project.kinds.base import capitalized
from rosetta.project.published import Figure, Table
from rosetta.project.workloads import Script, Workload

from . import describe
from .records import Record, is_current

# A line has at most so many points to every tenfold of steps.
POINTS = 24

KEY = "Circles are current frameworks, diamonds retired ones; a hollow mark is a run of older code."

Runs = Sequence[tuple[Script, Record]]


@dataclass(frozen=True)
class Mark:
    """One run of one program: where it stands and how far its own values scatter."""

    label: str
    value: float
    low: float
    high: float
    told: str
    retired: bool = False
    current: bool = True
    kind: str = ""


@dataclass(frozen=True)
class Line:
    """A quantity along a run."""

    label: str
    steps: tuple[float, ...]
    values: tuple[float, ...]
    retired: bool = False


@dataclass(frozen=True)
class Panel:
    """What is drawn under one title; `band` is what correct programs reach."""

    title: str
    marks: tuple[Mark, ...] = ()
    lines: tuple[Line, ...] = ()
    band: tuple[float, float] | None = None


@dataclass(frozen=True)
class Series:
    """Everything that a picture shows, and the same in words."""

    panels: tuple[Panel, ...]
    alt: str
    caption: str


def sound(runs: Runs) -> Runs:
    """Return the runs that a picture may show."""
    good = [(script, record) for script, record in runs if record.sound]
    real = [(script, record) for script, record in good if record.source != "synthetic"]
    return real or good


def best(runs: Runs, *, by_profile: bool = False) -> dict[str, list[tuple[Script, Record]]]:
    """Return the best run of each program by hardware, or by hardware and profile.

    Runs come best first, as records_of returns them.
    """
    found: dict[str, dict] = {}
    for script, record in runs:
        where = describe.hardware(record)
        title = f"{describe.run_title(record, script)} on {where}" if by_profile else where
        found.setdefault(title, {}).setdefault(script.name, (script, record))
    return {title: list(own.values()) for title, own in found.items()}


def mark(script: Script, record: Record, value: float, told: str, **more) -> Mark:
    low, high = more.pop("low", value), more.pop("high", value)
    retired, current = script.framework.family == "retired", is_current(record, script)
    return Mark(script.framework.label, value, low, high, told, retired, current, **more)


def extent(marks: Iterable[Mark]) -> str:
    """Say which marks are the outermost: 'from 86.1 ms (TensorFlow) to 1,100 ms (tinygrad)'."""
    ordered = sorted(marks, key=lambda known: known.value)
    first, last = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"{first.told} ({first.label})"
    return f"from {first.told} ({first.label}) to {last.told} ({last.label})"


def counted(number: int) -> str:
    return f"{number} program{'' if number == 1 else 's'}"


# ---- The pictures ---------------------------------------------------------------------------


def speeds(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """The times by which runs are compared with their quartiles, the fastest first."""
    speed, panels = workload.kind.speed, []
    timed_runs = [run for run in sound(runs) if workload.kind.timing(run[1].reported)]
    for title, own in best(timed_runs).items():
        marks = []
        for script, record in own:
            timed = speed.read(record.reported)
            low, middle, high = (speed.scale * s for s in (timed.low, timed.middle, timed.high))
            told = speed.words(timed.middle)
            marks.append(mark(script, record, middle, told, low=low, high=high))
        panels.append(Panel(title, tuple(sorted(marks, key=lambda known: known.value))))
    if not panels:
        return None
    told = "; ".join(f"{counted(len(p.marks))} on {p.title}, {extent(p.marks)}" for p in panels)
    return Series(
        tuple(panels),
        f"{workload.title}, {speed.axis}: {told}.",
        f"{capitalized(speed.axis)}, on a logarithmic scale: the median, and the quartiles as "
        f"a bar. Where two bars overlap, neither program is the faster one. {KEY}",
    )


def memory(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Peak memory of the process, and of the GPU where one was used, the smallest first."""
    panels = []
    with_memory = [run for run in sound(runs) if run[1].about.get("peak_memory_bytes")]
    for title, own in best(with_memory).items():
        marks = []
        for script, record in own:
            for name, kind in (("peak_memory_bytes", ""), ("peak_gpu_memory_bytes", "GPU")):
                size = record.about.get(name)
                if size:
                    told = numbers.memory(size)
                    marks.append(mark(script, record, size / 2**30, told, kind=kind))
        host = {known.label: known.value for known in marks if not known.kind}
        marks.sort(key=lambda known: (host.get(known.label, 0), known.label, known.kind))
        panels.append(Panel(title, tuple(marks)))
    if not panels:
        return None
    told = []
    for panel in panels:
        own = [known for known in panel.marks if not known.kind]
        told.append(f"{counted(len(own))} on {panel.title}, {extent(own)}")
        gpu = [known for known in panel.marks if known.kind]
        told += [f"of the GPU’s memory {extent(gpu)}"] if gpu else []
    return Series(
        tuple(panels),
        f"{workload.title}, peak memory in GiB: {'; '.join(told)}.",
        "The most memory that a run held, in GiB; the whole of the data is in it. Blue bars are "
        "current frameworks, red ones retired; an empty bar is a run of older code.",
    )


def curves(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """What changes along a run, all programs over each other, of each its longest run."""
    kind, longest = workload.kind, {}
    for script, record in sound(runs):
        values = kind.along(record.reported)
        if len(values) > len(longest.get(script.name, (script, ()))[1]):
            longest[script.name] = (script, values)
    lines = [line(script, values, kind.curve.block) for script, values in longest.values()]
    if not lines:
        return None
    ends, along = agreement(lines), f"{kind.curve.title} by {kind.curve.axis}"
    return Series(
        (Panel("", lines=tuple(lines)),),
        f"{workload.title}, {along}: {counted(len(lines))}, drawn over each other. {ends}",
        f"{capitalized(along)}, on a logarithmic scale of steps; a line is a program. "
        f"{kind.curve.caption}",
    )


def line(script: Script, reported: Sequence[float], size: int) -> Line:
    """Average values, one a block of steps, within equal parts of a logarithmic scale."""
    parts: dict[int, list[tuple[int, float]]] = {}
    for block, value in enumerate(reported, start=1):
        parts.setdefault(int(POINTS * math.log10(block)), []).append((block, value))
    return Line(
        script.framework.label,
        tuple(round(size * mean(b for b, _ in own), 1) for own in parts.values()),
        tuple(round(mean(value for _, value in own), 4) for own in parts.values()),
        script.framework.family == "retired",
    )


def agreement(lines: Sequence[Line]) -> str:
    """Say how far apart the lines are at the last step that most of them reach."""
    lengths = sorted(known.steps[-1] for known in lines)
    reached = lengths[len(lengths) // 2]
    there = [known for known in lines if reached in known.steps]
    values = [known.values[known.steps.index(reached)] for known in there]
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    return f"At step {reached:,.0f}, {len(values)} of them lie between {low:.2f} and {high:.2f}."


def checks(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """The check, with the range that correct programs reach; in the order of the tabs, no ranks."""
    kind, judged = workload.kind, []
    for script, record in sound(runs):
        profile = workload.profiles.get(record.profile)
        found = kind.checked(record.reported), kind.taken(record.reported)
        if profile and profile.expected and all(found):
            judged.append((script, record))
    panels = []
    for title, own in best(judged, by_profile=True).items():
        marks = []
        for script, record in own:
            fraction, seconds = kind.checked(record.reported), kind.taken(record.reported)
            told = f"{numbers.percent(fraction)} after {numbers.seconds(seconds)}"
            marks.append(mark(script, record, fraction, told))
        band = workload.profiles[own[0][1].profile].expected
        panels.append(Panel(title, tuple(marks), band=band))
    if not panels:
        return None
    told = []
    for panel in panels:
        low, high = panel.band
        inside = sum(low <= known.value <= high for known in panel.marks)
        told.append(
            f"{panel.title}, {counted(len(panel.marks))}, {extent(panel.marks)}; {inside} of them "
            f"in the range that correct programs reach, {numbers.band(low, high)}"
        )
    after = f"{kind.check.title} after {kind.total.axis}"
    return Series(
        tuple(panels),
        f"{workload.title}, {after}: {'. '.join(told)}.",
        f"{capitalized(after)}, in the order of the tabs. The band is what correct programs reach, "
        f"whatever the seed: within it, higher is not better. {KEY}",
    )


def published(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Seconds of the longest run, as published and as recorded, where there are both."""
    profile, total = list(workload.profiles)[-1], workload.kind.total
    today: dict[str, list[Mark]] = {}
    for script, record in sound(runs):
        seconds = workload.kind.taken(record.reported)
        if record.profile == profile and seconds:
            kind = f"today: {describe.hardware(record)}"
            drawn = mark(script, record, seconds, numbers.seconds(seconds), kind=kind)
            if kind not in {known.kind for known in today.get(script.framework.id, ())}:
                today.setdefault(script.framework.id, []).append(drawn)
    marks = []
    for framework, own in today.items():
        before = older(workload, framework, profile, own[0], tables)
        marks += [*before, *own] if before else []
    if not marks:
        return None
    told = "; ".join(f"{known.label}, {known.kind}: {known.told}" for known in marks)
    return Series(
        (Panel("", tuple(marks)),),
        f"{workload.title}, {total.whole}. {told}.",
        f"{total.caption.format(run=workload.profiles[profile].title)}, on a logarithmic scale: as "
        "older studies published them and as recorded today, where there are both. Hardware and "
        f"versions differ. {KEY}",
    )


def older(
    workload: Workload, framework: str, profile: str, like: Mark, tables: Sequence[Table]
) -> list[Mark]:
    """Return what was published of a framework, the newest figure for each hardware."""
    found: dict[str, Mark] = {}
    for table in (known for known in tables if known.workload == workload.id):
        for figure in table.figures():
            column = figure.column
            fits = column.kind == "time" and column.profile == profile and column.gpus == 1
            if figure.row.framework == framework and fits and figure.value:
                kind = f"{table.date.year}: {figure.hardware}"
                told = as_printed(figure)
                drawn = Mark(like.label, figure.value, figure.value, figure.value, told,
                             like.retired, kind=kind)  # fmt: skip
                found.setdefault(kind, drawn)
    return sorted(found.values(), key=lambda known: known.kind)


def as_printed(figure: Figure) -> str:
    """Write a published time in seconds, with the digits that the study gave."""
    if figure.column.unit == "s":
        return numbers.with_unit(figure.shown, "s")
    return numbers.with_unit(numbers.figure(figure.value), "s")


# By what they are of; a kind of workload has its own names for those that it has.
PICTURES = {
    "speed": speeds,
    "curve": curves,
    "check": checks,
    "memory": memory,
    "published": published,
}
