"""Make the document nodes that the pages are built of: tags, links, notes, tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util import logging
from sphinx.util.nodes import make_refnode
from sphinx_tabs.tabs import SphinxTabsPanel, SphinxTabsTab, SphinxTabsTablist, depart, visit

LOG = logging.getLogger(__name__)


class Tag(nodes.General, nodes.TextElement):
    """An HTML element of any name; its other attributes are written as they are."""


def tag(name: str, *children, classes: tuple[str, ...] = (), **attributes) -> Tag:
    """Make an element; a child that is a string becomes text.

    Attributes are given as in HTML, with `_` for `-`: aria_label="...", role="region".
    """
    node = Tag("", classes=list(classes))
    node.tagname = name
    for key, value in attributes.items():
        node[key.replace("_", "-")] = value
    node.extend(nodes.Text(child) if isinstance(child, str) else child for child in children)
    return node


def text(content: str, *classes: str) -> nodes.inline:
    return nodes.inline("", content, classes=list(classes))


def judged(words: str, passed: bool | None) -> nodes.inline:
    """Say a verdict in words, so that its color is not needed to read it."""
    kind = {True: "passed", False: "not-passed", None: "undecided"}[passed]
    return text(words, "verdict", kind)


def code(content: str) -> nodes.literal:
    return nodes.literal("", content)


def line(*children, classes: tuple[str, ...] = ()) -> nodes.paragraph:
    """Make a paragraph of strings and nodes."""
    node = nodes.paragraph("", "", classes=list(classes))
    node.extend(nodes.Text(child) if isinstance(child, str) else child for child in children)
    return node


def link(
    content: str | nodes.Node,
    docname: str,
    *,
    anchor: str = "",
    query: str = "",
    classes: tuple[str, ...] = (),
) -> pending_xref:
    """Link to a page of this site, to an id on it, or to it with a query."""
    node = pending_xref(
        "", refdomain="std", reftype="rosetta", reftarget=docname, anchor=anchor, query=query,
        refexplicit=True, refwarn=True, link_classes=list(classes),
    )  # fmt: skip
    # The resolver hands on exactly one child.
    node += nodes.inline("", content) if isinstance(content, str) else content
    return node


def resolve_link(app, env, node, contnode):
    """Turn a link() into a reference, relative to the page that holds it."""
    if node.get("reftype") != "rosetta":
        return None
    docname = node["reftarget"]
    if docname not in env.all_docs:
        LOG.warning("there is no page %s", docname, location=node, type="rosetta", subtype="link")
        return contnode
    found = make_refnode(app.builder, node["refdoc"], docname, node["anchor"], contnode)
    if node["query"]:
        address = app.builder.get_relative_uri(node["refdoc"], docname)
        fragment = f"#{node['anchor']}" if node["anchor"] else ""
        found["refuri"] = f"{address}?{node['query']}{fragment}"
        found.attributes.pop("refid", None)
    found["classes"] += node["link_classes"]
    return found


def file_link(content: str, name: str) -> nodes.reference:
    """Link to a file that lies in the folder of the page itself."""
    return nodes.reference("", content, refuri=name, internal=True, classes=["download"])


def outside(content: str, address: str) -> nodes.reference:
    return nodes.reference("", content, refuri=address, classes=["external"])


def note(*children, kind: str) -> Tag:
    """Make a short remark about a run: kind is stale, failed, data or missing."""
    return tag("div", line(*children), classes=("run-note", f"run-note-{kind}"))


def table(header: Sequence, rows: list[list], *, label: str, classes: tuple[str, ...] = ()) -> Tag:
    """Make a table with its first column as row headings.

    Cells are strings, nodes, or lists of both; one that is a <td> already stays as it is, which is
    how a cell spans columns.
    """

    def cell(name: str, content, **attributes) -> Tag:
        if isinstance(content, Tag) and content.tagname == name:
            return content
        children = content if isinstance(content, list) else [content]
        return tag(name, *children, **attributes)

    head = tag("thead", tag("tr", *(cell("th", item, scope="col") for item in header)))
    body = tag("tbody")
    for first, *rest in rows:
        body += tag("tr", cell("th", first, scope="row"), *(cell("td", item) for item in rest))
    return boxed(head, body, label=label, classes=classes)


def boxed(head: Tag, body: Tag, *, label: str, classes: tuple[str, ...] = ()) -> Tag:
    """Put a table in a box that scrolls by itself, and that can be focused to scroll by keys."""
    box = ("table-box", *(f"{name}-box" for name in classes))
    inner = tag("table", head, body, classes=("plain-table", *classes))
    return tag("div", inner, classes=box, role="region", aria_label=label, tabindex="0")


@dataclass(frozen=True)
class Tab:
    """One tab of a set: what its button and its panel say, and the groups that it belongs to."""

    name: str
    title: str
    children: list[nodes.Node]
    groups: tuple[str, ...] = ()
    retired: bool = False
    last_release: str | None = None


def tab_set(label: str, group: str, tabs: list[Tab]) -> nodes.container:
    """Make a set of tabs; the first one is open, and the retired ones stand apart.

    A closed panel is `hidden="until-found"`: find-in-page opens it. Its title is shown only where
    there is no row of tabs: in print, without JavaScript, and side by side with another.
    """
    row = SphinxTabsTablist(classes=["tab-row"])
    row["role"], row["aria-label"] = "tablist", label
    box = nodes.container("", row, classes=["tab-set"])
    for index, known in enumerate(tabs):
        if known.retired and not (index and tabs[index - 1].retired):
            mark = {"aria_hidden": "true", "data_groups": "retired"}
            row += tag("span", "Retired", classes=("row-group",), **mark)
        row += tab_button(known, group, chosen=index == 0)
        panel = SphinxTabsPanel("", ids=[f"panel-{group}-{known.name}"], classes=["tab-panel"])
        panel["role"], panel["data-framework"] = "tabpanel", known.name
        panel["tabindex"] = "-1" if index else "0"
        panel["aria-labelledby"] = f"tab-{group}-{known.name}"
        if index:
            panel["hidden"] = "until-found"
        panel += line(known.title, *release(known), classes=("panel-title",))
        panel.extend(known.children)
        box += panel
    return box


def tab_button(known: Tab, group: str, *, chosen: bool) -> SphinxTabsTab:
    button = SphinxTabsTab("", ids=[f"tab-{group}-{known.name}"], classes=["tab"])
    button.extend([nodes.Text(known.title), *release(known)])
    button["role"], button["type"], button["data-framework"] = "tab", "button", known.name
    button["data-groups"] = " ".join(known.groups)
    button["aria-controls"] = f"panel-{group}-{known.name}"
    button["aria-selected"] = "true" if chosen else "false"
    button["tabindex"] = "0" if chosen else "-1"
    return button


def release(known: Tab) -> list[nodes.Node]:
    """Mark what is retired by its last release; the words before it are for those who listen."""
    if not known.last_release:
        return [text(", retired", "visually-hidden")] if known.retired else []
    told = text(", retired, last release ", "visually-hidden")
    return [told, tag("small", known.last_release, classes=("release",))]


def register(app) -> None:
    for node in (Tag, SphinxTabsTablist, SphinxTabsTab, SphinxTabsPanel):
        app.add_node(node, html=(visit, depart))
