"""The directive {results}: framework by hardware, our records and older studies' figures.

One table, plain HTML: tables.js lets it be sorted and narrowed, and it reads without.
"""

from collections import Counter
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
        for group in groups:
            group.name_cells()
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
    first = [
        tag("th", "Framework", scope="col", rowspan="2", data_sort="text", data_key="framework")
    ]
    if comparison.programs:
        title = "Lines of code"
        first.append(
            tag("th", title, scope="col", rowspan="2", data_sort="number", data_key="lines")
        )
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
    return tag("td", str(count), data_value=str(count), data_label="Lines of code")


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
    runs = [comparison.runs.get((known.id, place.id)) for known in comparison.lines]
    shared = shared_labels([run for run in runs if run])
    told = [text("this project", "spread"), *shared.values()]
    cells = {
        known.id: our_cells(known, comparison.runs.get((known.id, place.id)), place, comparison.kind.columns, shared)
        for known in comparison.lines
    }
    return Group(place.id, place.title, told, heads, cells)


def our_cells(
    known: Line,
    run: Run | None,
    place: Hardware,
    columns: tuple[Column, ...],
    shared: dict[str, nodes.inline],
) -> list[Tag]:
    """Draw a framework's cells on one hardware; a run that failed says why instead."""
    group = {"data_group": place.id}
    if run is None:
        told = NOT_RUN if known.script else "no script"
        empty = (tag("td", **group) for _ in (*columns, "memory"))
        return [tag("td", text(told, "not-run"), **group), *empty]
    if not run.record.ok:
        why = text(describe.failure(run.record, known.script), "not-passed")
        return [tag("td", *about_run(run, shared), why, colspan=str(len(columns) + 2), **group)]
    return [
        tag("td", *about_run(run, shared), classes=("run",), **group),
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
    cell = figure_cell(run, number, *words, spread=column.spread)
    known = list(run.line.script.workload.profiles)
    if column.by_length and run.record.profile in known:
        cell["data-length"] = str(known.index(run.record.profile))
    return cell


def figure_cell(
    run: Run, number: Number | None, shown: str = "", *more: str, spread: bool = False
) -> Tag:
    """Draw a number as it is written, with what stands below it; it opens its record."""
    if number is None:
        return tag("td", *filter(None, [shown]), data_group=run.hardware.id)
    cell = tag("td", link(shown, run.docname, classes=("figure",)), data_group=run.hardware.id)
    parts = [text(part, "spread") for part in more if part]
    if spread and parts:
        parts[0]["classes"].append("beside")
    cell.extend(parts)
    cell["data-value"] = repr(number.value)
    return cell


def memory_cell(run: Run) -> Tag:
    memory, gpu = (run.numbers.get(f"peak {kind}memory") for kind in ("", "GPU "))
    told = f"GPU {numbers.gibibytes(gpu.value)}" if gpu else ""
    return figure_cell(run, memory, numbers.gibibytes(memory.value) if memory else "", told)


def about_run(run: Run, shared: dict[str, nodes.inline]) -> list[nodes.Node]:
    """Say which run it was, on which data, whether it is proven, and what is against it.

    What is `shared` by all runs of its hardware stands in their heading.
    """
    title = describe.run_title(run.record, run.line.script)
    told = [link(title, run.docname, classes=("figure",))]
    if run.proven is not None:
        told.append(tag("span", outcome(run.proven), classes=("spread", "beside")))
    told.append(text(describe.day(run.record), "spread"))
    return [*told, *(label for name, label in labels_of(run).items() if name not in shared)]


def labels_of(run: Run) -> dict[str, nodes.inline]:
    """Return what is to be known of a run's data, and what may be said against the run."""
    found = {name: text(MARKS[name], "mark", f"mark-{name}") for name in run.marks}
    if run.record.source == "official":
        found["official"] = text("official data", "spread")
    return found


def shared_labels(runs: list[Run]) -> dict[str, nodes.inline]:
    """Return what holds of the data of all runs: it is said once. A single run says it itself."""
    labels = [labels_of(run) for run in runs]
    if len(labels) < 2:
        return {}
    about_data = {"official", "copy", "synthetic"}.intersection(*labels)
    return {name: label for name, label in labels[0].items() if name in about_data}


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
    """Offer rows, columns and details to be shown or not; without JavaScript it is hidden."""
    families = Counter(known.family for known in comparison.lines)
    rows = [
        box("family", name, f"{title} <small>{families[name]}</small>")
        for name, title in FAMILIES.items()
        if families[name]
    ]
    columns = [
        box("group", group.id, escape(group.label), "data-published" if group.published else "")
        for group in groups
    ]
    details = box("details", "shown", "Blocks, days, ranges, releases")
    parts = [
        '<details class="table-controls" open><summary>Rows and columns</summary>'
        '<div role="group" aria-label="Rows and columns shown">',
        fieldset("Frameworks", rows if len(rows) > 1 else []),
        fieldset("Hardware", columns if len(columns) > 1 else []),
        fieldset("Details", [details] if comparison.programs else []),
        "</div></details>",
    ]
    return nodes.raw("", "".join(parts), format="html")


def box(kind: str, name: str, label: str, more: str = "") -> str:
    """Draw a box to tick; its label is HTML. All are ticked: tables.js says what is folded."""
    attributes = f'data-{kind}="{escape(name)}" {more}'.strip()
    return (
        f'<label><input type="checkbox" {attributes} checked autocomplete="off"> {label}</label>'
    )


def fieldset(title: str, boxes: list[str]) -> str:
    return f"<fieldset><legend>{title}</legend>{''.join(boxes)}</fieldset>" if boxes else ""


DIRECTIVES = {"results": ResultsDirective, "published": PublishedDirective}
