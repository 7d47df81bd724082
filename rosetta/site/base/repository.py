"""Lead from the pages to where this project is kept; nothing is drawn until that is known."""

import os
import re
from html import escape
from pathlib import Path
from urllib.parse import quote

from rosetta.project.lessons import FOLDER

# Where CITATION.cff or pyproject.toml would say where the project is kept, and where its site is.
REPOSITORY = (
    ("CITATION.cff", re.compile(r"^repository-code: *[\"']?(https://[^\s\"']+)", re.MULTILINE)),
    (
        "pyproject.toml",
        re.compile(r"^(?:Repository|repository) *= *\"(https://[^\"]+)\"", re.MULTILINE),
    ),
)
SITE = (
    ("CITATION.cff", re.compile(r"^url: *[\"']?(https://[^\s\"']+)", re.MULTILINE)),
    (
        "pyproject.toml",
        re.compile(r"^(?:Documentation|documentation) *= *\"(https://[^\"]+)\"", re.MULTILINE),
    ),
)


def repository_of(root: Path) -> str:
    """Return the repository's address as the project states it, or nothing."""
    return stated(root, REPOSITORY)


def site_of(root: Path) -> str:
    """Return the address of the site that is drawn, as the project states it, or nothing."""
    return stated(root, SITE)


def stated(root: Path, places: tuple[tuple[str, re.Pattern], ...]) -> str:
    for name, pattern in places:
        found = (root / name).exists() and pattern.search((root / name).read_text("utf-8"))
        if found:
            return found[1].rstrip("/")
    return ""


def icon_links(repository: str) -> list[dict]:
    """Return the link in the header, for the theme."""
    if not repository:
        return []
    return [{"name": "Repository", "url": repository, "icon": "fa-solid fa-code-branch"}]


def page_links(repository: str, path: str, title: str) -> str:
    """Return two links, to a page's source and to where its mistakes are reported, as HTML."""
    if not repository or path.startswith(".."):
        return ""
    source = f"{repository}/blob/HEAD/{path}"
    report = f"{repository}/issues/new?title={title}"
    kind = "lesson" if path.startswith(f"{FOLDER.as_posix()}/") else "page"
    return (
        f'<p class="page-source"><a href="{escape(source)}">Source of this {kind}</a> · '
        f'<a href="{escape(report)}">Report a mistake</a></p>'
    )


def add_page_links(app, pagename, templatename, context, doctree) -> None:
    repository = app.config.rosetta_repository
    if not repository or "body" not in context or pagename not in app.env.all_docs:
        return
    root = app.env.project.catalog.project.root
    path = os.path.relpath(app.env.doc2path(pagename), root)
    context["body"] += page_links(repository, Path(path).as_posix(), quote(f"/{pagename}/"))
