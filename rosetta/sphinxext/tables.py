"""The directives that draw from records: workload, hyperparameters, results, parity, coverage."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from .. import describe
from ..records import Record
from ..workloads import Script
from .catalog import record_docname
from .dependencies import uses
from .elements import code, line, link, note, table, tag, text
from .measures import QUANTITIES, UNITS, expectation, judge, outcome
from .picker import FAMILIES, picker
from .project import catalog_of
from .steps import known_workload

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
        told, timed = [describe.run_title(record, script)], describe.timing(record)
        if "test_accuracy" in record.reported:
            told.append(f"{describe.percent(record.reported['test_accuracy'])} test accuracy")
        if timed:
            told.append(f"{describe.per_step(timed)[0]} per training step")
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


class ResultsDirective(Drawn):
    """```{results} cnn``` draws a row for every record of the workload."""

    required_arguments = 1

    header = (
        "Framework", "Run", "Test accuracy", "Training", "Per training step", "First epoch",
        "Peak memory", "Data", "Hardware", "Versions",
    )  # fmt: skip

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        rows = []
        for script in self.shown_scripts(workload.id):
            records = catalog_of(self.env).records(script)
            rows += [self.row(script, record) for record in records] or [self.empty(script)]
        label = f"Recorded runs of {workload.title}"
        return [table(self.header, rows, label=label, classes=("results",))]

    def empty(self, script: Script) -> list:
        name = link(script.framework.label, script.name)
        return [name, text(NOT_RUN, "not-run"), *[""] * (len(self.header) - 2)]

    def row(self, script: Script, record: Record) -> list:
        """Draw a record; every figure links to it."""
        address = record_docname(record.path, script)

        def to_record(content: str, *more: str) -> list:
            if not content:
                return [""]
            extra = [text(part, "spread") for part in more if part]
            return [link(content, address, classes=("figure",)), *extra]

        name = link(script.framework.label, script.name)
        run = to_record(describe.run_title(record, script), describe.day(record))
        data = to_record(describe.data_label(record) or "official")
        where = to_record(describe.hardware(record))
        with_what = [text(describe.versions(record, script), "versions")]
        if not record.ok:
            told = text(f"Failed: {describe.failure(record, script)}", "not-passed")
            return [name, run, tag("td", told, colspan="5"), data, where, with_what]
        reported, timed = record.reported, describe.timing(record)
        epochs = reported.get("epoch_seconds") or []
        gpu_memory = describe.memory(record.about.get("peak_gpu_memory_bytes"))
        return [
            name,
            run,
            self.accuracy(record, script, to_record),
            to_record(describe.seconds(sum(epochs)) if epochs else ""),
            to_record(*describe.per_step(timed)) if timed else [text("too short to time")],
            to_record(
                describe.seconds(epochs[0]) if epochs else "",
                f"warm-up {describe.seconds(timed.warm_up_seconds)}" if timed else "",
            ),
            to_record(
                describe.memory(record.about.get("peak_memory_bytes")),
                f"GPU {gpu_memory}" if gpu_memory else "",
            ),
            data,
            where,
            with_what,
        ]

    def accuracy(self, record: Record, script: Script, to_record) -> list:
        """Draw the test accuracy as the check that it is, never as a score."""
        told = describe.accuracy(record, script)
        if told is None:
            return [""]
        reached, expected, passed = told
        cell = to_record(reached)
        return cell if passed is None else [*cell, expectation(passed), text(expected, "spread")]


class ParityDirective(Drawn):
    """```{parity} cnn``` draws the verdict on each framework's shown record, per quantity."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        judged = [(script, *self.judged(script)) for script in self.shown_scripts(workload.id)]
        verdicts = [verdict for _, _, verdict in judged if verdict]
        names = list(dict.fromkeys(q.name for verdict in verdicts for q in verdict.quantities))
        header = ["Framework", *(QUANTITIES.get(name, name).capitalize() for name in names)]
        rows = [["Allowed", *(self.allowed(verdicts, name) for name in names)]] if names else []
        findings = []
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
            findings += [note(f"{whose}: {told}", kind="failed") for told in verdict.findings]
            findings += [note(f"{whose}: {told}", kind="data") for told in verdict.notes]
        if not names:
            header = ["Framework", "Verdict"]
        label = f"Parity of {workload.title}: largest error per quantity"
        return [table(header, rows, label=label, classes=("parity",)), *findings]

    def judged(self, script: Script):
        record = catalog_of(self.env).shown(script)
        return record, judge(record, script) if record else None

    def allowed(self, verdicts, name: str) -> list:
        """Give the tolerance, and beside it what correct frameworks were measured to differ by."""
        known = next(q for verdict in verdicts for q in verdict.quantities if q.name == name)
        spread = f"measured {describe.amount(known.spread)}" if known.spread is not None else ""
        unit = UNITS.get(name, "")
        return [
            describe.amount(known.tolerance),
            *(text(part, "spread") for part in (unit, spread) if part),
        ]

    def cell(self, quantity, address: str) -> list:
        if quantity is None:
            return [""]
        error = link(describe.amount(quantity.error), address, classes=("figure",))
        return [error, outcome(quantity.passed)]


class CoverageDirective(Drawn):
    """```{coverage}``` draws which framework has which workload, and what was run."""

    def run(self) -> list[nodes.Node]:
        catalog = catalog_of(self.env)
        project, scripts = catalog.project, self.shown_scripts()
        workloads = list(project.workloads.values())
        found = {script.name: script for script in scripts}
        rows = []
        for framework in project.frameworks.values():
            cells = [found.get(f"{workload.id}/{framework.id}") for workload in workloads]
            rows.append([framework.label, *(self.cell(script) for script in cells)])
        run = [script for script in scripts if (r := catalog.shown(script)) and r.ok]
        total = len(project.frameworks) * len(workloads)
        told = f"{len(scripts)} of {total} cells have a script, {len(run)} of them a recorded run."
        header = ["Framework", *(link(w.title, w.id) for w in workloads)]
        drawn = table(header, rows, label="Frameworks by workloads", classes=("coverage",))
        return [line(told, classes=("coverage-count",)), drawn]

    def cell(self, script: Script | None) -> list:
        if script is None:
            return [text("no script yet", "not-run")]
        record = catalog_of(self.env).shown(script)
        to_script = link("script", script.name)
        if record is None:
            return [to_script, text(f", {NOT_RUN}", "not-run")]
        told = "run" if record.ok else "failed"
        run = link(f"{told} {describe.day(record)}", record_docname(record.path, script))
        return [to_script, ", ", run]


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
                opened = link(framework.label, has[0], query=f"framework={framework.id}")
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
    "results": ResultsDirective,
    "parity": ParityDirective,
    "coverage": CoverageDirective,
    "workloads": WorkloadsDirective,
    "frameworks": FrameworksDirective,
}
