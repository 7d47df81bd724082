"""Take from records what a picture shows: marks in panels, and what they say in words.

Pure. Records that failed or were edited are left out; synthetic data only where there is no other.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from rosetta.project import numbers
from rosetta.project.published import Figure, Table
from rosetta.project.workloads import Script, Workload

from . import describe
from .records import Record, is_current
from .timing import STEPS_PER_BLOCK

# A line has at most so many points to every tenfold of training steps.
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
    across: float = 0.0  # where a picture has two axes


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


def steps(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Milliseconds per training step with their quartiles, the fastest first."""
    panels = []
    for title, own in best([run for run in sound(runs) if describe.timing(run[1])]).items():
        marks = []
        for script, record in own:
            timed = describe.timing(record)
            told = numbers.milliseconds(timed.step_median)
            spread = {"low": 1e3 * timed.step_low, "high": 1e3 * timed.step_high}
            marks.append(mark(script, record, 1e3 * timed.step_median, told, **spread))
        panels.append(Panel(title, tuple(sorted(marks, key=lambda known: known.value))))
    if not panels:
        return None
    told = "; ".join(f"{counted(len(p.marks))} on {p.title}, {extent(p.marks)}" for p in panels)
    return Series(
        tuple(panels),
        f"{workload.title}, milliseconds per training step: {told}.",
        "Milliseconds per training step, on a logarithmic scale: the median, and the quartiles as "
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


def losses(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Training loss by training step, all programs over each other."""
    longest: dict[str, tuple[Script, Record]] = {}
    for script, record in sound(runs):
        known = longest.get(script.name)
        length = len(record.reported.get("train_losses") or ())
        if length and (not known or length > len(known[1].reported["train_losses"])):
            longest[script.name] = (script, record)
    lines = [line(script, record.reported["train_losses"]) for script, record in longest.values()]
    if not lines:
        return None
    ends = agreement(lines)
    return Series(
        (Panel("", lines=tuple(lines)),),
        f"{workload.title}, training loss by training step: {counted(len(lines))}, drawn over "
        f"each other. {ends}",
        "Training loss by training step, on a logarithmic scale of steps; a line is a program. All "
        "see the same batches in the same order, from first weights of their own: where they lie "
        "on each other they learn alike, and their times can be compared. The pointer "
        "names a line.",
    )


def line(script: Script, reported: Sequence[float]) -> Line:
    """Average a run's losses, one per block, within equal parts of a logarithmic scale."""
    parts: dict[int, list[tuple[int, float]]] = {}
    for block, loss in enumerate(reported, start=1):
        parts.setdefault(int(POINTS * math.log10(block)), []).append((block, loss))
    return Line(
        script.framework.label,
        tuple(round(STEPS_PER_BLOCK * mean(b for b, _ in own), 1) for own in parts.values()),
        tuple(round(mean(loss for _, loss in own), 4) for own in parts.values()),
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


def accuracy(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Test accuracy against training time, with the range that correct programs reach."""
    judged = []
    for script, record in sound(runs):
        profile = workload.profiles.get(record.profile)
        found = record.reported.get("test_accuracy"), record.reported.get("epoch_seconds")
        if profile and profile.accuracy and all(found):
            judged.append((script, record))
    panels = []
    for title, own in best(judged, by_profile=True).items():
        marks = []
        for script, record in own:
            fraction, seconds = (record.reported[n] for n in ("test_accuracy", "epoch_seconds"))
            told = f"{numbers.percent(fraction)} after {numbers.seconds(sum(seconds))}"
            marks.append(mark(script, record, fraction, told, across=sum(seconds)))
        band = workload.profiles[own[0][1].profile].accuracy
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
    return Series(
        tuple(panels),
        f"{workload.title}, test accuracy against seconds of training: {'. '.join(told)}.",
        "Test accuracy against seconds of training. The band is what correct programs reach, "
        f"whatever the seed: within it, higher is not better. {KEY}",
    )


def published(workload: Workload, runs: Runs, tables: Sequence[Table]) -> Series | None:
    """Seconds of a whole training, as published and as recorded, where there are both."""
    profile = list(workload.profiles)[-1]
    today: dict[str, list[Mark]] = {}
    for script, record in sound(runs):
        seconds = record.reported.get("epoch_seconds")
        if record.profile == profile and seconds:
            kind = f"today: {describe.hardware(record)}"
            told = numbers.seconds(sum(seconds))
            drawn = mark(script, record, sum(seconds), told, kind=kind)
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
        f"{workload.title}, seconds of a whole training. {told}.",
        f"Seconds of {workload.profiles[profile].title}, on a logarithmic scale: as older studies "
        "published them and as recorded today, where there are both. Hardware and versions differ. "
        f"{KEY}",
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


PICTURES = {
    "steps": steps,
    "losses": losses,
    "accuracy": accuracy,
    "memory": memory,
    "published": published,
}
