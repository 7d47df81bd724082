"""The directives that draw lists and tables: workload, hyperparameters, parity, frameworks."""

from collections.abc import Callable
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rosetta.records import describe
from rosetta.project import numbers
from rosetta.project.workloads import Script, WorkloadError
from rosetta.site.base.catalog import record_docname
from .comparison import known_workloads
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import code, line, link, note, table, tag, text
from rosetta.site.pages.measures import QUANTITIES, UNITS, judge, outcome
from rosetta.site.tabs.picker import FAMILIES, FIRST_STEP, picker
from rosetta.site.base.project import catalog_of
from rosetta.site.tabs.steps import known_workload

NOT_RUN = "not run yet"
# More programs than this are folded away, or they would keep the reader from the page itself.
FEW = 4


class Drawn(SphinxDirective):
    """A directive that is redrawn when anything it shows has changed."""

    def shown_scripts(self, workload: str | None = None) -> list[Script]:
        """Return a workload's scripts, or all; the page depends on them from now on."""
        project = catalog_of(self.env).project
        scripts = project.scripts_of(workload) if workload else project.scripts
        uses(self.env, "registered", *(f"script {script.name}" for script in scripts))
        return list(scripts)

    def loaded(self, load: Callable[[Path], list], path: Path) -> list:
        """Return what a file of results/ holds; one that cannot be read fails this directive."""
        try:
            return load(path)
        except WorkloadError as error:
            raise self.error(str(error)) from None


def known_name(directive: Drawn) -> str:
    """Return the workload that a directive names, be it only a published one."""
    (name,) = directive.arguments
    known = known_workloads(catalog_of(directive.env))
    if name not in known:
        raise directive.error(f"there is no workload {name!r}; there are: {', '.join(known)}.")
    return name


class WorkloadDirective(Drawn):
    """```{workload} cnn``` opens a workload's page: stand-in data, all scripts, the picker."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        scripts = self.shown_scripts(workload.id)
        synthetic = catalog_of(self.env).synthetic(workload)
        entries = [tag("li", *self.entry(script)) for script in scripts]
        title = f"The {len(scripts)} programs and their recorded runs"
        whole = tag("details", tag("summary", title), tag("ul", *entries, classes=("scripts",)),
                    classes=("programs",))  # fmt: skip
        if len(scripts) <= FEW:
            whole["open"] = "open"
        return [*self.warning(synthetic), whole, picker(scripts)]

    def warning(self, scripts: list[Script]) -> list[nodes.Node]:
        if not scripts:
            return []
        names = ", ".join(script.framework.label for script in scripts)
        told = (
            "No copy of the data was at hand when these were run, so a synthetic stand-in of the "
            f"same shapes was used: {names}. Accuracies and losses below say nothing about the "
            "real data."
        )
        title = nodes.paragraph("", "Synthetic data", classes=["admonition-title"])
        return [tag("div", title, line(told), classes=("admonition", "warning", "synthetic"))]

    def entry(self, script: Script) -> list[nodes.Node]:
        """Draw a script in one line: its page, and what its best run came to."""
        record = catalog_of(self.env).shown(script)
        name = link(script.framework.label, script.name, classes=("script",))
        if record is None:
            return [name, text(NOT_RUN, "not-run")]
        if not record.ok:
            return [name, link("failed", record_docname(record.path, script))]
        kind, told = script.workload.kind, [describe.run_title(record, script)]
        if checked := describe.check(record, script):
            told.append(f"{checked[0]} {kind.check.title}")
        if timed := describe.timing(record, script):
            told.append(f"{kind.speed.words(timed.middle)} {kind.speed.per}")
        return [name, link(", ".join(told), record_docname(record.path, script))]


class HyperparametersDirective(Drawn):
    """```{hyperparameters} cnn``` lists what every tab obeys, from workload.toml."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        uses(self.env, "registered")
        entries = []
        for name, value in workload.hyperparameters.items():
            shown = f"{value:,}" if isinstance(value, int) else str(value)
            entries.append(tag("div", tag("dt", code(name)), tag("dd", shown)))
        return [tag("dl", *entries, classes=("hyperparameters",))]


class ParityDirective(Drawn):
    """```{parity} cnn``` draws the verdict on each framework's shown record, per quantity."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = known_name(self)
        judged = [(script, *self.judged(script)) for script in self.shown_scripts(name)]
        if not judged:
            return [line("This project has no program for it yet, so there is nothing to prove.")]
        verdicts = [verdict for _, _, verdict in judged if verdict]
        names = list(dict.fromkeys(q.name for verdict in verdicts for q in verdict.quantities))
        header = ["Framework", *(QUANTITIES.get(name, name).capitalize() for name in names)]
        rows = [["Allowed", *(self.allowed(verdicts, name) for name in names)]] if names else []
        findings, notes = [], {}
        for script, record, verdict in judged:
            label = link(script.framework.label, script.name)
            if verdict is None:
                told = NOT_RUN if record is None else "reported nothing to judge"
                rows.append([label, text(told, "not-run"), *[""] * (len(names) - 1)])
                continue
            by_name = {quantity.name: quantity for quantity in verdict.quantities}
            address = record_docname(record.path, script)
            rows.append([label, *(self.cell(by_name.get(name), address) for name in names)])
            whose = script.framework.label
            findings += [
                note(f"{whose}: {numbers.typeset(told)}", kind="failed")
                for told in verdict.findings
            ]
            for told in verdict.notes:
                notes.setdefault(told, []).append(whose)
        if not names:
            header = ["Framework", "Verdict"]
        label = f"Parity of {judged[0][0].workload.title}: largest error per quantity"
        findings += [
            note(f"{', '.join(whose)}: {numbers.typeset(told)}", kind="data")
            for told, whose in notes.items()
        ]
        return [table(header, rows, label=label, classes=("parity",)), *findings]

    def judged(self, script: Script):
        record = catalog_of(self.env).shown(script)
        return record, judge(record, script) if record else None

    def allowed(self, verdicts, name: str) -> list:
        """Give the tolerance, and beside it what correct frameworks were measured to differ by."""
        known = next(q for verdict in verdicts for q in verdict.quantities if q.name == name)
        spread = f"measured {numbers.amount(known.spread)}" if known.spread is not None else ""
        unit = UNITS.get(name, "")
        return [
            numbers.amount(known.tolerance),
            *(text(part, "spread") for part in (unit, spread) if part),
        ]

    def cell(self, quantity, address: str) -> list:
        if quantity is None:
            return [""]
        error = link(numbers.amount(quantity.error), address, classes=("figure",))
        return [error, outcome(quantity.passed)]


class WorkloadsDirective(Drawn):
    """```{workloads}``` draws a card for every workload."""

    def run(self) -> list[nodes.Node]:
        uses(self.env, "registered")
        cards = []
        for workload in catalog_of(self.env).project.workloads.values():
            title = link(workload.title, workload.id, classes=("workload-title",))
            cards.append(tag("li", title, line(workload.summary), classes=("workload",)))
        return [tag("ul", *cards, classes=("workloads",))]


class FrameworksDirective(Drawn):
    """```{frameworks}``` draws a link for every framework, which opens its tab everywhere."""

    def run(self) -> list[nodes.Node]:
        uses(self.env, "registered")
        project = catalog_of(self.env).project
        entries: dict[str, list[nodes.Node]] = {family: [] for family in FAMILIES}
        for framework in project.frameworks.values():
            has = [s.workload.id for s in project.scripts if s.framework.id == framework.id]
            if has:
                query = f"framework={framework.id}"
                opened = link(framework.label, has[0], query=query, anchor=FIRST_STEP)
                entries[framework.family].append(tag("li", opened))
        drawn = []
        for family, chips in entries.items():
            if chips:
                label = f"{FAMILIES[family]} frameworks"
                if family == "retired":
                    drawn.append(line("Retired, in the idiom of their last release:"))
                drawn.append(tag("ul", *chips, classes=("chips", family), aria_label=label))
        return drawn


DIRECTIVES = {
    "workload": WorkloadDirective,
    "hyperparameters": HyperparametersDirective,
    "parity": ParityDirective,
    "workloads": WorkloadsDirective,
    "frameworks": FrameworksDirective,
}
