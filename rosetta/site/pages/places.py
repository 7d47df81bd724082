"""Let what is said of a script's cells name the script and its line, whatever page shows them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from docutils import nodes

from rosetta.project.workloads import Script


@contextmanager
def told_of(document: nodes.document, script: Script) -> Iterator[None]:
    """Draw nodes as coming from the script's file, and send warnings there meanwhile.

    Warnings name a document, by default the page that is read; the script is a document, too.
    """
    handlers = logging.getLogger("sphinx").handlers
    page, source, current = (
        document.settings.env.docname,
        document.get("source"),
        document.current_source,
    )

    def redirect(record: logging.LogRecord) -> bool:
        location = getattr(record, "location", None)
        if location == page:
            record.location = script.name
        elif isinstance(location, tuple) and location[0] == page:
            record.location = (script.name, location[1])
        return True

    document["source"] = document.current_source = str(script.path)
    for handler in handlers:  # before Sphinx's own filter, which turns documents into paths
        handler.filters.insert(0, redirect)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(redirect)
        document["source"], document.current_source = source, current
