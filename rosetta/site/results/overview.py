"""The directives {coverage} and {summary}: the state of every workload in every framework.

Where runs can be compared, the matrix is a heat map of their speed. The color repeats what the cell
says in words.
"""

from collections import Counter

from docutils import nodes

from rosetta.project import numbers
from rosetta.records import describe
from rosetta.project.workloads import Workload
from rosetta.records.coverage import STATES, Cell, cells
from rosetta.site.base.catalog import record_docname
from .comparison import known_workloads
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import line, link, table, tag, text
from rosetta.site.base.project import catalog_of
from .tables import Drawn

EXECUTED = ("gpu", "cpu")
# Up to so many times the fastest; the last shade has no end.
SHADES = (1.1, 1.5, 2.5, 4.0)


class CoverageDirective(Drawn):
    """```{coverage}``` draws the matrix framework by workload, with the state of each cell."""

    def run(self) -> list[nodes.Node]:
        found = self.cells()
        workloads = list(dict.fromkeys(cell.workload.id for cell in found))
        times = relative(found)
        rows: dict[str, list] = {}
        for cell in found:
            rows.setdefault(cell.framework.id, [named(cell)]).append(drawn(cell, times))
        known = {cell.workload.id: cell.workload for cell in found}
        header = ["Framework", *(self.column(known[name]) for name in workloads)]
        told = f"{len(found)} cells: {counted(found)}."
        if times:
            told += (
                " The darker a cell, the more time it takes beside the fastest program of its "
                "workload on the same hardware."
            )
        told = line(told, classes=("coverage-count",))
        label = "Frameworks by workloads"
        return [told, table(header, list(rows.values()), label=label, classes=("coverage",))]

    def cells(self) -> list[Cell]:
        """Return the matrix; the page depends on all that it is made of."""
        self.shown_scripts()
        catalog = catalog_of(self.env)
        return list(cells(catalog.project, catalog.records))

    def column(self, workload: Workload) -> list[nodes.Node]:
        speed = workload.kind.speed
        per = [text(speed.per, "spread")] if speed else []
        return [self.heading(workload.id, workload.title), *per]

    def heading(self, name: str, title: str) -> nodes.Node:
        """Link a workload's results where there is such a page, else the workload."""
        pages = [page for page in (f"results/{name}", name) if page in self.env.found_docs]
        return link(title, pages[0]) if pages else text(title)


class SummaryDirective(CoverageDirective):
    """```{summary}``` says in a line what there is of each workload, and leads to its results."""

    def run(self) -> list[nodes.Node]:
        uses(self.env, "published")
        found = self.cells()
        entries = []
        for name, title in known_workloads(catalog_of(self.env)).items():
            own = [cell for cell in found if cell.workload.id == name]
            told = f"{counted(own)}." if own else "Only published figures yet."
            entries.append(tag("div", tag("dt", self.heading(name, title)), tag("dd", told)))
        return [tag("dl", *entries, classes=("facts", "summary"))]


def counted(found: list[Cell]) -> str:
    """Count the states: '1 executed on GPU, 14 executed on CPU'; none is left out of the sum."""
    counts = Counter(cell.state for cell in found)
    return ", ".join(f"{counts[state]} {STATES[state]}" for state in STATES if counts[state])


def relative(found: list[Cell]) -> dict[tuple[str, str], float]:
    """Return how many times the fastest program's time each takes, by workload and framework.

    Programs are compared on one hardware alone, and only where they are executed and timed.
    """
    taken: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    for cell in found:
        timed = describe.timing(cell.record, cell.script) if cell.state in EXECUTED else None
        if timed:
            place = cell.workload.id, describe.hardware(cell.record)
            taken.setdefault(place, {})[cell.workload.id, cell.framework.id] = timed.middle
    return {
        name: seconds / min(known.values()) for known in taken.values() for name, seconds in known.items()
    }


def named(cell: Cell) -> nodes.Node:
    """Name a framework, with a link to the first of its programs."""
    return link(cell.framework.label, cell.script.name) if cell.script else text(cell.framework.label)


def drawn(cell: Cell, times: dict[tuple[str, str], float]) -> list[nodes.Node]:
    """Draw a cell's speed, or its state in words; it leads to the record, or else to the script."""
    told = STATES[cell.state]
    if cell.record:
        address, day = record_docname(cell.record.path, cell.script), describe.day(cell.record)
        times_fastest = times.get((cell.workload.id, cell.framework.id))
        if times_fastest is None:
            return [link(told, address, classes=("figure",)), text(day, "spread")]
        taken = describe.timing(cell.record, cell.script).middle
        shade = sum(times_fastest > bound for bound in SHADES)
        return [
            text("", "heat", f"heat-{shade}"),
            link(cell.workload.kind.speed.words(taken), address, classes=("figure",)),
            text(beside(times_fastest), "spread"),
            tag("span", told, text(f", {day}", "when"), classes=("spread",)),
        ]
    if cell.script:
        return [link(told, cell.script.name, classes=("figure", "not-run"))]
    return [text(told, "not-run"), *([text(f": {cell.reason}")] if cell.reason else [])]


def beside(times_fastest: float) -> str:
    return "the fastest" if times_fastest == 1 else f"{numbers.figure(times_fastest)} times the fastest"


DIRECTIVES = {"coverage": CoverageDirective, "summary": SummaryDirective}
