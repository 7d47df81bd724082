"""Bring records up to date: what is stale is run, one script after another; the rest is reused.

Two runs at once would spoil each other's clock, so a lock lets one refresh at a time through.
"""

import os
import sys
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rosetta.datasets import prepare
from rosetta.project import checks
from rosetta.project.lessons import GPU
from rosetta.project.profiles import Profile
from rosetta.project.workloads import LESSONS, Project, Script, WorkloadError
from rosetta.records import records
from rosetta.records.records import Record, RecordError

from . import debian, environments, expectation, machine, runner
from .environments import EnvironmentMissing
from .lock import held
from .progress import Progress, clock

# What is said of an experiment's data: it makes its own, which is as genuine as it gets.
NO_DATA = {"source": "official", "label": "made by the experiment itself", "digest": ""}


@dataclass(frozen=True)
class Options:
    """What is asked for; None means the default."""

    frameworks: tuple[str, ...] | None = None
    workloads: tuple[str, ...] | None = None
    names: tuple[str, ...] = ()
    profile: str | None = None
    device: str | None = None
    here: bool = False
    force: bool = False
    verify: bool = False  # only the proof, into a folder that does not last
    results: Path | None = None


@dataclass
class Report:
    """What became of every selected script."""

    records: list[tuple[Script, Record]] = field(default_factory=list)
    reused: list[Script] = field(default_factory=list)
    failed: list[tuple[Script, str]] = field(default_factory=list)
    not_run: list[tuple[Script, str]] = field(default_factory=list)

    @property
    def ran(self) -> list[Script]:
        return [script for script, _ in self.records]

    def sentence(self) -> str:
        """Return one line: what ran, what was reused, what was not run and why."""
        parts = [f"{count(self.ran)} ran", f"{len(self.reused)} reused"]
        if self.failed:
            parts.append(f"{len(self.failed)} FAILED: {names(self.failed)}")
        if self.not_run:
            reasons = "; ".join(f"{script.name}: {why}" for script, why in self.not_run)
            parts.append(f"{len(self.not_run)} not run here ({reasons})")
        return ", ".join(parts)


def count(scripts: list) -> str:
    return f"{len(scripts)} script{'' if len(scripts) == 1 else 's'}"


def names(pairs: list[tuple[Script, str]]) -> str:
    return ", ".join(script.name for script, _ in pairs)


def refresh(project: Project, options: Options, progress: Progress) -> Report:
    """Run every selected script whose record is missing or stale.

    Raises WorkloadError for a selection that does not exist, DataError when data is corrupt,
    Busy when another refresh is under way, KeyboardInterrupt on Ctrl-C.
    """
    report = Report()
    scripts = select(project, options)
    if not scripts:
        return report
    device = options.device or machine.default_device()
    with alone(project.root):
        data = {"": NO_DATA}
        for dataset in dict.fromkeys(filter(None, (s.workload.dataset for s in scripts))):
            data[dataset] = prepare(dataset)
            progress.say(f"data: {data[dataset]['label']}")
        stale = []
        for script in scripts:
            profile = profile_for(script, options, device)
            environment = (
                "here"
                if options.here
                else environments.lock_name(project.root, script.framework.environment, device)
            )
            facts = data[script.workload.dataset]
            # A verification has no record, and its profile no place among the others.
            if not options.force and satisfying(
                project, script, profile, environment, device, facts
            ):
                report.reused.append(script)
                continue
            problems = checks.check(script)
            if problems:
                for problem in problems:
                    progress.say(str(problem))
                report.failed.append((script, str(problems[0])))
                continue
            try:
                python = interpreter(project.root, script, environment, device, progress)
            except EnvironmentMissing as error:
                progress.say(f"{script.name}: not run here: {error}")
                report.not_run.append((script, str(error)))
                continue
            command = f"python -m rosetta run {script.name} --profile {profile.id}"
            results = options.results or records.results_folder(project.root)
            stale.append(
                runner.Job(script, profile, device, environment, python, facts, command, results)
            )
        for workload in {job.script.workload.id: job for job in stale if job.script.proof}.values():
            expectation.ensure(workload.script.workload, workload.data, progress.say)
        for number, job in enumerate(stale, start=1):
            run_one(job, f"[{number}/{len(stale)}] ", report, progress)
    return report


def run_one(job: runner.Job, prefix: str, report: Report, progress: Progress) -> None:
    """Run one script; whatever becomes of it, the next one can be run."""
    title = f"{prefix}{job.script.name} ({job.profile.id}, {job.device})"
    try:
        with progress.running(title) as tell:
            outcome = runner.run(job, tell)
    except RecordError as error:
        progress.say(str(error))
        report.failed.append((job.script, str(error)))
        return
    if outcome.failure:
        message = outcome.failure.describe(job.script)
        progress.say(message)
        report.failed.append((job.script, message))
        return
    report.records.append((job.script, outcome.record))
    about = outcome.record.about
    lasts = job.results == records.results_folder(job.script.root)
    kept = shown(outcome.record.path) if lasts else ""
    progress.say(f"{title}  ok in {clock(about['seconds'])}{kept and ': '}{kept}")


def shown(path: Path) -> str:
    """Return the path as it is typed from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def select(project: Project, options: Options) -> list[Script]:
    """Return the scripts that are asked for; the core frameworks when nothing is said.

    The experiments of the lessons count as a workload. They prove no translation: there is nothing
    to verify in them.
    """
    if options.names:
        return [project.script(name) for name in options.names]
    known = project.frameworks
    if options.frameworks is None:
        frameworks = {name for name, framework in known.items() if framework.core}
    elif options.frameworks == ("all",):
        frameworks = set(known)
    elif options.frameworks == ("none",):
        frameworks = set()
    else:
        frameworks = set(options.frameworks)
    selectable = [*project.workloads, *([] if options.verify else [LESSONS])]
    workloads = set(options.workloads or selectable)
    for asked, there, kind in (
        (frameworks, known, "framework"),
        (workloads, selectable, "workload"),
    ):
        unknown = sorted(asked - set(there))
        if unknown:
            raise WorkloadError(
                f"no {kind} is called {', '.join(unknown)}; there are: {', '.join(there)}."
            )
    return [
        script
        for script in (project.scripts if options.verify else project.programs)
        if script.framework.id in frameworks and script.workload.id in workloads
    ]


def profile_for(script: Script, options: Options, device: str) -> Profile:
    """Return the profile: the one asked for, else full where there is a GPU and short elsewhere.

    A framework that is slow on a processor gets the profile for such, unless it is asked for by
    name: whoever builds everything shall not wait a day for it.
    """
    workload, profiles = script.workload, script.workload.profiles
    if options.verify:
        if workload.verification is None:
            raise WorkloadError(f"{workload.path / 'workload.toml'}: there is no [verification].")
        return workload.verification
    if script.lesson:
        return next(iter(profiles.values()))
    if options.profile and options.profile not in profiles:
        raise WorkloadError(
            f"{workload.id} has no profile {options.profile!r}; it has {', '.join(profiles)}."
        )
    brief = [profile for profile in profiles.values() if profile.slow]
    usual = [profile for profile in profiles.values() if not profile.slow]
    named = options.profile and options.names
    if brief and script.framework.slow and device == "cpu" and not named:
        return brief[0]
    if options.profile:
        return profiles[options.profile]
    return usual[-1 if device == "cuda" else 0]


def satisfying(
    project: Project,
    script: Script,
    profile: Profile,
    environment: str,
    device: str,
    data: dict,
) -> Record | None:
    """Return a record of this machine that the asked run could not improve on.

    That is a good run of the current code, on the same data, with the same or a longer profile.
    """
    lengths = list(script.workload.profiles)
    slugs = {machine.describe(name)["slug"] for name in {device, "cpu"}}
    for record in records.records_of(project, script):
        if (
            record.sound
            and record.machine in slugs
            and record.about.get("environment") == environment
            and record.about["data"].get("digest") == data["digest"]
            and lengths.index(record.profile) >= lengths.index(profile.id)
            and records.is_current(record, script)
        ):
            return record
    return None


def interpreter(
    root: Path, script: Script, environment: str, device: str, progress: Progress
) -> Path:
    """Return the Python that runs the script: its environment's, or this one with `--here`."""
    if script.lesson and script.lesson.needs == GPU and device == "cpu":
        raise EnvironmentMissing(f"the experiment needs {script.lesson.needs}")
    debian.ensure(script.framework.debian, progress.say)
    environments.require(script.language)
    if environment != "here":
        return environments.ensure(root, environment, progress.say).python
    for package in script.framework.packages:
        if not any(map(installed, package.split("|"))):
            either = " or ".join(package.split("|"))
            raise EnvironmentMissing(f"{either} is not installed in {sys.executable}")
    return Path(sys.executable)


def installed(package: str) -> bool:
    """Say whether this interpreter has the package."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def alone(root: Path):
    """Hold the repository's run lock; raises Busy."""
    return held(root / ".environments/running.lock", "run", "spoil each other's clock")
