"""Link to lines of scripts by quoting them: the role {line} and the directive {inscription}.

When a quoted text is gone, or stands in several lines, the build says so and offers what is there.
"""

import re
from textwrap import dedent

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from rosetta.project.quotations import Misquoted, Unquotable, locate, split, unlabeled
from rosetta.project.workloads import Script
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import code, link, tag, text
from rosetta.site.base.project import catalog_of

LOG = logging.getLogger(__name__)

# A line of code as myst-nb writes it: L-57 on a script's own page, pytorch-L-57 in a tab.
LINE = re.compile(r'<span id="(?P<id>(?:(?P<framework>\w+)-)?L-(?P<number>\d+))">')


def ids_begin(script: Script, docname: str) -> str:
    """Return what the ids of a script's lines begin with, on its own page or in a tab of another.

    On the page of its workload the framework is enough to tell the tabs apart.
    """
    if docname == script.name:
        return "L"
    own = docname == script.workload.id
    return f"{'' if own else f'{script.workload.id}-'}{script.framework.id}-L"


def find(env, quotation: str) -> tuple[Script, int]:
    """Return the script and the number of its line; the page depends on its code from now on.

    Raises Misquoted when the quotation does not lead to exactly one line.
    """
    name, quoted = split(quotation)
    uses(env, f"code {name}")
    return locate(catalog_of(env).project, name, quoted)


class LineRole(SphinxRole):
    """{line}`the update <cnn/pytorch: optimizer.step()>` links the words to the line.

    Without words the quoted code is what is linked: {line}`cnn/pytorch: optimizer.step()`.
    """

    def run(self) -> tuple[list[nodes.Node], list]:
        label, quotation = unlabeled(self.text)
        try:
            script, number = find(self.env, quotation)
        except Unquotable:
            return [code(label or quotation)], []
        except Misquoted as error:
            where = self.get_location()
            LOG.warning("line link: %s", error, location=where, type="rosetta", subtype="line")
            return [code(label or quotation)], []
        content = label or code(split(quotation)[1])
        return [line_link(self.env, content, script, number)], []


def line_link(env, content, script: Script, number: int) -> nodes.Element:
    """Link into the tab on the workload's own page, else to the line on the script's page."""
    docname = script.workload.id if env.docname == script.workload.id else script.name
    return link(content, docname, anchor=f"{ids_begin(script, docname)}-{number}")


class InscriptionDirective(SphinxDirective):
    """```{inscription}``` sets the same passage in several frameworks, one above the other.

    A line of content quotes a line of code, as the role {line} does; the lines of one script share
    a register.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        registers: dict[str, list[tuple[Script, int]]] = {}
        for quotation in filter(None, map(str.strip, self.content)):
            try:
                script, number = find(self.env, quotation)
                registers.setdefault(script.name, []).append((script, number))
            except Unquotable:
                continue
            except Misquoted as error:
                where = self.get_location()
                LOG.warning("%s", error, location=where, type="rosetta", subtype="line")
        stone = tag("div", classes=("stone",), role="group")
        stone["aria-label"] = "The same passage in each framework"
        stone.extend(map(self.register, registers.values()))
        return [stone]

    def register(self, places: list[tuple[Script, int]]) -> nodes.Element:
        """Set the lines of one script under its framework's name, without common indentation."""
        script = places[0][0]
        lines = [script.code_lines()[number] for _, number in places]
        drawn = tag("div", text(script.framework.label, "register-name"), classes=("register",))
        for content, (_, number) in zip(dedent("\n".join(lines)).split("\n"), places, strict=True):
            drawn += line_link(self.env, code(content), script, number)
        return drawn
