"""What chooses frameworks on a workload's page, and stays in view: one, two side by side, groups.

It stands in the page from the start, so that nothing moves when the browser's script takes it up;
without JavaScript there is nothing to choose, and output.NOSCRIPT hides it. Below it are links to
the page's steps, which need no script.
"""

from html import escape

from docutils import nodes

from rosetta.project.workloads import Script
from rosetta.site.base.elements import Tag, tag

FAMILIES = {"current": "Current", "retired": "Retired"}


# The id of the section with a page's first step, whatever its heading says.
FIRST_STEP = "first-step"


def picker(scripts: list[Script]) -> Tag:
    """Draw the bar with a list of frameworks, one of what to set beside it, the groups, the steps.

    The steps stand further down in the page: list_steps() fills them in.
    """
    total = len(scripts)
    parts = [
        '<div class="picker" role="group" aria-label="Frameworks shown">',
        '<label class="pick"><span>Framework</span>'
        f'<select class="pick-first" autocomplete="off">{options(scripts)}</select></label>',
        '<button type="button" class="swap" aria-label="Swap the two frameworks" hidden>⇄</button>',
        '<label class="pick"><span>Side by side with</span><select class="pick-second" '
        'autocomplete="off"><option value="">nothing</option></select></label>',
        '<button type="button" class="leave" aria-label="Leave side by side" hidden>×</button>',
        f'<details class="groups"><summary>All {total} shown</summary>',
        f'<div class="groups-box">{boxes(scripts)}</div></details>',
        "</div>",
    ]
    chooser = nodes.raw("", "".join(parts), format="html")
    steps = tag("nav", classes=("step-links",), aria_label="Steps")
    return tag("div", chooser, steps, classes=("pick-bar",))


def list_steps(app, doctree: nodes.document) -> None:
    """Link each section that holds a set of tabs in the page's list of steps."""
    lists = [node for node in doctree.findall(Tag) if "step-links" in node["classes"]]
    sets = [node for node in doctree.findall(nodes.container) if "tab-set" in node["classes"]]
    found = [node.parent for node in sets if isinstance(node.parent, nodes.section)]
    sections = list(dict.fromkeys(found))
    if lists and sections:
        for section in sections:
            title = section.next_node(nodes.title).astext()
            lists[0] += nodes.reference("", title, refid=section["ids"][0], internal=True)
        sections[0]["ids"].append(FIRST_STEP)


def options(scripts: list[Script]) -> str:
    """List the frameworks under what they are."""
    parts = []
    for family, title in FAMILIES.items():
        members = [script.framework for script in scripts if script.framework.family == family]
        if members:
            parts.append(f'<optgroup label="{title}">')
            for framework in members:
                parts.append(
                    f'<option value="{framework.id}" data-groups="{family} {framework.language}">'
                    f"{escape(framework.label)}</option>"
                )
            parts.append("</optgroup>")
    return "".join(parts)


def boxes(scripts: list[Script]) -> str:
    """Offer each family and each language to be shown or not, where there is more than one."""
    kinds = {
        "Status": [script.framework.family for script in scripts],
        "Language": [script.framework.language for script in scripts],
    }
    parts = []
    for title, found in kinds.items():
        if len(set(found)) < 2:
            continue
        parts.append(f"<fieldset><legend>{title}</legend>")
        for group in dict.fromkeys(found):
            parts.append(
                f'<label><input type="checkbox" value="{escape(group)}" checked '
                f'autocomplete="off"> {escape(group.capitalize())} '
                f"<small>{found.count(group)}</small></label>"
            )
        parts.append("</fieldset>")
    return "".join(parts)
