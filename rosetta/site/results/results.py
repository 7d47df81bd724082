"""The directive {results}: framework by hardware, our records and older studies' figures.

One table, plain HTML: tables.js lets it be sorted and narrowed, and it reads without.
"""

from html import escape

from docutils import nodes

from rosetta.records import describe
from rosetta.project import numbers
from rosetta.project.kinds.base import Column, Number
from rosetta.project.workloads import Script
from .columns import Group, Notes, checked, head_cell
from .comparison import MARKS, Comparison, Hardware, Line, Run, compare
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import Tag, boxed, file_link, line, link, tag, text
from rosetta.site.pages.measures import outcome
from .older import PublishedDirective, theirs
from rosetta.site.tabs.picker import FAMILIES
from rosetta.site.base.project import catalog_of
from .tables import NOT_RUN, Drawn, known_name

# Stands where a machine would, until there is a first record.
NOWHERE = Hardware("nowhere", "cpu", "No machine yet")


class ResultsDirective(Drawn):
    """```{results} cnn``` draws the table of a workload, also of one that has no script here."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = known_name(self)
        self.shown_scripts(name)
        uses(self.env, "published")
        comparison = compare(catalog_of(self.env), name)
        notes = Notes(f"note-{name}")
        places = comparison.hardware or ([NOWHERE] if comparison.programs else [])
        groups = [ours(comparison, place) for place in places]
        groups += theirs(comparison, notes)
        drawn = [controls(comparison, groups), whole(comparison, groups), *notes.draw()]
        return [*drawn, self.below(comparison)]

    def below(self, comparison: Comparison) -> nodes.paragraph:
        """Say what a figure opens, and offer the table's data where it is written."""
        told = ["A figure of this project opens the record that it comes from. "]
        if not comparison.programs:
            told = ["This project has no program for it yet; all figures are published ones. "]
        name = comparison.workload
        if self.env.docname == f"results/{name}":
            offered = [file_link(kind.upper(), f"{name}.{kind}") for kind in ("json", "csv")]
            told += ["The table’s data: ", offered[0], ", ", offered[1], "."]
        return line(*told, classes=("table-data",))


# ---- The table ------------------------------------------------------------------------------


def whole(comparison: Comparison, groups: list[Group]) -> Tag:
    """Draw the table: two rows of headings, then a row for each framework."""
    first = [tag("th", "Framework", scope="col", rowspan="2", data_sort="text")]
    if comparison.programs:
        title = "Lines of code"
        first.append(tag("th", title, scope="col", rowspan="2", data_sort="number"))
    for group in groups:
        attributes = {"colspan": str(len(group.heads)), "data_group": group.id}
        first.append(tag("th", group.title, *group.told, scope="colgroup", **attributes))
    for group in groups:
        for row in (group.heads, *group.cells.values()):
            row[0]["classes"].append("group-start")
    head = tag("thead", tag("tr", *first))
    head += tag("tr", *(item for group in groups for item in group.heads))
    body = tag("tbody")
    for known in comparison.lines:
        cells = [cell for group in groups for cell in group.cells[known.id]]
        lines = [lines_of(known.script)] if comparison.programs else []
        row = tag("tr", name_of(known), *lines, *cells)
        row["data-family"] = known.family
        body += row
    label = f"{comparison.title}: frameworks by hardware"
    return boxed(head, body, label=label, classes=("results", "comparison"))


def name_of(known: Line) -> Tag:
    name = link(known.label, known.script.name) if known.script else text(known.label)
    parts = [name]
    if known.family == "retired":
        release = f", last release {known.last_release}" if known.last_release else ""
        parts.append(text(f"retired{release}", "spread"))
    return tag("th", *parts, scope="row")


def lines_of(script: Script | None) -> Tag:
    if script is None:
        return tag("td", text("no script", "not-run"))
    if script.fault:
        return tag("td", text("cannot be read", "not-run"))
    count = describe.lines_of_code(script)
    return tag("td", str(count), data_value=str(count))


def ours(comparison: Comparison, place: Hardware) -> Group:
    """Draw the columns of our own records on one hardware."""
    heads = [
        head_cell(place.id, "Run", "", "text"),
        *(
            head_cell(place.id, known.title, known.told, "check" if known.is_check else "time")
            for known in comparison.kind.columns
        ),
        head_cell(place.id, "Peak memory, GiB", "of the process", "time"),
    ]
    told = [text("this project", "spread")]
    cells = {
        known.id: our_cells(known, comparison.runs.get((known.id, place.id)), place, comparison.kind.columns)
        for known in comparison.lines
    }
    return Group(place.id, place.title, told, heads, cells)


def our_cells(
    known: Line, run: Run | None, place: Hardware, columns: tuple[Column, ...]
) -> list[Tag]:
    """Draw a framework's cells on one hardware; a run that failed says why instead."""
    group = {"data_group": place.id}
    if run is None:
        told = NOT_RUN if known.script else "no script"
        empty = (tag("td", **group) for _ in (*columns, "memory"))
        return [tag("td", text(told, "not-run"), **group), *empty]
    if not run.record.ok:
        why = text(describe.failure(run.record, known.script), "not-passed")
        return [tag("td", *about_run(run), why, colspan=str(len(columns) + 2), **group)]
    return [
        tag("td", *about_run(run), classes=("run",), **group),
        *(column_cell(run, column) for column in columns),
        memory_cell(run),
    ]


def column_cell(run: Run, column: Column) -> Tag:
    """Draw what a run has in a column; runs of unequal length are sorted apart, longest first."""
    if column.is_check:
        return tag("td", *checked_words(run), data_group=run.hardware.id)
    title = describe.run_title(run.record, run.line.script)
    number = run.numbers.get(column.quantity)
    words = column.words(run.numbers, title) if number else (column.missing,)
    cell = figure_cell(run, number, *words)
    known = list(run.line.script.workload.profiles)
    if column.by_length and run.record.profile in known:
        cell["data-length"] = str(known.index(run.record.profile))
    return cell


def figure_cell(run: Run, number: Number | None, shown: str = "", *more: str) -> Tag:
    """Draw a number as it is written, with what stands below it; it opens its record."""
    if number is None:
        return tag("td", *filter(None, [shown]), data_group=run.hardware.id)
    cell = tag("td", link(shown, run.docname, classes=("figure",)), data_group=run.hardware.id)
    cell.extend(text(part, "spread") for part in more if part)
    cell["data-value"] = repr(number.value)
    return cell


def memory_cell(run: Run) -> Tag:
    memory, gpu = (run.numbers.get(f"peak {kind}memory") for kind in ("", "GPU "))
    told = f"GPU {numbers.gibibytes(gpu.value)}" if gpu else ""
    return figure_cell(run, memory, numbers.gibibytes(memory.value) if memory else "", told)


def about_run(run: Run) -> list[nodes.Node]:
    """Say which run it was, on which data, whether it is proven, and what is against it."""
    title = describe.run_title(run.record, run.line.script)
    told = [link(title, run.docname, classes=("figure",))]
    if run.proven is not None:
        told.append(tag("span", outcome(run.proven), classes=("spread",)))
    told.append(text(describe.day(run.record), "spread"))
    told += [text(MARKS[name], "mark", f"mark-{name}") for name in run.marks]
    if run.record.source == "official":
        told.append(text("official data", "spread"))
    return told


def checked_words(run: Run) -> list[nodes.Node]:
    """Draw a test accuracy, say, as the check that it is, never as a score."""
    told = describe.check(run.record, run.line.script)
    if told is None:
        return []
    reached, expected, passed = told
    figure = link(reached.removesuffix(f"{numbers.SPACE}%"), run.docname, classes=("figure",))
    return [figure] if passed is None else [figure, *checked(passed, expected)]


# ---- What narrows the table -----------------------------------------------------------------


def controls(comparison: Comparison, groups: list[Group]) -> nodes.raw:
    """Offer each family and each hardware to be shown or not; without JavaScript it is hidden."""
    families = [known.family for known in comparison.lines]
    boxes = [(family, FAMILIES[family], families.count(family)) for family in FAMILIES]
    rows = [(name, title, count) for name, title, count in boxes if count]
    parts = [
        '<div class="table-controls" role="group" aria-label="Rows and columns shown">',
        fieldset("Frameworks", "family", [(n, f"{t} <small>{c}</small>") for n, t, c in rows]),
        fieldset("Hardware", "group", [(group.id, escape(group.label)) for group in groups]),
        "</div>",
    ]
    return nodes.raw("", "".join(parts), format="html")


def fieldset(title: str, kind: str, boxes: list[tuple[str, str]]) -> str:
    """Draw a box to tick for each choice, where there is more than one; titles are HTML."""
    if len(boxes) < 2:
        return ""
    inputs = "".join(
        f'<label><input type="checkbox" data-{kind}="{escape(name)}" checked autocomplete="off"> '
        f"{label}</label>"
        for name, label in boxes
    )
    return f"<fieldset><legend>{title}</legend>{inputs}</fieldset>"


DIRECTIVES = {"results": ResultsDirective, "published": PublishedDirective}
