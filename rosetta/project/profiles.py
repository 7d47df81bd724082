"""Read the profiles of a workload: how long a run is, within what its kind allows."""

from dataclasses import dataclass
from pathlib import Path

from .declarations import WorkloadError, build, take
from .kinds import KINDS, OF_WORKLOADS, Kind


@dataclass(frozen=True)
class Profile:
    """How long a run is: overrides of the hyperparameters, and the time limit of a cell."""

    id: str
    title: str
    seconds: int
    overrides: dict[str, object]
    slow: bool = False  # meant for frameworks that are slow on a processor
    expected: tuple[float, float] | None = None  # what a correct program reaches, whatever the seed


def kind_named(name: object, path: Path) -> Kind:
    if isinstance(name, str) and name in OF_WORKLOADS:
        return KINDS[name]
    raise WorkloadError(
        f"{path}: kind is {name!r}; a workload is of one of these kinds: "
        f"{', '.join(map(repr, OF_WORKLOADS))}."
    )


def load_profile(name: str, table: dict, kind: Kind, hyperparameters: dict, where: str) -> Profile:
    """Return the profile; what is left of the table are overrides of the hyperparameters.

    A profile says how much is done: what it changes is among what its kind calls lengths.
    """
    table = dict(table)
    told = {key: table.pop(key) for key in ("title", "seconds", "slow") if key in table}
    expected = take(table, "expected", list, None, where)
    unknown = sorted(set(table) - set(hyperparameters))
    if unknown:
        raise WorkloadError(
            f"{where} overrides {', '.join(unknown)}, which [hyperparameters] does not have."
        )
    if other := [key for key in table if not kind.is_length(key)]:
        raise WorkloadError(
            f"{where} overrides {', '.join(other)}; a profile changes how long a run is, and in "
            f"a workload of kind {kind.id!r} that is {', '.join(kind.lengths)}."
        )
    if expected and not kind.check:
        raise WorkloadError(
            f"{where} has expected, but a workload of kind {kind.id!r} has no check."
        )
    told = {"title": name, "seconds": 3600, **told, "id": name, "overrides": table}
    return build(Profile, told | {"expected": expected and tuple(expected)}, where)
