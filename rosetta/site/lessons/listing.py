"""The directive {lessons}: all lessons with their verdicts, and what narrows the list.

Without JavaScript all are listed, and output.NOSCRIPT hides what would narrow them.
"""

from html import escape

from docutils import nodes

from rosetta.project.lessons import VERDICTS, Lesson
from rosetta.project.quotations import Misquoted, locate, split
from rosetta.records import verdicts
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import line, link, tag, text
from rosetta.site.base.project import catalog_of

from .lessons import SLUGS, Lessons

# Of lessons about networks that are no workload of this site.
NONE = "none"


class LessonsDirective(Lessons):
    """```{lessons}``` lists all lessons, each once, below what narrows them.

    An entry says what it can be narrowed by: the frameworks whose lines it quotes or that it was
    measured in, the workloads, the verdict.
    """

    def run(self) -> list[nodes.Node]:
        project = catalog_of(self.env).project
        uses(self.env, "registered", "lessons")
        entries = [self.entry(lesson) for lesson in project.lessons.values()]
        if not entries:
            return []
        count = f"{len(entries)} lesson{'' if len(entries) == 1 else 's'}."
        told = line(count, classes=("coverage-count",))
        filters = nodes.raw("", self.filters(entries), format="html")
        return [filters, told, tag("ul", *entries, classes=("lessons",))]

    def entry(self, lesson: Lesson) -> nodes.Node:
        outcome = verdicts.verdict(self.measurements(lesson))
        badge = text(outcome, "lesson-badge", f"lesson-{SLUGS[outcome]}")
        name = link(lesson.title.replace("`", ""), lesson.docname)
        named = tag("div", name, " ", badge, classes=("lesson-name",))
        words = tag("p", ", ".join(lesson.keywords), classes=("lesson-keywords",))
        known = catalog_of(self.env).project.workloads
        return tag(
            "li", named, line(lesson.claim), words,
            data_framework=" ".join(self.frameworks(lesson)),
            data_workload=" ".join(w for w in known if w in lesson.workloads) or NONE,
            data_verdict=SLUGS[outcome],
        )  # fmt: skip

    def frameworks(self, lesson: Lesson) -> list[str]:
        """Return the frameworks that a lesson speaks of, in their usual order."""
        project = catalog_of(self.env).project
        found = {script.framework.id for script in project.experiments_of(lesson.id)}
        for quotation in lesson.lines:
            try:
                found.add(locate(project, *split(quotation))[0].framework.id)
            except Misquoted:
                continue  # the lesson's own page warns of it
        return [name for name in project.frameworks if name in found]

    def filters(self, entries: list[nodes.Node]) -> str:
        """Draw a list for each kind of choice, with what occurs, as HTML."""
        project = catalog_of(self.env).project
        offered = {
            "framework": ("Framework", {f.id: f.label for f in project.frameworks.values()}),
            "workload": (
                "Workload",
                {w.id: w.title for w in project.workloads.values()} | {NONE: "other networks"},
            ),
            "verdict": ("Verdict", {SLUGS[verdict]: verdict for verdict in VERDICTS}),
        }
        parts = []
        for kind, (title, names) in offered.items():
            values = [value for each in entries for value in each[f"data-{kind}"].split()]
            options = "".join(
                f'<option value="{name}" data-label="{escape(label)}">{escape(label)} '
                f"({values.count(name)})</option>"
                for name, label in names.items()
                if name in values
            )
            parts.append(
                f'<label>{title} <select name="{kind}" autocomplete="off">'
                f'<option value="">any</option>{options}</select></label>'
            )
        opened = '<form class="lesson-filter" role="search" aria-label="Lessons">'
        reset = '<button type="reset" hidden>Show all</button>'
        return f"{opened}{''.join(parts)}{reset}</form>"


DIRECTIVES = {"lessons": LessonsDirective}
