"""Draw the pages that lie outside docs/: one for every script, one for every record."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from docutils import nodes
from sphinx.parsers import Parser
from sphinx.util import logging
from sphinx.util.docutils import LoggingReporter

from rosetta.project.kinds.base import Fact
from rosetta.project.workloads import Cell, Script
from rosetta.records import describe
from rosetta.records.outputs import gated
from rosetta.records.provenance import EDITED, origin, stale
from rosetta.records.records import INJECTED, Record, RecordError, is_current, read
from rosetta.site.base.catalog import SHOWN, Catalog, record_docname
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import (
    Tag,
    code,
    file_link,
    line,
    link,
    note,
    outside,
    table,
    tag,
    text,
)

from .lines import ids_begin
from .measures import report
from .places import told_of_record
from .render import code_cell, pair, prose_cell, render_cells, render_script, without_value
from .stamps import notes, stamp

LOG = logging.getLogger(__name__)


class PageParser(Parser):
    """A parser that gets its page from the catalog rather than from the text of a file."""

    def parse(self, inputstring: str, document: nodes.document) -> None:
        env = document.settings.env
        document.reporter = LoggingReporter.from_reporter(document.reporter)
        env.metadata[env.docname]["orphan"] = True
        self.draw(env, env.project.catalog, document)


class ScriptParser(PageParser):
    """scripts/cnn/pytorch_cnn.py as a page: the whole program, with its outputs."""

    supported = ("rosetta-script",)

    def draw(self, env, catalog: Catalog, document: nodes.document) -> None:
        script = catalog.project.script(env.docname)
        uses(env, "registered", "lessons" if script.lesson else "marks", f"script {script.name}")
        shown = catalog.shown(script)
        if shown:
            env.metadata[env.docname][SHOWN] = record_docname(shown.path, script)
        record = None if script.fault else shown
        page = section(document, f"{script.workload.title} in {script.framework.label}")
        page += line(*purpose(script), ".", classes=("lead",))
        page += facts(framework_facts(script, catalog))
        page += siblings(script, catalog)
        page.extend(notes(catalog, script))
        if record:
            page += stamp(record, script)
        for step, pairs in by_step(pair(script, record)):
            title = next((known.title for known in script.workload.steps if known.id == step), step)
            box = section(page, title, step) if step else page
            render_script(document, box, script, pairs, ids_begin(script, env.docname))
        if record and record.reported:
            page.children[-1].extend(report(record, script))


class RecordParser(PageParser):
    """results/<machine>/cnn/pytorch_cnn.epoch.ipynb as a page: provenance, then the notebook."""

    supported = ("rosetta-record",)

    def draw(self, env, catalog: Catalog, document: nodes.document) -> None:
        path = Path(env.doc2path(env.docname))
        script = script_of(path, env.docname, catalog)
        uses(env, "registered", f"script {script.name}")
        try:
            record = read(path)
        except RecordError as error:
            LOG.warning("%s", error, type="rosetta", subtype="record")
            page = section(document, f"{script.workload.title} in {script.framework.label}")
            page += note(f"This record cannot be read: {path.name}.", kind="failed")
            return
        page = section(document, record_title(record, script))
        page += line(
            f"A recorded run: {describe.run_title(record, script)}. ",
            link("The script as it is now", script.name), ".", classes=("lead",),
        )  # fmt: skip
        page.extend(remarks(record, script))
        page += facts(provenance(record, script))
        if record.reported:
            box = section(page, "What it reported", "reported")
            box.extend(report(record, script, whole=True))
        if record.about.get("step_seconds"):
            box = section(page, "How long each step took", "steps")
            box += step_seconds(record, script)
        box = section(page, "The executed notebook", "notebook")
        with told_of_record(box, path):
            render_cells(document, box, cells_of(record), script.framework.language)


def record_title(record: Record, script: Script) -> str:
    """Name a run so that no other one has the name: how long it was, when, and where."""
    told = [describe.run_title(record, script), describe.day(record), record.machine]
    failed = [] if record.ok else ["failed"]
    whose = f"{script.workload.title} in {script.framework.label}"
    return f"{whose}: {', '.join([*told, *failed])}"


def purpose(script: Script) -> list[nodes.Node | str]:
    """Say what the program is for, with a link to the page that it belongs to."""
    if script.lesson:
        return ["An experiment: ", link("the lesson that rests on it", script.lesson.docname)]
    beside = link("Read it step by step beside the others", script.workload.id,
                  query=f"framework={script.framework.id}")  # fmt: skip
    return ["The whole program. ", beside]


def section(parent: nodes.Element, title: str, name: str | None = None) -> nodes.section:
    """Open a section; its id is the name, or is made of the title."""
    made = nodes.section("", nodes.title("", title))
    made["ids"] = [name or nodes.make_id(title)]
    made["names"] = [nodes.fully_normalize_name(title)]
    parent += made
    return made


def facts(pairs: list[tuple[str, list]]) -> Tag:
    """Draw a list of terms and what they are."""
    rows = (tag("div", tag("dt", term), tag("dd", *value)) for term, value in pairs if any(value))
    return tag("dl", *rows, classes=("facts",))


def framework_facts(script: Script, catalog: Catalog) -> list[tuple[str, list]]:
    framework = script.framework
    home = [outside("home page", framework.home), ", ", outside("documentation", framework.docs)]
    found = [(framework.label, home)]
    if framework.family == "retired":
        told = [f"last release {framework.last_release}"] if framework.last_release else ["retired"]
        successor = catalog.project.frameworks.get(framework.successor or "")
        if successor:
            told.append(f"; its users went to {successor.label}")
            told += beside(script, f"{script.workload.id}/{successor.id}", catalog)
        found.append(("Retired", told))
    found.append(("Download", downloads(script, catalog)))
    others = catalog.records(script)
    if others:
        found.append(("Records", list_records(script, others)))
    return found


def beside(script: Script, other: str, catalog: Catalog) -> list[nodes.Node | str]:
    """Link the workload's page with this framework and another one side by side."""
    found = next((known for known in catalog.project.scripts if known.name == other), None)
    if found is None:
        return []
    query = f"a={script.framework.id}&b={found.framework.id}"
    return [" (", link("the two side by side", script.workload.id, query=query), ")"]


def downloads(script: Script, catalog: Catalog) -> list[nodes.Node | str]:
    """Offer the program and its executed notebook, which lie beside the page."""
    name = script.path.name
    offered = [file_link(name, name) if script.path.is_file() else f"there is no file {name}"]
    record = catalog.shown(script)
    if record:
        offered += [", executed: ", file_link(record.path.name, record.path.name)]
    return offered


def list_records(script: Script, records: list[Record]) -> list:
    items = []
    for record in records:
        title = f"{describe.run_title(record, script)} on {record.machine}"
        items.append(link(title, record_docname(record.path, script)))
        if not record.ok:
            items.append(" (failed)")
        items.append("; ")
    return items[:-1]


def siblings(script: Script, catalog: Catalog) -> Tag:
    """Link the same workload in the other frameworks."""
    entries, project = [], catalog.project
    lesson = script.lesson
    others = project.experiments_of(lesson.id) if lesson else project.scripts_of(script.workload.id)
    for other in others:
        if other.name == script.name:
            here = text(other.framework.label)
            entries.append(tag("li", tag("span", here, aria_current="page")))
        else:
            entries.append(tag("li", link(other.framework.label, other.name)))
    title = f"{script.workload.title} in each framework"
    return tag("nav", tag("ul", *entries), classes=("siblings",), aria_label=title)


def without_title(source: str) -> str:
    """Drop the heading that opens a script: the page has it already."""
    first, _, rest = source.partition("\n")
    return (rest if first.startswith("# ") else source).strip()


def below_title(cell: Cell) -> Cell:
    """Return a cell of prose without the heading that opens a script."""
    kept = without_title(cell.source)
    above = cell.source[: len(cell.source.rstrip()) - len(kept)]
    return replace(cell, source=kept, line=cell.line + above.count("\n"))


def by_step(pairs: list[tuple[Cell, list]]) -> Iterable[tuple[str | None, list]]:
    """Group a script's cells under their steps, without the title that opens the script."""
    pairs = [(below_title(cell) if cell.kind == "markdown" else cell, out) for cell, out in pairs]
    return ((step, list(group)) for step, group in groupby(pairs, key=lambda item: item[0].step))


def script_of(path: Path, docname: str, catalog: Catalog) -> Script:
    return next(
        script
        for script in catalog.project.programs
        if path.parent.name == script.workload.id and record_docname(path, script) == docname
        and path.name.startswith(f"{script.path.stem}.")
    )  # fmt: skip


def remarks(record: Record, script: Script) -> list[Tag]:
    found = []
    if not record.ok:
        found.append(note(f"This run failed: {describe.failure(record, script)}.", kind="failed"))
    if not is_current(record, script):
        found.append(note(f"Older code: {stale(script)}.", kind="stale"))
    if not record.genuine:
        found.append(note(f"This record was {EDITED}.", kind="stale"))
    if describe.data_label(record):
        found.append(note(f"Data: {describe.data_label(record)}.", kind="data"))
    return found


def provenance(record: Record, script: Script) -> list[tuple[str, list]]:
    """List where, when, with what and on what the run was made."""
    download = [file_link(record.path.name, record.path.name)]
    return [*terms(origin(record, script)), ("Download", download)]


def terms(found: list[Fact]) -> list[tuple[str, list]]:
    """Return what a record says, as it is drawn: what is to be read letter by letter as code."""
    return [(fact.term, [code(fact.value) if fact.verbatim else fact.value]) for fact in found]


def step_seconds(record: Record, script: Script) -> Tag:
    """List the seconds of each step: the first ones import and load, one of them trains."""
    taken = record.about["step_seconds"]
    steps = [step for step in script.workload.steps if step.id in taken]
    rows = [[step.title, f"{taken[step.id]:,.2f}"] for step in steps]
    return table(["Step", "Seconds"], rows, label="Seconds of each step", classes=("figures",))


def cells_of(record: Record) -> list:
    """Return the notebook's cells as they are drawn: streams joined, the runner's cell named."""
    cells = []
    for cell in record.notebook.cells:
        if cell.cell_type != "code":
            cells.append(prose_cell(without_title(cell.source)))
            continue
        injected = INJECTED in cell.metadata.get("tags", ())
        source = f"# Written by the runner\n{cell.source}" if injected else cell.source
        cells.append(code_cell(source, gated(cell.outputs)))
    if record.reported:
        cells[-1]["outputs"] = without_value(cells[-1]["outputs"])
    return cells
