"""Read what is in the repository: frameworks, workloads and their scripts, as frozen dataclasses.

Dropping `<framework>_<workload>.py` (or .R, .jl) into `scripts/<workload>/` registers a tab, and
`<framework>_<lesson>.py` into `scripts/lessons/` an experiment.
A script is in jupytext's percent format; a cell with a title opens the step of that name.
"""

import difflib
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .cells import Cell, Unreadable, read_text
from .declarations import WorkloadError, build, demand, read_toml, take
from .kinds import EXPERIMENT, Kind
from .languages import BY_EXTENSION, LANGUAGES, Language
from .lessons import Lesson, load_lessons
from .network import Layer, NetworkError, layers_of
from .parsed import cells_of
from .profiles import Profile, ProvenRun, kind_named, load_profile, load_proof

LESSONS = "lessons"  # the workload of all experiments, which are no translations of each other
SCRIPT_NAMES = f"<workload>/<framework>, or {LESSONS}/<lesson>/<framework>"
EXPERIMENT_SECONDS = 600


@dataclass(frozen=True)
class Framework:
    """One table of frameworks.toml."""

    id: str
    label: str
    language: str
    family: str
    environment: str
    packages: tuple[str, ...]
    home: str
    docs: str
    core: bool = False
    slow: bool = False  # on a processor: it then runs the profile that is meant for such
    debian: tuple[str, ...] = ()  # packages of the system that it needs at run time
    variables: dict[str, str] = field(default_factory=dict)
    last_release: str | None = None
    successor: str | None = None


@dataclass(frozen=True)
class Step:
    """A step of a workload: every tab has it, under the same title."""

    id: str
    title: str


@dataclass(frozen=True)
class Workload:
    """One folder of scripts/ with its workload.toml."""

    id: str
    path: Path
    kind: Kind
    title: str
    summary: str
    dataset: str
    steps: tuple[Step, ...]
    hyperparameters: dict[str, object]
    profiles: dict[str, Profile]
    verification: Profile | None  # no training, the parity steps alone; no record is kept of it
    tolerances: dict[str, dict]
    checks: dict[str, object]
    network: tuple[Layer, ...] = ()
    proof: ProvenRun | None = None


@dataclass(frozen=True)
class Script:
    """One framework's program for one workload, or for the experiment of one lesson.

    One whose file is no script has a `fault` and no cells; it is registered all the same.
    """

    path: Path
    root: Path
    text: str
    workload: Workload
    framework: Framework
    cells: tuple[Cell, ...]
    lesson: Lesson | None = None
    fault: Unreadable | None = None

    @cached_property
    def name(self) -> str:
        """Return `<workload>/<framework>`, which is also the address of its page.

        An experiment's is `lessons/<lesson>/<framework>`.
        """
        parts = (self.workload.id, self.lesson and self.lesson.id, self.framework.id)
        return "/".join(filter(None, parts))

    @property
    def language(self) -> Language:
        return LANGUAGES[self.framework.language]

    @property
    def relative(self) -> str:
        return self.path.relative_to(self.root).as_posix()

    @property
    def complaint(self) -> str:
        """Return `script:line: what is wrong` of a file that is no script, else nothing."""
        return f"{self.relative}:{self.fault.line}: {self.fault.text}" if self.fault else ""

    @cached_property
    def code_cells(self) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @cached_property
    def assigned(self) -> dict[str, tuple[int, object]]:
        """Return what the tagged cell assigns: name -> (line within the cell, value)."""
        tagged = [cell for cell in self.code_cells if "parameters" in cell.tags]
        return self.language.assignments(tagged[0].source) if tagged else {}

    @property
    def proof(self) -> ProvenRun | None:
        """Return how this script's run is proven; None if it lacks what that takes."""
        proof = self.workload.proof
        return proof if proof and set(proof.hyperparameters) & set(self.assigned) else None

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the steps in the order in which the script opens them."""
        return tuple(dict.fromkeys(cell.step for cell in self.cells if cell.step))

    def cells_of(self, step: str) -> tuple[Cell, ...]:
        return tuple(cell for cell in self.cells if cell.step == step)

    def code_lines(self) -> dict[int, str]:
        """Return the lines that have an anchor on the script's page, by line number."""
        return {
            cell.line + offset: line
            for cell in self.code_cells
            for offset, line in enumerate(cell.lines)
        }


@dataclass(frozen=True)
class Project:
    """Everything that is registered, in the order in which the site shows it."""

    root: Path
    frameworks: dict[str, Framework]
    workloads: dict[str, Workload]
    scripts: tuple[Script, ...]
    lessons: dict[str, Lesson] = field(default_factory=dict)
    experiments: tuple[Script, ...] = ()

    @property
    def programs(self) -> tuple[Script, ...]:
        """Return all that can be run: the workloads' scripts, then the lessons' experiments."""
        return (*self.scripts, *self.experiments)

    @cached_property
    def by_name(self) -> dict[str, Script]:
        return {script.name: script for script in self.programs}

    def script(self, name: str) -> Script:
        """Return the script or the experiment of this name.

        Raises WorkloadError with the names that were perhaps meant.
        """
        found = self.by_name
        if name in found:
            return found[name]
        for folder in (name, name.rpartition("/")[0]):
            if inside := [known for known in found if known.rpartition("/")[0] == folder]:
                raise WorkloadError(
                    f"no script is called {name!r}; there are: {', '.join(inside)}."
                )
        near = ", ".join(difflib.get_close_matches(name, found, 5, 0.5))
        told = f"close to it: {near}" if near else f"a name is {SCRIPT_NAMES}"
        raise WorkloadError(f"no script is called {name!r}; {told}.")

    def scripts_of(self, workload: str) -> tuple[Script, ...]:
        return tuple(script for script in self.scripts if script.workload.id == workload)

    def experiments_of(self, lesson: str) -> tuple[Script, ...]:
        return tuple(script for script in self.experiments if script.lesson.id == lesson)


def load_project(root: Path) -> Project:
    """Read frameworks.toml, every workload below `root`/scripts, and the lessons.

    Raises WorkloadError when a file is missing, cannot be read, or names what does not exist.
    """
    root = Path(root).resolve()
    frameworks = load_frameworks(root / "frameworks.toml")
    workloads, scripts = {}, []
    for path in sorted(folder / "workload.toml" for folder in (root / "scripts").glob("*")):
        if not os.path.lexists(path):  # a link that leads nowhere is complained of
            continue
        workload = load_workload(path)
        workloads[workload.id] = workload
        scripts += load_scripts(root, workload, frameworks)
    lessons = load_lessons(root)
    experiments = tuple(load_experiments(root, lessons, frameworks))
    return Project(root, frameworks, workloads, tuple(scripts), lessons, experiments)


def load_frameworks(path: Path) -> dict[str, Framework]:
    """Return the registered frameworks in the order of their tabs: the retired ones come last."""
    frameworks = {}
    for name, table in read_toml(path).items():
        where = f"{path}: [{name}]"
        demand(table, dict, where)
        table = {"id": name, "environment": name, **table}
        for key in ("packages", "debian"):
            table[key] = tuple(take(table, key, list[str], [], where))
        frameworks[name] = build(Framework, table, where)
        if frameworks[name].language not in LANGUAGES:
            raise WorkloadError(
                f"{path}: [{name}] has language {frameworks[name].language!r}; "
                f"known: {', '.join(LANGUAGES)}."
            )
        if frameworks[name].family not in ("current", "retired"):
            raise WorkloadError(
                f"{path}: [{name}] has family {frameworks[name].family!r}; "
                "it is either 'current' or 'retired'."
            )
    for name, framework in frameworks.items():
        if framework.successor and framework.successor not in frameworks:
            raise WorkloadError(
                f"{path}: [{name}] has successor {framework.successor!r}, which is no framework "
                f"here; there are: {', '.join(frameworks)}."
            )
    return dict(sorted(frameworks.items(), key=lambda item: item[1].family == "retired"))


def load_workload(path: Path) -> Workload:
    table = read_toml(path)
    named = take(table, "steps", list[dict], [], str(path))
    steps = tuple(build(Step, step, f"{path}: [[steps]]") for step in named)
    if not steps:
        raise WorkloadError(f"{path}: there is no [[steps]]; a workload has at least one step.")
    ids = [step.id for step in steps]
    for name in ids:
        if ids.count(name) > 1:
            raise WorkloadError(f"{path}: [[steps]]: two are called {name!r}; rename one.")
    kind = kind_named(table.pop("kind", None), path)
    hyperparameters = take(table, "hyperparameters", dict, {}, str(path))
    profiles = {
        name: load_profile(name, overrides, kind, hyperparameters, f"{path}: [profiles.{name}]")
        for name, overrides in take(table, "profiles", dict[str, dict], {}, str(path)).items()
    }
    verification = take(table, "verification", dict, None, str(path))
    if verification:
        where = f"{path}: [verification]"
        verification = load_profile("verification", verification, kind, hyperparameters, where)
    told = take(table, "proof", dict, None, str(path))
    workload = build(
        Workload,
        {
            "id": path.parent.name,
            "path": path.parent,
            "kind": kind,
            "steps": steps,
            "hyperparameters": hyperparameters,
            "profiles": profiles,
            "verification": verification,
            "tolerances": take(table, "tolerances", dict[str, dict], {}, str(path)),
            "checks": take(table, "checks", dict, {}, str(path)),
            "network": load_network(path, take(table, "network", dict, None, str(path))),
            "proof": load_proof(told, hyperparameters, f"{path}: [proof]"),
            **table,
        },
        str(path),
    )
    if all(profile.slow for profile in profiles.values()):
        raise WorkloadError(
            f"{path}: there is no [profiles.short] or the like; a workload has at least one "
            "profile that is not `slow`."
        )
    return workload


def load_network(path: Path, description: dict | None) -> tuple[Layer, ...]:
    """Return the layers of the workload's network; a workload need not describe one."""
    if description is None:
        return ()
    for name, kind in (("input", list[int]), ("layers", list[dict])):
        demand(description.get(name, []), kind, f"{path}: [network]: {name}")
    try:
        return tuple(layers_of(description))
    except NetworkError as error:
        raise WorkloadError(f"{path}: {error}") from None


def load_scripts(root: Path, workload: Workload, frameworks: dict[str, Framework]) -> list[Script]:
    """Return the workload's scripts in the order of frameworks.toml."""
    by_stem = {f"{framework}_{workload.id}": framework for framework in frameworks}
    scripts = []
    for path in workload.path.glob(f"*_{workload.id}.*"):
        if path.suffix not in BY_EXTENSION:
            continue
        if path.stem not in by_stem:
            raise WorkloadError(
                f"{path}: frameworks.toml has no table "
                f"[{path.stem.removesuffix('_' + workload.id)}]; add one, or rename the file to "
                f"<framework>_{workload.id}{path.suffix}."
            )
        scripts.append(load_script(path, root, workload, frameworks[by_stem[path.stem]]))
    order = list(frameworks)
    return sorted(scripts, key=lambda script: order.index(script.framework.id))


def load_experiments(
    root: Path, lessons: dict[str, Lesson], frameworks: dict[str, Framework]
) -> list[Script]:
    """Return the experiments, `<framework>_<lesson>.py`, in the order of lessons and frameworks."""
    by_stem = {
        f"{framework}_{lesson.replace('-', '_')}": (lesson, framework)
        for lesson in lessons
        for framework in frameworks
    }
    scripts = []
    for path in (root / "scripts" / LESSONS).glob("*.*"):
        if path.suffix not in BY_EXTENSION:
            continue
        if path.stem not in by_stem:
            raise WorkloadError(
                f"{path}: an experiment is called <framework>_<lesson>{path.suffix}, but there is "
                "no such lesson in docs/lessons, or no such framework in frameworks.toml."
            )
        lesson, framework = by_stem[path.stem]
        if lessons[lesson].expect is None:
            raise WorkloadError(
                f"{lessons[lesson].path}: there is an experiment, {path.name}, but the lesson does "
                "not say what it compares: quantity, with, without and expect."
            )
        workload = experiment_of(lessons[lesson], path.parent)
        scripts.append(load_script(path, root, workload, frameworks[framework], lessons[lesson]))
    order = list(by_stem)
    return sorted(scripts, key=lambda script: order.index(script.path.stem))


def experiment_of(lesson: Lesson, path: Path) -> Workload:
    """Return what an experiment is to the runner: a workload of three steps that needs no data."""
    steps = (
        Step("setup", "Set-up"),
        Step("experiment", "The experiment"),
        Step("results", "What was measured"),
    )
    profile = Profile(EXPERIMENT.id, EXPERIMENT.id, EXPERIMENT_SECONDS, {})
    return Workload(
        id=LESSONS,
        path=path,
        kind=EXPERIMENT,
        title=lesson.title,
        summary=lesson.claim,
        dataset="",
        steps=steps,
        hyperparameters={},
        profiles={EXPERIMENT.id: profile},
        verification=None,
        tolerances={},
        checks={},
    )


def load_script(
    path: Path, root: Path, workload: Workload, framework: Framework, lesson: Lesson | None = None
) -> Script:
    language = LANGUAGES[framework.language]
    if path.suffix != language.extension:
        raise WorkloadError(
            f"{path}: frameworks.toml says that [{framework.id}] is written in "
            f"{language.label}; rename the file to {path.stem}{language.extension}."
        )
    text, cells, fault = "", (), None
    try:
        text = read_text(path)
        cells = cells_of(text, path)
    except Unreadable as error:  # one file's fault, which must not be that of all commands
        fault = error
    return Script(path, root, text, workload, framework, cells, lesson, fault)
