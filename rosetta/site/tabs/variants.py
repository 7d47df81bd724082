"""The directive {recurrences}: which GRU each framework's own layer computes, and what a tab does.

Drawn from what the scripts reported when they were run; the quotations only lead to the lines.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from rosetta.project.quotations import Misquoted, Unquotable, unlabeled
from rosetta.project.workloads import Script
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import code, link, table, tag
from rosetta.site.base.project import catalog_of
from rosetta.site.pages.lines import find, line_link

LOG = logging.getLogger(__name__)

HEADER = [
    "Framework",
    "Its own layer",
    "Reset gate",
    "Order of the gates",
    "Bias vectors",
    "In this tab",
]
# What a script reports under "recurrence", beside "layer"; of a framework without one, nothing.
REPORTED = ("reset", "gates", "biases")


class RecurrencesDirective(SphinxDirective):
    """```{recurrences}``` draws a row per link, written as for the role {line}."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        rows = []
        for content in filter(None, map(str.strip, self.content)):
            try:
                label, quotation = unlabeled(content)
                if not label:
                    raise Misquoted(f"{content!r} is not of the form text <gru/pytorch: code>")
                script, number = find(self.env, quotation)
            except Unquotable:
                continue
            except Misquoted as error:
                where = self.get_location()
                LOG.warning("%s", error, location=where, type="rosetta", subtype="line")
                continue
            uses(self.env, f"script {script.name}")
            here = line_link(self.env, label, script, number)
            rows.append([*self.own_layer(script), tag("span", here)])
        label = "Which recurrence each framework's own GRU layer is"
        return [table(HEADER, rows, label=label, classes=("recurrences",))]

    def own_layer(self, script: Script) -> list:
        record = catalog_of(self.env).shown(script)
        told = (record.reported if record else {}).get("recurrence")
        name = link(script.framework.label, script.name)
        if told is None:
            return [name, "not run yet", *[""] * len(REPORTED)]
        layer = code(told["layer"]) if told.get("layer") else "none"
        return [name, layer, *(told.get(fact, "—") for fact in REPORTED)]
