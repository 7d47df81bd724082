"""The directive {recurrences}: which GRU each framework's own layer computes, and what a tab does.

Drawn from what the scripts reported when they were run; the quotations only lead to the lines.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from ..records import Record
from ..workloads import Script
from .dependencies import uses
from .elements import code, link, table, tag
from .lines import Misquoted, find, line_link
from .project import catalog_of

LOG = logging.getLogger(__name__)

HEADER = [
    "Framework",
    "Its own layer",
    "Reset gate",
    "Order of the gates",
    "Bias vectors",
    "In this tab",
]
# What a script reports under "recurrence", beside "layer"; of a framework without one, none.
REPORTED = ("reset", "gates", "biases")


class RecurrencesDirective(SphinxDirective):
    """```{recurrences}``` draws a row per quotation: `gru/pytorch: self.gru = nn.GRU(`."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        rows = []
        for quotation in filter(None, map(str.strip, self.content)):
            name, _, quoted = quotation.partition(": ")
            try:
                script, number = find(self.env, name, quoted)
            except Misquoted as error:
                where = self.get_location()
                LOG.warning("%s", error, location=where, type="rosetta", subtype="line")
                continue
            uses(self.env, f"script {name}")
            record = catalog_of(self.env).shown(script)
            rows.append(self.row(script, number, record))
        label = "Which recurrence each framework's own GRU layer is"
        return [table(HEADER, rows, label=label, classes=("recurrences",))]

    def row(self, script: Script, number: int, record: Record | None) -> list:
        told = (record.reported if record else {}).get("recurrence") or {}
        layer, line = told.get("layer"), script.code_lines()[number]
        if not told:
            own = ["not run yet", *[""] * len(REPORTED)]
        elif layer is None:
            own = ["none", *["—"] * len(REPORTED)]
        else:
            own = [code(layer), *(str(told.get(name, "—")) for name in REPORTED)]
        used = layer is not None and layer.rpartition(".")[2] + "(" in line
        here = line_link(self.env, "its own layer" if used else "written out", script, number)
        return [link(script.framework.label, script.name), *own, tag("span", here)]
