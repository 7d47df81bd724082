"""Lay a workload's records and the published tables side by side; no page is drawn here.

The table on the page, its JSON and its CSV are all made of what stands here. Times are in seconds,
memory in bytes, accuracies are fractions.
"""

from dataclasses import asdict, dataclass

from rosetta.records import describe
from rosetta.project import published
from rosetta.project.kinds.base import Kind, Number
from rosetta.records.records import Record, is_current
from rosetta.project.profiles import Profile
from rosetta.project.workloads import Project, Script
from rosetta.site.base.catalog import Catalog, record_docname
from rosetta.site.pages.measures import judge

# What may be said against a record, worst first.
MARKS = {
    "failed": "failed",
    "edited": "edited by hand",
    "differs": "parity differs",
    "stale": "older code",
    "synthetic": "synthetic data",
    "copy": "unverified copy",
}


@dataclass(frozen=True)
class Line:
    """A framework's row: one of this project's, or one that only the older studies had."""

    id: str
    label: str
    family: str
    script: Script | None = None
    last_release: str | None = None


@dataclass(frozen=True)
class Hardware:
    """What our own records of one workload were run on: a machine, and where on it."""

    machine: str
    device: str
    title: str

    @property
    def id(self) -> str:
        return f"{self.machine}-{self.device}"


@dataclass(frozen=True)
class Run:
    """The record that a cell of our own shows, what it measured, and what is said against it."""

    line: Line
    hardware: Hardware
    record: Record
    marks: tuple[str, ...]
    proven: bool | None
    numbers: dict[str, Number]

    @property
    def docname(self) -> str:
        return record_docname(self.record.path, self.line.script)


@dataclass(frozen=True)
class Comparison:
    """One workload: its rows, our own hardware with a run for each row, the published tables."""

    workload: str
    title: str
    lines: tuple[Line, ...]
    hardware: tuple[Hardware, ...]
    runs: dict[tuple[str, str], Run]
    tables: tuple[published.Table, ...]
    profiles: dict[str, Profile]
    kind: Kind | None  # None where there are only published figures

    @property
    def programs(self) -> bool:
        """Tell whether this project has any program for the workload."""
        return any(known.script for known in self.lines)


def known_workloads(catalog: Catalog) -> dict[str, str]:
    """Return the titles of all workloads: those with scripts here, then those only published."""
    titles = {table.workload: table.workload_title for table in catalog.published}
    own = {name: workload.title for name, workload in catalog.project.workloads.items()}
    return own | {name: title for name, title in titles.items() if name not in own}


def compare(catalog: Catalog, workload: str) -> Comparison:
    """Return what is known of a workload; a framework's run is its best record on each hardware."""
    project = catalog.project
    tables = tuple(table for table in catalog.published if table.workload == workload)
    lines = lines_of(project, workload, tables)
    hardware: dict[str, Hardware] = {}
    runs: dict[tuple[str, str], Run] = {}
    for line in lines:
        for record in catalog.records(line.script) if line.script else ():
            place = Hardware(record.machine, record.device, describe.hardware(record))
            place = hardware.setdefault(place.id, place)
            runs.setdefault((line.id, place.id), run_of(line, place, record))
    own = project.workloads.get(workload)
    return Comparison(
        workload,
        known_workloads(catalog)[workload],
        lines,
        # GPUs first: what a reader looks for.
        tuple(sorted(hardware.values(), key=lambda place: (place.device == "cpu", place.title))),
        runs,
        tables,
        own.profiles if own else {},
        own.kind if own else None,
    )


def lines_of(project: Project, workload: str, tables) -> tuple[Line, ...]:
    """Return the frameworks that have a script or a published figure, in the order of the tabs."""
    scripts = {script.framework.id: script for script in project.scripts_of(workload)}
    rows = {row.framework: row for table in tables for row in table.rows}
    lines = [
        Line(name, known.label, known.family, scripts.get(name), known.last_release)
        for name, known in project.frameworks.items()
        if name in scripts or name in rows
    ]
    strangers = [row for name, row in rows.items() if name not in project.frameworks]
    return (*lines, *(Line(row.framework, row.label, row.family) for row in strangers))


def run_of(line: Line, hardware: Hardware, record: Record) -> Run:
    verdict = judge(record, line.script) if record.ok else None
    proven = verdict.passed if verdict else None
    return Run(line, hardware, record, marks(record, line.script, proven), proven, numbers(record, line.script))


def marks(record: Record, script: Script, proven: bool | None) -> tuple[str, ...]:
    """Name what a reader has to know before believing a record's numbers."""
    found = {
        "failed": not record.ok,
        "edited": not record.genuine,
        "differs": proven is False,
        "stale": not is_current(record, script),
        record.source: record.source in MARKS,
    }
    return tuple(name for name, holds in found.items() if holds)


def numbers(record: Record, script: Script) -> dict[str, Number]:
    """Return what a run measured: quantity -> value, only what its record holds."""
    found = script.workload.kind.numbers(record.reported)
    for quantity, key in (
        ("peak memory", "peak_memory_bytes"),
        ("peak GPU memory", "peak_gpu_memory_bytes"),
    ):
        if record.about.get(key):
            found[quantity] = Number(record.about[key], "bytes")
    return found


def published_lines(framework: str, table: published.Table, column: published.Column):
    """Return a framework's figures in a column: one, or more where the study had two programs."""
    return [
        figure
        for figure in table.figures()
        if figure.column is column and figure.row.framework == framework
    ]


# ---- For other programs ---------------------------------------------------------------------

FIELDS = (
    "framework label family origin hardware gpus run data date quantity unit value low high count "
    "as_published marks versions source notes"
).split()


def entries(comparison: Comparison) -> list[dict]:
    """Return one entry per number, all with the same fields: records, scripts, published figures.

    `origin` is record, script or published; what was not run has no value, and says so.
    """
    found = []
    for line in comparison.lines:
        about = {"framework": line.id, "label": line.label, "family": line.family}
        if line.script and not line.script.fault:
            lines = describe.lines_of_code(line.script)
            told = {"origin": "script", "source": line.script.relative}
            found.append(
                about | told | {"quantity": "lines of code", "unit": "lines", "value": lines}
            )
        for place in comparison.hardware:
            if run := comparison.runs.get((line.id, place.id)):
                found += [about | entry for entry in entries_of(run)]
        for table in comparison.tables:
            for figure in table.figures():
                if figure.row.framework == line.id:
                    found.append(about | published_entry(table, figure))
    return [{field: entry.get(field) for field in FIELDS} for entry in found]


def entries_of(run: Run) -> list[dict]:
    """Return the entries of a run; one that measured nothing still says that it failed."""
    record, script = run.record, run.line.script
    told = {
        "origin": "record",
        "hardware": run.hardware.title,
        "gpus": 0 if record.device == "cpu" else 1,
        "run": describe.run_title(record, script),
        "data": record.source,
        "date": record.about["started"],
        "marks": "; ".join(MARKS[mark] for mark in run.marks),
        "versions": describe.versions(record, script),
        "source": f"results/{record.machine}/{script.workload.id}/{record.path.name}",
    }
    measured = [{"quantity": name, **asdict(number)} for name, number in run.numbers.items()]
    return [told | entry for entry in measured or [{"quantity": "none"}]]


def published_entry(table: published.Table, figure: published.Figure) -> dict:
    column = figure.column
    unit = {"time": "s", "check": "fraction", "text": ""}[column.kind]
    return {
        "origin": "published",
        "hardware": figure.hardware,
        "gpus": column.gpus if figure.hardware else None,
        "run": table.title,
        "data": column.data,
        "date": table.date.isoformat(),
        "quantity": column.title,
        "unit": unit,
        "value": figure.value,
        "as_published": f"{figure.shown} {column.unit}".strip() if figure.ran else figure.shown,
        "versions": "; ".join(filter(None, [figure.row.versions, figure.stack])),
        "source": table.source,
        "notes": " ".join(figure.notes),
    }
