"""Marks in the margin of code: a line that a lesson speaks of leads to that lesson.

They are put into the written page, from what the lessons quote; the quotations themselves are held
against the scripts where the lessons are drawn.
"""

import html
import re

from sphinx.builders import Builder

from rosetta.project.lessons import Lesson
from rosetta.project.workloads import Script
from rosetta.site.base.catalog import Catalog
from rosetta.site.pages.lines import LINE

# Where a page's code begins, in a row of tabs or by itself: there it is said what the marks are.
FIRST = re.compile(r'(?=<div class="(?:tab-set|cell) )')
LEGEND = (
    '<p class="lesson-legend"><span role="img" aria-label="A diamond">\u25c6</span> beside a line '
    'leads to the lesson about it, <span role="img" aria-label="four diamonds">\u2756</span> to '
    "several.</p>"
)


def with_marks(body: str, pagename: str, builder: Builder, catalog: Catalog) -> str:
    """Put a link before each line of the page's code that a lesson speaks of."""
    scripts = scripts_on(pagename, catalog)
    if not scripts:
        return body
    lessons = {name: catalog.lessons_by_line(script) for name, script in scripts.items()}

    def marked(found: re.Match) -> str:
        about = lessons.get(found["framework"] or "", {}).get(int(found["number"]), [])
        if not about:
            return found[0]
        links = [(builder.get_relative_uri(pagename, each.docname), each) for each in about]
        return found[0] + (mark(*links[0]) if len(links) == 1 else marks(links, found["id"]))

    with_links = LINE.sub(marked, body)
    return with_links if with_links == body else FIRST.sub(LEGEND, with_links, count=1)


def scripts_on(pagename: str, catalog: Catalog) -> dict[str, Script]:
    """Return the page's scripts by what their lines' ids begin with: a framework, or nothing."""
    project = catalog.project
    if pagename in project.workloads:
        return {script.framework.id: script for script in project.scripts_of(pagename)}
    script = next((script for script in project.programs if script.name == pagename), None)
    return {"": script} if script else {}


def mark(address: str, lesson: Lesson) -> str:
    """Make the link; what it shows is in the style sheet, or it would be copied with the code."""
    title = f"Lesson: {title_of(lesson)}"
    return (
        f'<a class="lesson-mark" href="{html.escape(address)}" title="{title}" '
        f'aria-label="{title}"></a>'
    )


def marks(links: list[tuple[str, Lesson]], line: str) -> str:
    """Make one mark for several lessons, which opens a list of them; it needs no script."""
    title = f"{len(links)} lessons about this line"
    entries = (
        f'<a href="{html.escape(address)}">{title_of(lesson)}</a>' for address, lesson in links
    )
    return (
        f'<button class="lesson-mark" type="button" popovertarget="{line}-lessons" '
        f'title="{title}" aria-label="{title}"></button>'
        f'<span class="lesson-list" id="{line}-lessons" popover role="group" '
        f'aria-label="{title}">{"".join(entries)}</span>'
    )


def title_of(lesson: Lesson) -> str:
    return html.escape(lesson.title.replace("`", ""))
