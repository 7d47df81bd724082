"""What chooses frameworks on a workload's page, and stays in view: one, two side by side, groups.

It stands in the page from the start, so that nothing moves when the browser's script takes it up;
without JavaScript there is nothing to choose, and output.NOSCRIPT hides it.
"""

from html import escape

from docutils import nodes

from rosetta.project.workloads import Script

FAMILIES = {"current": "Current", "retired": "Retired"}


def picker(scripts: list[Script]) -> nodes.raw:
    """Draw the bar with a list of frameworks, one of what to set beside it, and the groups."""
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
    return nodes.raw("", "".join(parts), format="html")


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
