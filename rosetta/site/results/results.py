"""The directive {results}: framework by hardware, our records and older studies' figures.

One table, plain HTML: tables.js lets it be sorted and narrowed, and it reads without.
"""

from html import escape

from docutils import nodes

from rosetta.records import describe
from rosetta.project import numbers
from rosetta.project.workloads import Script
from .columns import Group, Notes, checked, head_cell
from .comparison import MARKS, Comparison, Hardware, Line, Number, Run, compare
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import Tag, boxed, file_link, line, link, tag, text
from rosetta.site.pages.measures import outcome
from .older import PublishedDirective, theirs
from rosetta.site.tabs.picker import FAMILIES
from rosetta.site.base.project import catalog_of
from .tables import NOT_RUN, Drawn, known_name

OURS = (
    ("Run", ""),
    ("Training step, ms", "median; quartiles"),
    ("Training, s", "all epochs; the first"),
    ("Test accuracy, %", "a check"),
    ("Peak memory, GiB", "of the process"),
)
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
    kinds = ("text", "time", "time", "check", "time")
    heads = [
        head_cell(place.id, title, told, kind)
        for (title, told), kind in zip(OURS, kinds, strict=True)
    ]
    told = [text("this project", "spread")]
    cells = {
        known.id: our_cells(known, comparison.runs.get((known.id, place.id)), place)
        for known in comparison.lines
    }
    return Group(place.id, place.title, told, heads, cells)


def our_cells(known: Line, run: Run | None, place: Hardware) -> list[Tag]:
    """Draw a framework's cells on one hardware; a run that failed says why instead."""
    group = {"data_group": place.id}
    if run is None:
        told = NOT_RUN if known.script else "no script"
        empty = (tag("td", **group) for _ in OURS[1:])
        return [tag("td", text(told, "not-run"), **group), *empty]
    if not run.record.ok:
        why = text(describe.failure(run.record, known.script), "not-passed")
        return [tag("td", *about_run(run), why, colspan=str(len(OURS)), **group)]
    step = run.numbers.get("training step")
    return [
        tag("td", *about_run(run), classes=("run",), **group),
        figure_cell(run, step, step_words) if step else tag("td", "too short to time", **group),
        whole_run(run),
        tag("td", *accuracy(run), **group),
        figure_cell(run, run.numbers.get("peak memory"), memory_words),
    ]


def figure_cell(run: Run, number: Number | None, words) -> Tag:
    """Draw a number that opens its record; `words` says how it is written, and what below it."""
    cell = tag("td", data_group=run.hardware.id)
    if number is None:
        return cell
    shown, *more = words(run, number)
    cell += link(shown, run.docname, classes=("figure",))
    cell.extend(text(part, "spread") for part in more if part)
    cell["data-value"] = repr(number.value)
    return cell


def whole_run(run: Run) -> Tag:
    """Draw the time of all training; runs of unequal length are sorted apart, the longest first."""
    cell = figure_cell(run, run.numbers.get("training"), training_words)
    known = list(run.line.script.workload.profiles)
    if run.record.profile in known:
        cell["data-length"] = str(known.index(run.record.profile))
    return cell


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


def step_words(run: Run, step: Number) -> tuple[str, ...]:
    low, middle, high = (numbers.bare_milliseconds(s) for s in (step.low, step.value, step.high))
    return middle, f"{low} to {high}", describe.blocks(step.count)


def training_words(run: Run, total: Number) -> tuple[str, ...]:
    if total.count == 1:  # which need not be a whole epoch
        return numbers.figure(total.value), describe.run_title(run.record, run.line.script)
    first = numbers.figure(run.numbers["first epoch"].value)
    return numbers.figure(total.value), f"first epoch {first}"


def memory_words(run: Run, memory: Number) -> tuple[str, ...]:
    gpu = run.numbers.get("peak GPU memory")
    told = f"GPU {numbers.gibibytes(gpu.value)}" if gpu else ""
    return numbers.gibibytes(memory.value), told


def accuracy(run: Run) -> list[nodes.Node]:
    """Draw the test accuracy as the check that it is, never as a score."""
    told = describe.accuracy(run.record, run.line.script)
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
