"""The directives of the pages that say why to believe the others."""

from docutils import nodes

from rosetta.project import numbers
from rosetta.project.kinds.base import capitalized
from rosetta.proof import planted, quantities
from rosetta.records import seeds
from rosetta.proof.planted import UNTOUCHED, Fault
from rosetta.records.provenance import origin, trust
from rosetta.project.workloads import Script, Workload, WorkloadError
from rosetta.site.base.catalog import record_docname
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import line, link, note, table, tag, text
from rosetta.site.pages.measures import QUANTITIES, UNITS
from rosetta.site.pages.pages import facts, terms
from rosetta.site.base.project import catalog_of
from rosetta.site.tabs.steps import known_workload
from .tables import Drawn


class TolerancesDirective(Drawn):
    """```{tolerances} cnn``` lists what is compared, what is allowed, and what was measured."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        uses(self.env, "registered")
        rows = []
        for name, told in workload.tolerances.items():
            tolerance, spread = quantities.allowed(workload, name)
            measured = numbers.amount(spread) if spread is not None else "-"
            times = f"{tolerance / spread:.0f} times" if spread else "-"
            what, unit = QUANTITIES.get(name, name), UNITS.get(name, "absolute")
            grows = f", times {told['growth']} with each training step" if "growth" in told else ""
            figures = (
                text(figure, "unmoved")
                for figure in (numbers.amount(tolerance) + grows, measured, times)
            )
            rows.append([what.capitalize(), unit, *figures])
        header = ["Quantity", "Unit", "Allowed", "Largest error of correct programs", "Apart"]
        return [table(header, rows, label=f"Tolerances of {workload.title}", classes=("proof",))]


class PlantedDirective(Drawn):
    """```{planted} cnn``` draws what each planted fault moved, as the tests saw it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        uses(self.env, "registered", "lessons", f"planted {workload.id}")
        path = planted.planted_path(catalog_of(self.env).project.root, workload.id)
        faults = self.loaded(planted.load, path)
        if not faults:
            return [note("The tests have planted no fault in this workload yet.", kind="missing")]
        names = [name for name in workload.tolerances if any(f.range(name) for f in faults)]
        header = ["Planted", "In", *(QUANTITIES.get(name, name).capitalize() for name in names)]
        rows = [self.row(fault, names, workload) for fault in faults]
        label = f"What planted faults moved in {workload.title}"
        return [table(header, rows, label=label, classes=("proof", "planted")), self.said(faults)]

    def row(self, fault: Fault, names: list[str], workload: Workload) -> list:
        title = "nothing" if fault.name == UNTOUCHED else fault.name
        lesson = catalog_of(self.env).lesson_of_fault(workload, fault.name)
        if lesson:
            title = link(title, lesson.docname)
        cells = [self.cell(fault, name, quantities.allowed(workload, name)[0]) for name in names]
        return [title, self.labels(fault), *cells]

    def labels(self, fault: Fault) -> nodes.Node:
        """Say in how many frameworks, whose names a pointer finds and a reader hears."""
        labels = [self.label(framework) for framework in fault.errors]
        return tag("abbr", str(len(labels)), title=", ".join(labels))

    def label(self, framework: str) -> str:
        known = catalog_of(self.env).project.frameworks.get(framework)
        return known.label if known else framework

    def cell(self, fault: Fault, name: str, tolerance: float) -> list:
        """Give the errors over all frameworks if some was not allowed, else the largest."""
        found = fault.range(name)
        if found is None:
            return [""]
        if found[1] <= tolerance:
            found = found[1:]
        amounts = [
            text(amount, "moved" if error > tolerance else "unmoved")
            for amount, error in {numbers.amount(error): error for error in found}.items()
        ]
        return [amounts[0], *(part for more in amounts[1:] for part in (" to ", more))]

    def said(self, faults: list[Fault]) -> nodes.Node:
        """Fold away what the proof said of each fault, in the words of one framework's run."""
        entries = []
        for fault in faults:
            if fault.said:
                framework, words = next(iter(fault.said.items()))
                entries += [
                    tag("dt", f"{fault.name}, in {self.label(framework)}"),
                    tag("dd", numbers.typeset(words)),
                ]
        title = tag("summary", "What the proof said of each")
        return tag("details", title, tag("dl", *entries, classes=("said",)), classes=("folded",))


class SeedsDirective(Drawn):
    """```{seeds} cnn epoch``` draws how far the seed alone moves what a program reaches."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        name, profile = self.arguments
        workload, catalog = known_workload(self, name), catalog_of(self.env)
        if profile not in workload.profiles:
            known = ", ".join(workload.profiles)
            raise self.error(f"{name} has no profile {profile!r}; there are: {known}.")
        uses(self.env, f"seeds {workload.id}")
        runs = self.loaded(seeds.load, seeds.seeds_path(catalog.project.root, workload.id))
        found = seeds.by_program(
            (run for run in runs if run.data["source"] != "synthetic"), profile
        )
        drawn = [s for s in self.shown_scripts(workload.id) if s.framework.id in found]
        if not drawn or not workload.kind.check:
            return [note("No program has been run with several seeds yet.", kind="missing")]
        rows = [self.row(script, found[script.framework.id], profile) for script in drawn]
        header = ["Framework", "Its record", "With other seeds", "Their mean", "Lowest to highest"]
        title = workload.profiles[profile].title
        label = f"{capitalized(workload.kind.check.titles)} of {workload.title} after {title}, by seed"
        told = self.summary([found[script.framework.id] for script in drawn], title)
        return [line(told), table(header, rows, label=label, classes=("proof", "seeds"))]

    def row(self, script: Script, reached: seeds.Reached, profile: str) -> list:
        name = [link(script.framework.label, script.name)]
        if not all(run.is_current(script) for run in reached.runs):
            name += [" ", text("older code", "unmoved")]
        told = [
            script.workload.kind.checked(record.reported)
            for record in catalog_of(self.env).records(script)
            if record.sound and record.source != "synthetic" and record.profile == profile
        ]
        *before, last = map(numbers.percent, reached.values)
        others = [part for a in before for part in (whole(f"{a},"), " ")] + [whole(last)]
        own = whole(numbers.percent(told[0])) if told else "not run"
        mean, width = whole(numbers.percent(reached.mean)), whole(numbers.points(reached.width))
        return [name, own, others, mean, width]

    def summary(self, found: list[seeds.Reached], title: str) -> str:
        """Hold what the seed does against how far the programs' means lie apart."""
        means = [reached.mean for reached in found]
        widest = max(reached.width for reached in found)
        runs = sum(len(reached.runs) for reached in found)
        return (
            f"{runs} runs of {len(found)} programs, {title} each: with nothing changed but the "
            f"seed, one and the same program moves by up to {numbers.points(widest)}; the means of "
            f"the programs lie within {numbers.points(max(means) - min(means))} of each other."
        )


def whole(figure: str) -> nodes.inline:
    """Keep a figure and its unit on one line."""
    return text(figure, "whole")


class ProvenanceDirective(Drawn):
    """```{provenance} cnn/pytorch``` lists what a script's shown record says of its run."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        catalog = catalog_of(self.env)
        try:
            script = catalog.project.script(self.arguments[0])
        except WorkloadError as error:
            raise self.error(str(error)) from None
        uses(self.env, "registered", f"script {script.name}")
        record = catalog.shown(script)
        if record is None:
            return [note(f"No record of {script.name} exists yet.", kind="missing")]
        whole = link("the whole record", record_docname(record.path, script))
        drawn = facts(terms([*trust(record, script), *origin(record, script)]))
        return [drawn, line(f"{script.framework.label}: ", whole, ".")]


DIRECTIVES = {
    "tolerances": TolerancesDirective,
    "planted": PlantedDirective,
    "seeds": SeedsDirective,
    "provenance": ProvenanceDirective,
}
