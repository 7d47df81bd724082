"""Marks in the margin of code: a line that a lesson speaks of leads to that lesson.

They are put into the written page, from what the lessons quote; the quotations themselves are held
against the scripts where the lessons are drawn.
"""

import html
import re

from sphinx.builders import Builder

from ..lessons import Lesson
from ..workloads import Script
from .catalog import Catalog

# A line of code as myst-nb writes it: L-57 on a script's own page, pytorch-L-57 in a tab.
LINE = re.compile(r'<span id="(?:(?P<framework>\w+)-)?L-(?P<number>\d+)">')


def with_marks(body: str, pagename: str, builder: Builder, catalog: Catalog) -> str:
    """Put a link before each line of the page's code that a lesson speaks of."""
    scripts = scripts_on(pagename, catalog)
    if not scripts:
        return body
    lessons = {name: catalog.lessons_by_line(script) for name, script in scripts.items()}

    def marked(found: re.Match) -> str:
        about = lessons.get(found["framework"] or "", {}).get(int(found["number"]), [])
        return found[0] + "".join(mark(lesson, pagename, builder) for lesson in about)

    return LINE.sub(marked, body)


def scripts_on(pagename: str, catalog: Catalog) -> dict[str, Script]:
    """Return the page's scripts by what their lines' ids begin with: a framework, or nothing."""
    project = catalog.project
    if pagename in project.workloads:
        return {script.framework.id: script for script in project.scripts_of(pagename)}
    script = next((script for script in project.scripts if script.name == pagename), None)
    return {"": script} if script else {}


def mark(lesson: Lesson, pagename: str, builder: Builder) -> str:
    """Make the link; what it shows is in the style sheet, or it would be copied with the code."""
    address = html.escape(builder.get_relative_uri(pagename, lesson.docname))
    title = html.escape(f"Lesson: {lesson.title}".replace("`", ""))
    return f'<a class="lesson-mark" href="{address}" title="{title}" aria-label="{title}"></a>'
