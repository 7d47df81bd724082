"""Link to lines of scripts by quoting them: the role {line} and the directive {inscription}.

A quotation survives edits around it; a line number does not. When the text is gone, or stands in
several lines, the build says so and offers what is there.
"""

import re
from textwrap import dedent

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from ..quotations import Misquoted, locate
from ..workloads import Script
from .dependencies import uses
from .elements import code, link, tag, text
from .project import catalog_of

LOG = logging.getLogger(__name__)

# {line}`text <cnn/pytorch: def train_step>` or {line}`cnn/pytorch: def train_step`
LINK = re.compile(
    r"(?:(?P<text>[^<]+?)\s*<)?(?P<script>[\w/-]+):\s+(?P<quoted>.+?)(?(text)>)", re.DOTALL
)


def find(env, name: str, quoted: str) -> tuple[Script, int]:
    """Return the script and the number of its line; the page depends on its code from now on.

    Raises Misquoted when the quotation does not lead to exactly one line.
    """
    uses(env, f"code {name}")
    return locate(catalog_of(env).project, name, quoted)


class LineRole(SphinxRole):
    """{line}`the update <cnn/pytorch: optimizer.step()>` links the words to the line."""

    def run(self) -> tuple[list[nodes.Node], list]:
        asked = LINK.fullmatch(self.text)
        shown = (asked and (asked["text"] or asked["quoted"])) or self.text
        try:
            if not asked:
                raise Misquoted(f"{self.text!r} is not of the form text <cnn/pytorch: quoted code>")
            script, number = find(self.env, asked["script"], asked["quoted"])
        except Misquoted as error:
            where = self.get_location()
            LOG.warning("line link: %s", error, location=where, type="rosetta", subtype="line")
            return [code(shown)], []
        content = shown if asked["text"] else code(shown)
        return [line_link(self.env, content, script, number)], []


def line_link(env, content, script: Script, number: int) -> nodes.Element:
    """Link into the tab on the workload's own page, else to the line on the script's page."""
    if env.docname == script.workload.id:
        return link(content, script.workload.id, anchor=f"{script.framework.id}-L-{number}")
    return link(content, script.name, anchor=f"L-{number}")


class InscriptionDirective(SphinxDirective):
    """```{inscription}``` sets the same passage in several frameworks, one above the other.

    A line of content quotes a line of code, as the role {line} does; the lines of one script share
    a register.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        registers: dict[str, list[tuple[Script, int]]] = {}
        for quotation in filter(None, map(str.strip, self.content)):
            name, _, quoted = quotation.partition(": ")
            try:
                registers.setdefault(name, []).append(find(self.env, name, quoted))
            except Misquoted as error:
                where = self.get_location()
                LOG.warning("%s", error, location=where, type="rosetta", subtype="line")
        stone = tag("div", classes=("stone",), role="group")
        stone["aria-label"] = "The same passage in each framework"
        stone.extend(self.register(places) for places in registers.values() if places)
        return [stone]

    def register(self, places: list[tuple[Script, int]]) -> nodes.Element:
        """Set the lines of one script under its framework's name, without common indentation."""
        script = places[0][0]
        lines = [script.code_lines()[number] for _, number in places]
        drawn = tag("div", text(script.framework.label, "register-name"), classes=("register",))
        for content, (_, number) in zip(dedent("\n".join(lines)).split("\n"), places, strict=True):
            drawn += line_link(self.env, code(content), script, number)
        return drawn
