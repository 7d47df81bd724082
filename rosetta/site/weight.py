"""Leave out of a page's head, and of the theme's style sheet, what the page has no use for.

The theme loads a font and a script for its icons, which icons.css draws, and on every page the
index of the search, which only the search page needs: what is typed into the search opens that
page. No script that is left holds up the drawing of the page.
"""

import re
from functools import partial
from pathlib import Path

from .output import write_if_changed

SCRIPT = re.compile(r"[ \t]*<script\b([^>]*)>(.*?)</script>\n?", re.DOTALL)
NAME = re.compile(r'\bsrc="[^"?]*?([^"/?]+)(?:\?[^"]*)?"')
ICONS = {"fontawesome.js"}
SEARCH = {"searchtools.js", "language_data.js", "searchindex.js"}
OPTIONS = "DOCUMENTATION_OPTIONS."
# The theme's style sheet, and in it the rules that say which letter of its font is which icon.
SHEET = Path("_static", "styles", "pydata-sphinx-theme.css")
LETTER = re.compile(r"[^{}]*\{--fa:[^{}]*\}")


def lighten(app, pagename, templatename, context, doctree) -> None:
    """Give the templates `lightened`, which they call on each part of the head."""
    unwanted = ICONS if pagename == "search" else ICONS | SEARCH
    context["lightened"] = partial(lightened, unwanted=unwanted)


def lightened(head: str, unwanted: set[str]) -> str:
    """Drop the scripts of these names; let the others wait until the page is there.

    What is set in place on options of a script that waits, waits as well: as a module.
    """

    def replace(found: re.Match) -> str:
        attributes, content = found[1], found[2]
        name = NAME.search(attributes)
        if name and name[1] in unwanted:
            return ""
        if name and not re.search(r"\b(defer|async)\b", attributes):
            return found[0].replace("<script", "<script defer", 1)
        if content.lstrip().startswith(OPTIONS) and "type=" not in attributes:
            return found[0].replace("<script", '<script type="module"', 1)
        return found[0]

    return SCRIPT.sub(replace, head)


def lighten_sheet(app, exception: Exception | None) -> None:
    """Leave out of the copied style sheet the letters of two thousand icons: a third of it."""
    path = Path(app.outdir, SHEET)
    if exception is None and path.is_file():
        write_if_changed(path, LETTER.sub("", path.read_text("utf-8")).encode())
