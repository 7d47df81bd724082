"""The published columns of a results table, and the directive {published}: their sources."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rosetta.project import numbers, published
from .columns import Group, Notes, checked, head_cell
from .comparison import Comparison, Line, published_lines
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import Tag, code, line, outside, tag, text
from rosetta.site.base.project import catalog_of
from .tables import known_name


def theirs(comparison: Comparison, notes: Notes) -> list[Group]:
    """Draw the published columns, under a heading for each edition's hardware."""
    number(comparison, notes)
    places: dict[tuple, list[tuple[published.Table, published.Column]]] = {}
    for table in comparison.tables:
        for column in table.columns:
            # What is said of the program itself joins the columns before it.
            place = (table.edition, column.hardware, column.gpus)
            place = place if column.hardware else list(places)[-1]
            places.setdefault(place, []).append((table, column))
    return [edition_of(*place, pairs, comparison, notes) for place, pairs in places.items()]


def edition_of(edition: str, hardware: str, gpus: int, columns, comparison, notes) -> Group:
    """Draw the columns of one edition on one hardware; `columns` are pairs of table and column."""
    name = "-".join(f"{edition} {hardware} {gpus}".lower().replace(",", "").split())
    source = outside(f"published, {edition}", columns[0][0].source)
    cells = {
        known.id: [
            their_cell(known, table, column, comparison, notes, name) for table, column in columns
        ]
        for known in comparison.lines
    }
    heads = [head_of(name, column) for _, column in columns]
    title = f"{gpus} × {hardware}" if gpus > 1 else hardware
    return Group(name, title, [tag("span", source, classes=("spread",))], heads, cells, True)


def number(comparison: Comparison, notes: Notes) -> None:
    """Call all footnotes once in the order in which a reader meets them: row by row."""
    for known in comparison.lines:
        for table in comparison.tables:
            for figure in table.figures():
                if figure.row.framework == known.id:
                    notes.call(*told_of(figure, known))


def head_of(group: str, column: published.Column) -> Tag:
    unit = "" if column.unit in ("", "AUC") else f", {column.unit}"
    told = "a check" if column.kind == "check" else ""
    return head_cell(group, f"{column.title}{unit}", told, column.kind)


def their_cell(known, table, column, comparison: Comparison, notes: Notes, group: str) -> Tag:
    """Draw what a study had for a framework, which may be more than one program's figure."""
    figures = published_lines(known.id, table, column)
    if not figures:
        return tag("td", data_group=group)
    first, *more = figures
    parts = [*figure_words(first, known, notes), *verdict(first, comparison)]
    for other in more:
        beside = [f"{other.row.label}: ", *figure_words(other, known, notes)]
        parts.append(tag("span", *beside, classes=("spread", "also")))
        parts += verdict(other, comparison)
    cell = tag("td", *parts, data_group=group)
    if first.value is not None:
        cell["data-value"] = repr(first.value)
    return cell


def figure_words(figure: published.Figure, known: Line, notes: Notes) -> list[nodes.Node]:
    shown = text(figure.shown) if figure.ran else text(figure.shown, "not-run")
    elsewhere = figure.hardware != figure.column.hardware and figure.value is not None
    where = [text(f"on a {figure.hardware}", "spread")] if elsewhere else []
    return [shown, *notes.call(*told_of(figure, known)), *where]


def told_of(figure: published.Figure, known: Line) -> tuple[str, ...]:
    """Return a figure's footnotes: its known faults, and who could fill it if it is open."""
    return figure.notes if figure.ran else (*figure.notes, who_could(figure, known))


def verdict(figure: published.Figure, comparison: Comparison) -> list[nodes.Node]:
    """Hold a published check against what correct programs reach here."""
    profile = comparison.profiles.get(figure.column.profile)
    if figure.column.kind != "check" or figure.value is None or not (profile and profile.expected):
        return []
    low, high = profile.expected
    return checked(low <= figure.value <= high, numbers.band(low, high))


def who_could(figure: published.Figure, known: Line) -> str:
    """Say who could fill a cell that a study left open."""
    told = (
        f"Not run by the study: whoever still has a {figure.hardware} with {figure.stack} and "
        f"{figure.row.label} could fill this cell."
    )
    if known.script is None or not figure.column.profile:
        return told
    command = f"python -m rosetta run {known.script.name} --profile {figure.column.profile}"
    return f"{told} For today’s hardware: `{command}`."


class PublishedDirective(SphinxDirective):
    """```{published} cnn``` says where the published figures of a workload come from."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = known_name(self)
        uses(self.env, "registered", "published")
        tables = [one for one in catalog_of(self.env).published if one.workload == name]
        if not tables:
            return [line("No older study has published figures of this workload.")]
        return [part for table in tables for part in source_of(table)]


def source_of(table: published.Table) -> list[nodes.Node]:
    """Tell a published table's provenance: source, date, machine, hardware, software, remarks."""
    stacks = {
        (f"{column.gpus} × " if column.gpus > 1 else "") + f"{column.hardware}: {column.stack}"
        for column in table.columns
        if column.hardware
    }
    own = {f"{row.label} on {row.hardware}: {row.stack}" for row in table.rows if row.hardware}
    versions = [f"{row.label}: {row.versions}" for row in table.rows if row.versions]
    day = f"{table.date.day} {table.date:%B %Y}"
    facts = [
        ("Source", [outside(table.source.split("/blob/")[0].split("/tree/")[0], table.source)]),
        ("Date", [day]),
        ("Machine", [table.machine]),
        ("Hardware", ["; ".join([*sorted(stacks), *sorted(own)])]),
        ("Versions", ["; ".join(versions) or "not given"]),
        ("Remarks", [" ".join(table.remarks)]),
        ("Kept as", [code(f"{published.FOLDER.as_posix()}/{table.path.name}")]),
    ]
    rows = (tag("div", tag("dt", term), tag("dd", *told)) for term, told in facts if any(told))
    return [line(table.title, classes=("table-title",)), tag("dl", *rows, classes=("facts",))]
