"""The directive {lesson}: what became of a claim, and which lines it speaks of."""

import re
from html import escape
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.util import logging

from rosetta.project import numbers
from rosetta.project.lessons import (
    DEPENDS,
    NO_LONGER_TRUE,
    NOT_MEASURED,
    SOURCES,
    STILL_TRUE,
    Lesson,
)
from rosetta.project.quotations import Misquoted, Unquotable
from rosetta.project.workloads import Script
from rosetta.proof import planted
from rosetta.records import describe, verdicts
from rosetta.records.provenance import stale
from rosetta.records.records import is_current
from rosetta.records.verdicts import Measurement, Unmeasured
from rosetta.site.base.catalog import record_docname
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import (
    Tag,
    code,
    judged,
    line,
    link,
    note,
    outside,
    table,
    tag,
)
from rosetta.site.base.project import catalog_of
from rosetta.site.pages.lines import find, ids_begin
from rosetta.site.results.tables import Drawn

LOG = logging.getLogger(__name__)

SLUGS = {STILL_TRUE: "true", NO_LONGER_TRUE: "false", DEPENDS: "depends", NOT_MEASURED: "open"}


class Lessons(Drawn):
    """What the directives of lessons need: the measurements behind one."""

    def measurements(self, lesson: Lesson) -> list[Measurement]:
        """Return what the lesson's experiments found; warn of records that cannot be used."""
        catalog, found = catalog_of(self.env), []
        for script in catalog.project.experiments_of(lesson.id):
            uses(self.env, f"script {script.name}")
            record = verdicts.believed(catalog.records(script))
            if record is None:
                continue
            try:
                found.append(verdicts.measure(script, record))
            except Unmeasured as error:
                LOG.warning("%s: %s", record.path, error, type="rosetta", subtype="lesson")
        return found


class LessonDirective(Lessons):
    """```{lesson}``` on a lesson's page: its verdict, what was measured, its lines."""

    def run(self) -> list[nodes.Node]:
        project = catalog_of(self.env).project
        lesson = project.lessons.get(self.env.docname.removeprefix("lessons/"))
        if lesson is None or self.env.docname != lesson.docname:
            raise self.error("{lesson} stands on a page of docs/lessons/ with front matter.")
        uses(self.env, "registered", "lessons")
        found = self.measurements(lesson)
        box = tag("div", self.verdict(lesson, found), classes=("lesson-verdict",))
        box["data-verdict"] = SLUGS[verdicts.verdict(found)]
        experiments = project.experiments_of(lesson.id)
        if found:
            box += line(f"{lesson.quantity}: {lesson.with_}, against {lesson.without}. ",
                        f"The claim holds where the ratio is {lesson.expect}.")  # fmt: skip
            box += measured_table(lesson, found)
            box.extend(noted(each) for each in found if each.notes)
        box.extend(self.remarks(lesson, found, experiments))
        words = line(f"Keywords: {', '.join(lesson.keywords)}.", classes=("lesson-keywords",))
        return [box, *self.said(lesson), *self.lines(lesson), words]

    def said(self, lesson: Lesson) -> list[nodes.Node]:
        """Quote what the proof said of the mistakes that the lesson is about, each planted once."""
        project, told = catalog_of(self.env).project, []
        for name in lesson.faults:
            workload, _, fault = name.partition(": ")
            uses(self.env, f"planted {workload}")
            found = self.loaded(planted.load, planted.planted_path(project.root, workload))
            for known in found:
                if known.name == fault and known.said:
                    framework, words = next(iter(known.said.items()))
                    label = project.frameworks[framework].label
                    told.append(tag("dt", f"{workload.upper()} in {label}: {fault}"))
                    told.append(tag("dd", numbers.typeset(words)))
        if not told:
            return []
        where = link("planted by the tests", "how-we-prove")
        title = line("What the proof says of it, ", where, ":", classes=("said-title",))
        return [title, tag("dl", *told, classes=("said",))]

    def verdict(self, lesson: Lesson, found: list[Measurement]) -> nodes.Node:
        said = tag("strong", f"{verdicts.headline(lesson, found)}.")
        origin = tag("span", *self.origin(lesson), ".", classes=("lesson-source",))
        return line(said, " ", lesson.claim, " ", origin, classes=("lesson-headline",))

    def origin(self, lesson: Lesson) -> list[nodes.Node | str]:
        """Say where a lesson is from; an older study by its name, with a link."""
        told, studies = SOURCES[lesson.source].capitalize(), self.studies()
        if lesson.source != "study" or not studies:
            return [told]
        named = (outside(name, address) for name, address in studies.items())
        return [told, *(part for link_ in named for part in (", ", link_))]

    def studies(self) -> dict[str, str]:
        """Return the repositories of the studies whose tables are kept: name -> address."""
        uses(self.env, "published")
        found = {}
        for known in catalog_of(self.env).published:
            address = re.split("/(?:blob|tree)/", known.source)[0]
            parts = urlsplit(address)
            found[parts.path.strip("/") or parts.netloc] = address
        return found

    def remarks(
        self, lesson: Lesson, found: list[Measurement], experiments: tuple[Script, ...]
    ) -> list[Tag]:
        """Say what the reader has to know: a contradiction, what is stale, what was not run."""
        remarks = []
        outcome = verdicts.verdict(found)
        if outcome not in (lesson.prose, NOT_MEASURED):
            told = f"The text below was written for the verdict “{lesson.prose}”. "
            remarks.append(note(told, "The last measurement contradicts it.", kind="failed"))
        for each in found:
            if not is_current(each.record, each.script):
                label = each.script.framework.label
                remarks.append(note(f"In {label}, {stale(each.script)}.", kind="stale"))
        measured = {each.script.name for each in found}
        waiting = [script for script in experiments if script.name not in measured]
        if waiting:
            links = [part for s in waiting for part in (", ", link(s.framework.label, s.name))][1:]
            remarks.append(note("The experiment is written and waits for its run: ", *links, ".",
                                kind="missing"))  # fmt: skip
        return remarks

    def lines(self, lesson: Lesson) -> list[nodes.Node]:
        """List the lines that the lesson speaks of; each leads into its tab and to its program."""
        rows = []
        for quotation in lesson.lines:
            try:
                script, number = find(self.env, quotation)
            except Unquotable:
                continue
            except Misquoted as error:
                LOG.warning("%s: %s", lesson.path.name, error, location=self.get_location(),
                            type="rosetta", subtype="line")  # fmt: skip
                continue
            quoted = code(script.code_lines()[number].strip())
            places = [script.workload.title]  # an experiment stands on no page beside others
            if not script.lesson:
                beside = f"{ids_begin(script, script.workload.id)}-{number}"
                told = f"{script.workload.id.upper()}, beside the others"
                places = [link(told, script.workload.id, anchor=beside)]
            own = f"{ids_begin(script, script.name)}-{number}"
            name = link(script.framework.label, script.name, anchor=own)
            rows.append([name, [quoted, tag("small", *places)]])
        if not rows:
            return []
        label = "The lines that this lesson speaks of"
        head = ["Framework", "The line, and where it stands"]
        drawn = table(head, rows, label=label, classes=("lesson-lines",))
        return [tag("details", tag("summary", f"{label}: {len(rows)}"), drawn, open="open")]


def measured_table(lesson: Lesson, found: list[Measurement]) -> Tag:
    """Draw a row for each experiment: both alternatives, their ratio, on what it was measured."""
    rows = []
    for each in found:
        record, script = each.record, each.script
        figures = map(with_spread_below, verdicts.figures(each))
        run = link(describe.day(record), record_docname(record.path, script))
        where = [f"{describe.hardware(record)}, {each.pairs} pairs, ", run]
        rows.append([link(script.framework.label, script.name), *figures, outcome(each), where])
    ways = [way[0].upper() + way[1:] for way in (lesson.with_, lesson.without)]
    head = ["Experiment", *ways, "Ratio", "Claim", "Measured on"]
    label = f"{lesson.quantity}: medians, quartiles in brackets"
    return table(head, rows, label=label, classes=("figures", "measured"))


def noted(measurement: Measurement) -> nodes.paragraph:
    """List what else an experiment reported, as bare numbers: the lesson's text says what of."""
    told = (f"{name}: {numbers.figure(value)}" for name, value in measurement.notes.items())
    label = measurement.script.framework.label
    return line(f"{label} noted, too: {'; '.join(told)}.", classes=("lesson-notes",))


def with_spread_below(figure: str) -> list[nodes.Node | str]:
    """Put what stands in brackets behind a figure on a line of its own."""
    middle, space, spread = figure.partition(" (")
    return [middle, tag("small", f"{space}{spread}")] if spread else [middle]


def outcome(measurement: Measurement) -> nodes.inline:
    return judged(verdicts.OUTCOMES[measurement.holds], measurement.holds)


def add_neighbors(app, pagename, templatename, context, doctree) -> None:
    """Lead on from a lesson's end: to the ones before and after, and to those of the same lines.

    Its keywords go into the page's head.

    {lesson} depends on all lessons, so the page is drawn again when one of them changes.
    """
    lessons = app.env.project.catalog.project.lessons
    lesson = lessons.get(pagename.removeprefix("lessons/"))
    if lesson is None or pagename != lesson.docname:
        return
    words = escape(", ".join(lesson.keywords), quote=True)
    context["metatags"] += f'<meta name="keywords" content="{words}">\n'
    order, quoted = list(lessons.values()), set(lesson.lines)
    at = order.index(lesson)
    near = {"Previous": order[at - 1 : at] if at else [], "Next": order[at + 1 : at + 2]}
    others = [known for known in order if known is not lesson and quoted & set(known.lines)]
    links = [(word, known) for word, found in near.items() for known in found]
    links += [("About the same lines", known) for known in others]
    entries = [
        f"<li>{word}: {anchor(app, pagename, known.docname, known.title)}</li>"
        for word, known in links
    ]
    entries.append(f"<li>{anchor(app, pagename, 'lessons', 'All lessons')}</li>")
    opened = '<nav class="lesson-neighbors" aria-label="Other lessons">'
    context["body"] += f"{opened}<ul>{''.join(entries)}</ul></nav>"


def anchor(app, here: str, docname: str, title: str) -> str:
    address = app.builder.get_relative_uri(here, docname)
    return f'<a href="{address}">{escape(title.replace("`", ""))}</a>'


DIRECTIVES = {"lesson": LessonDirective}
