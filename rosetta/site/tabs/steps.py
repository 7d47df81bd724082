"""The directive {step}: one step of a workload, in every framework, as a set of tabs."""

from itertools import takewhile

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rosetta.project.workloads import Script, Workload
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import Tab, Tag, line, link, tab_set, tag
from rosetta.site.base.project import catalog_of
from rosetta.site.pages.lines import ids_begin
from rosetta.site.pages.measures import report
from rosetta.site.pages.render import is_code_cell, pair, render_script
from rosetta.site.pages.stamps import notes, overrides, stamp


class StepDirective(SphinxDirective):
    """```{step} cnn model``` draws the step "model" of every script of the workload "cnn"."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        name, step = self.arguments
        catalog = catalog_of(self.env)
        workload = known_workload(self, name)
        titles = {known.id: known.title for known in workload.steps}
        if step not in titles:
            raise self.error(f"{name} has no step {step!r}; it has: {', '.join(titles)}.")
        scripts = catalog.project.scripts_of(name)
        if not scripts:
            raise self.error(f"{name} has no script yet: scripts/{name}/<framework>_{name}.py.")
        uses(self.env, "registered", "marks", *(f"script {script.name}" for script in scripts))
        whole = self.note_on_page(workload, step)
        tabs = [tab_of(script, self.panel(script, step, whole)) for script in scripts]
        return [tab_set(f"Framework, step: {titles[step]}", f"{name}-{step}", tabs)]

    def note_on_page(self, workload: Workload, step: str) -> bool:
        """Tell whether all earlier steps stand above, so that they can be copied as well."""
        drawn = self.env.temp_data.setdefault("rosetta_steps", {}).setdefault(workload.id, [])
        drawn.append(step)
        return drawn == [known.id for known in workload.steps][: len(drawn)]

    def panel(self, script: Script, step: str, whole: bool) -> list[nodes.Node]:
        """Draw one tab: where the code stands, remarks, code with outputs, the stamp."""
        catalog = catalog_of(self.env)
        record = catalog.shown(script)
        pairs = [item for item in pair(script, record) if item[0].step == step]
        body = tag("div", classes=("panel-body",))
        if script.fault:
            return [panel_bar(script, step, whole), *notes(catalog, script)]
        if pairs:
            ids = ids_begin(script, self.env.docname)
            render_script(self.state.document, body, script, pairs, ids)
        else:
            body += line(f"{script.framework.label} needs no code for this step.")
        remarks = notes(catalog, script, step)
        children = [panel_bar(script, step, whole)]
        if remarks:
            children.append(tag("div", *remarks, classes=("panel-notes",)))
        children.append(parted(body))
        if record is None:
            return children
        after = tag("div", classes=("panel-after",))
        if any("parameters" in cell.tags for cell, _ in pairs):
            after.extend(overrides(record, script))
        if pairs and pairs[-1][0] is script.cells[-1] and record.reported:
            after.extend(report(record, script))
        if after.children:
            children.append(after)
        return [*children, stamp(record, script, step)]


def tab_of(script: Script, children: list[nodes.Node]) -> Tab:
    """Make a framework's tab, which says what is retired and in which language one writes."""
    framework = script.framework
    groups, retired = (framework.family, framework.language), framework.family == "retired"
    release = framework.last_release if retired else None
    return Tab(framework.id, framework.label, children, groups, retired, release)


def parted(body: Tag) -> Tag:
    """Part the prose that opens a panel from the code, so that code can stand beside code."""
    prose = list(takewhile(lambda node: not is_code_cell(node), body.children))
    code = body.children[len(prose) :]
    body.children = []
    for name, part in (("panel-prose", prose), ("panel-code", code)):
        if part:
            body += tag("div", *part, classes=(name,))
    return body


def panel_bar(script: Script, step: str, whole: bool) -> nodes.Node:
    """Name the lines that the panel shows; the copy buttons are put in by the browser's script."""
    bar = tag("div", classes=("panel-bar",))
    if whole:
        bar["data-from-top"] = "true"
    code = [cell for cell in script.cells_of(step) if cell.kind == "code"]
    if not code:
        bar += link(script.path.name, script.name, classes=("source",))
        return bar
    first = code[0].line
    last = code[-1].line + len(code[-1].lines) - 1
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    where = f"{script.path.name}, {lines}"
    bar += link(where, script.name, anchor=f"L-{first}", classes=("source",))
    return bar


def known_workload(directive: SphinxDirective, name: str) -> Workload:
    """Return the workload that a directive names; its error lists those that exist."""
    workloads = catalog_of(directive.env).project.workloads
    if name not in workloads:
        known = ", ".join(workloads) or "none"
        raise directive.error(f"there is no workload {name!r}; there are: {known}.")
    return workloads[name]
