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


@dataclass(frozen=True)
class ProvenRun:
    """How a script's run is proven: the same cells once more, short, from the reference's weights.

    `hyperparameters` are those that a script has besides the workload's if its run can be proven;
    the profile overrides them, too. `without` are the steps that are left out.
    """

    hyperparameters: dict[str, object]
    profile: Profile
    without: tuple[str, ...]


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
    made = overriding(name, table, hyperparameters, where)
    if other := [key for key in made.overrides if not kind.is_length(key)]:
        raise WorkloadError(
            f"{where} overrides {', '.join(other)}; a profile changes how long a run is, and in "
            f"a workload of kind {kind.id!r} that is {', '.join(kind.lengths)}."
        )
    if made.expected and not kind.check:
        raise WorkloadError(
            f"{where} has expected, but a workload of kind {kind.id!r} has no check."
        )
    return made


def overriding(name: str, table: dict, hyperparameters: dict, where: str) -> Profile:
    """Return what is written over the hyperparameters, of which there must be those."""
    table = dict(table)
    told = {key: table.pop(key) for key in ("title", "seconds", "slow") if key in table}
    expected = take(table, "expected", list, None, where)
    unknown = sorted(set(table) - set(hyperparameters))
    if unknown:
        raise WorkloadError(
            f"{where} overrides {', '.join(unknown)}, which [hyperparameters] does not have."
        )
    told = {"title": name, "seconds": 3600, **told, "id": name, "overrides": table}
    return build(Profile, told | {"expected": expected and tuple(expected)}, where)


def load_proof(table: dict | None, hyperparameters: dict, where: str) -> ProvenRun | None:
    """Return how runs are proven, or None; what is left of the table is written over them.

    It is no profile of a kind: it also says where the weights come from, and which rate it takes.
    """
    if table is None:
        return None
    own = take(table, "hyperparameters", dict, {}, where)
    without = tuple(take(table, "without", list[str], [], where))
    profile = overriding("proof", table, hyperparameters | own, where)
    return ProvenRun(own, profile, without)
