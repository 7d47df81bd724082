"""Color code once: a script's page, its tabs and the page of its record show the same cells.

Sphinx makes a lexer and a formatter for each block. Here the words of a code are kept, and so is a
formatter, which builds a table of styles; what differs from block to block, its first line's number
and the ids of its lines, is set on it.
"""

from collections.abc import Iterable
from html import escape

from pygments.formatter import Formatter
from pygments.lexer import Lexer
from sphinx.application import Sphinx
from sphinx.highlighting import PygmentsBridge


class Read:
    """A lexer that reads each code once."""

    def __init__(self, lexer: Lexer, known: dict[str, tuple]):
        self.lexer, self.known = lexer, known

    def get_tokens(self, source: str) -> Iterable[tuple]:
        if source not in self.known:
            self.known[source] = tuple(self.lexer.get_tokens(source))
        return self.known[source]


class Remembering:
    """What is put in the place of two methods of Sphinx's highlighter."""

    def __init__(self, bridge: PygmentsBridge):
        self.make_lexer, self.make_formatter = bridge.get_lexer, bridge.get_formatter
        self.formatters: dict[str, Formatter] = {}
        self.known: dict[str, dict[str, tuple]] = {}
        bridge.get_lexer, bridge.get_formatter = self.get_lexer, self.get_formatter

    def get_lexer(self, source, lang, opts=None, force=False, location=None) -> Read:
        lexer = self.make_lexer(source, lang, opts, force, location)
        # The language named "default" is read as Python or, should that fail, as no language.
        return Read(lexer, self.known.setdefault(repr((lexer.name, opts, force)), {}))

    def get_formatter(self, **options) -> Formatter:
        start = abs(int(options.pop("linenostart", 1)))
        spans = escape(options.pop("linespans", ""))
        key = repr(sorted(options.items()))
        if key not in self.formatters:
            self.formatters[key] = self.make_formatter(**options)
        formatter = self.formatters[key]
        formatter.linenostart, formatter.linespans = start, spans
        return formatter


def remember(app: Sphinx) -> None:
    if app.builder.format == "html":
        Remembering(app.builder.highlighter)
