"""Read and write how far chance moves a workload's check: results/seeds/<workload>.json.

benchmarks/seeds.py measures it: whole runs of scripts whose only change is the seed, so that two
accuracies, say, can be held against what the seed alone does.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rosetta.project.declarations import WorkloadError, build, read_json
from rosetta.project.files import not_written, write_whole
from rosetta.project.workloads import Script

from .records import Record, current_key


@dataclass(frozen=True)
class Run:
    """One run with a seed of its own: what it came to, and on what it rests."""

    framework: str
    profile: str
    seed: int
    check: float  # the value of what the workload's kind checks: a test accuracy
    started: str
    machine: str
    environment: str
    data: dict  # where the data came from, and its digest
    versions: dict
    commit: str | None
    key: str  # the key that a record of the script has, whatever the seed

    def is_current(self, script: Script) -> bool:
        """Tell whether the script, its environment and what it is given are still the same."""
        return self.key == current_key(asdict(self), script)


def run_of(record: Record, script: Script, seed: int) -> Run:
    """Return what is kept of a record that was run with a seed.

    Raises WorkloadError when its script does not report what its kind of workload checks.
    """
    about, kind = record.about, script.workload.kind
    value = kind.checked(record.reported)
    if value is None:
        expected = kind.check.key if kind.check else "nothing that chance could move"
        raise WorkloadError(f"{about['script']}: its last cell reports no {expected}.")
    names = ("framework", "profile", "started", "environment", "versions", "commit", "key")
    return Run(
        **{name: about[name] for name in names},
        seed=seed,
        check=value,
        machine=record.machine,
        data={name: about["data"][name] for name in ("source", "digest")},
    )


def seeds_path(root: Path, workload: str) -> Path:
    return root / "results" / "seeds" / f"{workload}.json"


def load(path: Path) -> list[Run]:
    """Return the runs of a file; none if nothing was written.

    Raises WorkloadError when the file cannot be read.
    """
    if not path.exists():
        return []
    content = read_json(path)
    if not (isinstance(content, list) and all(isinstance(item, Mapping) for item in content)):
        raise WorkloadError(f"{path}: expected a list of runs, as benchmarks/seeds.py writes it.")
    return [run_from(item, f"{path}: run {place}") for place, item in enumerate(content, 1)]


def run_from(item: Mapping, where: str) -> Run:
    run = build(Run, dict(item), where)
    if not run.data.keys() >= {"source", "digest"}:
        raise WorkloadError(f"{where}: expected data with its source and digest.")
    return run


def write(path: Path, runs: Iterable[Run]) -> None:
    """Write the runs in order, whole: a reader sees the old file or the new one.

    Raises WorkloadError when the disk is full or the folder not writable; the old file is kept.
    """
    ordered = sorted(runs, key=lambda run: (run.framework, run.profile, run.seed))
    text = json.dumps([asdict(run) for run in ordered], indent=1)
    try:
        write_whole(path, f"{text}\n")
    except OSError as error:
        raise WorkloadError(not_written(path, error)) from error


@dataclass(frozen=True)
class Reached:
    """What one program's check comes to with different seeds."""

    runs: tuple[Run, ...]

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(run.check for run in self.runs)

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.runs)

    @property
    def width(self) -> float:
        return max(self.values) - min(self.values)


def by_program(runs: Iterable[Run], profile: str) -> dict[str, Reached]:
    """Group the runs of a profile by framework."""
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.profile == profile:
            found.setdefault(run.framework, []).append(run)
    return {framework: Reached(tuple(own)) for framework, own in found.items()}
