"""Say what there is of every workload in every framework: run, stale, not run, not possible.

Pure. A framework that cannot express a workload says why in scripts/<workload>/cannot.toml, one
line a framework; everything else follows from which scripts and records there are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rosetta.project.declarations import WorkloadError, read_toml
from rosetta.project.workloads import Framework, Project, Script, Workload

from .records import Record, is_current

# In the order in which a reader wants them.
STATES = {
    "gpu": "executed on GPU",
    "cpu": "executed on CPU",
    "stale": "recorded, but stale",
    "edited": "recorded, but edited by hand",
    "failed": "failed",
    "missing": "not run yet",
    "unwritten": "no script yet",
    "impossible": "cannot be expressed",
}


@dataclass(frozen=True)
class Cell:
    """One workload in one framework: its state, and the record that it rests on, or the reason."""

    workload: Workload
    framework: Framework
    state: str
    script: Script | None = None
    record: Record | None = None
    reason: str = ""


def cells(project: Project, records_of: Callable[[Script], list[Record]]) -> Iterator[Cell]:
    """Yield every cell of the matrix, framework by framework.

    Raises WorkloadError when a cannot.toml names no framework, or one that has a script after all.
    """
    scripts = {(script.workload.id, script.framework.id): script for script in project.scripts}
    reasons = {name: inexpressible(project, name) for name in project.workloads}
    for framework in project.frameworks.values():
        for workload in project.workloads.values():
            script = scripts.get((workload.id, framework.id))
            reason = reasons[workload.id].get(framework.id, "")
            if script:
                state, record = state_of(script, records_of(script))
                yield Cell(workload, framework, state, script, record)
            else:
                state = "impossible" if reason else "unwritten"
                yield Cell(workload, framework, state, reason=reason)


def state_of(script: Script, records: list[Record]) -> tuple[str, Record | None]:
    """Return a script's state and the record that shows it; records come best first."""
    valid = [one for one in records if one.sound and is_current(one, script)]
    if valid:
        record = next((one for one in valid if one.device != "cpu"), valid[0])
        return ("cpu" if record.device == "cpu" else "gpu"), record
    ended_well = [one for one in records if one.ok]
    if ended_well:
        record = next((one for one in ended_well if one.genuine), ended_well[0])
        return ("stale" if record.genuine else "edited"), record
    return ("failed", records[0]) if records else ("missing", None)


def inexpressible(project: Project, workload: str) -> dict[str, str]:
    """Return why each framework that cannot express a workload cannot: framework -> reason."""
    path = reasons_path(project.workloads[workload])
    if not path.exists():
        return {}
    reasons = read_toml(path)
    for name, reason in reasons.items():
        if name not in project.frameworks:
            raise WorkloadError(f"{path}: {name} is no framework of frameworks.toml.")
        if not isinstance(reason, str) or not reason.strip():
            raise WorkloadError(f"{path}: {name} is {reason!r}; expected the reason in words.")
        for script in project.scripts_of(workload):
            if script.framework.id == name:
                raise WorkloadError(f"{path}: {name} has a script, {script.relative}; remove one.")
    return reasons


def reasons_path(workload: Workload):
    return workload.path / "cannot.toml"
