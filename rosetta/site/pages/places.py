"""Let what is said of cells name their file and the place in it, whatever page shows them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from docutils import nodes

from rosetta.project.workloads import Script


@contextmanager
def told_of(document: nodes.document, script: Script) -> Iterator[None]:
    """Draw nodes as coming from the script's file, and send warnings there meanwhile.

    Warnings name a document, by default the page that is read; the script is a document, too.
    """

    def place(line: int | None) -> str | tuple:
        return script.name if line is None else (script.name, line)

    source, current = document.get("source"), document.current_source
    document["source"] = document.current_source = str(script.path)
    try:
        with redirected(document.settings.env.docname, place):
            yield
    finally:
        document["source"], document.current_source = source, current


@contextmanager
def told_of_record(box: nodes.Element, path: Path) -> Iterator[None]:
    """Send warnings about what is drawn into a box to the cells of a record's notebook.

    MyST-NB counts the lines of a notebook's n-th cell from 10,000 n + 1 on. Some warnings come
    when the page is complete: they go by what the nodes say.
    """

    def place(line: int | None) -> str:
        cell, line = divmod((line or 1) - 1, 10_000)
        return f"{path}: cell {cell}:{line}" if cell else f"{path}:"

    with redirected(box.document.settings.env.docname, place):
        yield
    for node in box.findall(nodes.Element):
        cell, line = divmod((node.line or 1) - 1, 10_000)
        if cell:
            node.source, node.line = f"{path}: cell {cell}", line


@contextmanager
def redirected(page: str, place: Callable[[int | None], str | tuple]) -> Iterator[None]:
    """Give warnings that name a page, and perhaps a line of it, another place meanwhile."""
    handlers = logging.getLogger("sphinx").handlers

    def redirect(record: logging.LogRecord) -> bool:
        location = getattr(record, "location", None)
        if location == page:
            record.location = place(None)
        elif isinstance(location, tuple) and location[0] == page:
            record.location = place(location[1])
        return True

    for handler in handlers:  # before Sphinx's own filter, which turns documents into paths
        handler.filters.insert(0, redirect)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(redirect)
