"""The directives {coverage} and {summary}: the state of every workload in every framework."""

from collections import Counter

from docutils import nodes

from rosetta.records import describe
from rosetta.records.coverage import STATES, Cell, cells
from rosetta.site.base.catalog import record_docname
from .comparison import known_workloads
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import line, link, table, tag, text
from rosetta.site.base.project import catalog_of
from .tables import Drawn


class CoverageDirective(Drawn):
    """```{coverage}``` draws the matrix framework by workload, with the state of each cell."""

    def run(self) -> list[nodes.Node]:
        found = self.cells()
        workloads = list(dict.fromkeys(cell.workload.id for cell in found))
        rows: dict[str, list] = {}
        for cell in found:
            rows.setdefault(cell.framework.id, [cell.framework.label]).append(drawn(cell))
        titles = {cell.workload.id: cell.workload.title for cell in found}
        header = ["Framework", *(self.heading(name, titles[name]) for name in workloads)]
        told = line(f"{len(found)} cells: {counted(found)}.", classes=("coverage-count",))
        label = "Frameworks by workloads"
        return [told, table(header, list(rows.values()), label=label, classes=("coverage",))]

    def cells(self) -> list[Cell]:
        """Return the matrix; the page depends on all that it is made of."""
        self.shown_scripts()
        catalog = catalog_of(self.env)
        return list(cells(catalog.project, catalog.records))

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


def drawn(cell: Cell) -> list[nodes.Node]:
    """Draw a state in words; it leads to the record, or else to the script."""
    told = STATES[cell.state]
    if cell.record:
        shown = [link(told, record_docname(cell.record.path, cell.script), classes=("figure",))]
        return [*shown, text(describe.day(cell.record), "spread")]
    if cell.script:
        return [link(told, cell.script.name, classes=("figure", "not-run"))]
    return [text(told, "not-run"), *([text(f": {cell.reason}")] if cell.reason else [])]


DIRECTIVES = {"coverage": CoverageDirective, "summary": SummaryDirective}
