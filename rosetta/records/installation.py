"""Judge whether an installation is as fast as it should be: a short run, held against records.

Pure: the run is made by rosetta.cli.installation. It is judged by runs of the same script on the
same hardware. Where there are none it is not judged, and the nearest record is named all the same.
"""

from dataclasses import dataclass

from rosetta.project.kinds.base import Fact, capitalized
from rosetta.project.workloads import Script

from . import describe
from .comparison import share
from .provenance import proof
from .records import Record, is_current

# Two runs on one quiet machine differ by more than the blocks within each of them do.
MARGIN = 0.1


@dataclass(frozen=True)
class Assessment:
    """What was found, in the order in which one looks for a cause, and the verdict in words.

    `fast` is None where it cannot be told; `beside` is the record that was compared with.
    """

    facts: tuple[Fact, ...]
    fast: bool | None
    verdict: str
    beside: Record | None

    @property
    def passed(self) -> bool:
        return bool(self.fast) and all(fact.passed is not False for fact in self.facts)


def assess(mine: Record, script: Script, known: list[Record], gpu: str = "") -> Assessment:
    """Hold a run against the records of its script; `gpu` names the one that this machine has.

    Of the records, those count that ended well, were not edited, and can be timed.
    """
    timed = [record for record in known if record.sound and describe.timing(record, script)]
    near = sorted(timed, key=lambda record: nearness(mine, record, script), reverse=True)
    if not near:
        facts = [processing(mine, None, gpu), quiet(mine, False), proof(mine, script)]
        told = f"{script.name} has no record that could be compared with."
        return Assessment(tuple(facts), None, told, None)
    best = near[0]
    peers = [record for record in near if same_hardware(mine, record)]
    peers = [record for record in peers if is_current(record, script)] or peers
    fast, verdict = judge(mine, script, peers) if peers else (None, incomparable(mine, best))
    slower = fast is False
    facts = (
        hardware(mine, best),
        processing(mine, best, gpu),
        versions(mine, best, script, slower),
        threads(mine, best, slower),
        precision(mine, best),
        code(best, script),
        quiet(mine, slower),
        proof(mine, script),
        speed(mine, best, script, fast),
    )
    return Assessment(facts, fast, verdict, best)


def same_hardware(mine: Record, record: Record) -> bool:
    """Tell whether times can be compared: the same GPU, or a processor of the same kind and size.

    Sizes of memory count as the same within a tenth: systems keep unequal parts for themselves.
    Where a record does not tell a fact (older ones have no microarchitecture), the others decide.
    """
    ours, theirs = machines(mine, record)
    if mine.device != record.device:
        return False
    gpu = mine.device != "cpu"
    names = ("gpu",) if gpu else ("processor", "architecture", "microarchitecture", "cores")
    memory = "gpu_memory_bytes" if gpu else "memory_bytes"
    here, there = ours.get(memory), theirs.get(memory)
    if here and there and abs(here - there) > 0.1 * max(here, there):
        return False
    required = names if gpu else ("processor", "cores")
    return all(
        ours.get(name) == theirs.get(name)
        for name in names
        if name in required or (name in ours and name in theirs)
    )


def nearness(mine: Record, record: Record, script: Script) -> tuple:
    """Order records: comparable ones first, then what is likest, longest and newest."""
    ours, theirs = machines(mine, record)
    return (
        same_hardware(mine, record),
        mine.device == record.device,
        ours.get("processor") == theirs.get("processor"),
        is_current(record, script),
        describe.timing(record, script).blocks,
        record.about["started"],
    )


def machines(*records: Record) -> list[dict]:
    return [record.about.get("machine", {}) for record in records]


# ---- The verdict ----------------------------------------------------------------------------


def judge(mine: Record, script: Script, peers: list[Record]) -> tuple[bool | None, str]:
    """Say whether a run is as fast as records of the same hardware.

    It is slower only if its lower quartile is above all of their upper ones, by MARGIN.
    """
    ours, *theirs = (describe.timing(record, script) for record in (mine, *peers))
    if ours is None:
        return None, "This run was too short to be timed."
    limit = (1 + MARGIN) * max(timing.high for timing in theirs)
    if ours.low > limit:
        ratio = ours.middle / max(timing.middle for timing in theirs)
        return False, f"SLOWER than it should be: {share(ratio)} {script.workload.kind.speed.per}."
    if ours.high < min(timing.low for timing in theirs):
        return True, "As fast as it should be, and faster than what was recorded."
    return True, "As fast as it should be."


def incomparable(mine: Record, best: Record) -> str:
    return (
        f"It cannot be told whether this is as fast as it should be: no record is of "
        f"{describe.hardware(mine)}. The nearest is of {describe.hardware(best)}."
    )


# ---- What may be the cause ------------------------------------------------------------------


def agreement(term: str, here: str, there: str, fault: bool = False, advice: str = "") -> Fact:
    """Say that both sides are the same, or what each is, which may be a fault or none."""
    if here == there:
        return Fact(term, f"the same: {here}" if here else "not recorded")
    value = f"{here or 'unknown'} here; {there or 'unknown'} in the record"
    return Fact(term, value, advice, passed=False if fault else None)


def hardware(mine: Record, best: Record) -> Fact:
    return agreement("Hardware", describe.hardware(mine), describe.hardware(best))


def versions(mine: Record, best: Record, script: Script, slower: bool) -> Fact:
    here, there = (describe.versions(record, script) for record in (mine, best))
    return agreement("Versions", here, there, slower, "what the record ran with is in its lock")


def threads(mine: Record, best: Record, slower: bool) -> Fact:
    here, there = (str(record.about.get("threads", "")) for record in (mine, best))
    return agreement("Threads", here, there, slower, "OMP_NUM_THREADS sets them")


def precision(mine: Record, best: Record) -> Fact:
    """Compare the switches; of a record that did not read them back there is nothing to compare."""
    here, there = describe.precision(mine), describe.precision(best)
    if best.about.get("precision") is None:
        return Fact("Precision", here)
    return agreement("Precision", here, there, True, "which is not the same work")


def processing(mine: Record, best: Record | None, gpu: str) -> Fact:
    """Say whether a GPU was used; not to use one that is there is a fault, unless asked for."""
    there = "" if best is None else f"; {'a GPU' if best.device != 'cpu' else 'none'} in the record"
    if mine.device != "cpu":
        return Fact("GPU", f"used: {describe.hardware(mine)}{there}", passed=True)
    if not gpu:
        return Fact("GPU", f"there is none here{there}")
    advice = "is its CUDA build installed? python -m rosetta env --device cuda makes it"
    return Fact("GPU", f"NOT used, although there is one here ({gpu}){there}", advice, passed=False)


def quiet(mine: Record, slower: bool) -> Fact:
    """Say whether the machine had other things to do, which may be why a run is slow."""
    if not describe.is_busy(mine.about["noise"]):
        return Fact("Machine", describe.quiet(mine), passed=True)
    advice = "end what else is running and try again"
    return Fact("Machine", describe.quiet(mine), advice, passed=False if slower else None)


def code(best: Record, script: Script) -> Fact:
    if is_current(best, script):
        return Fact("Code", "the same as the record’s")
    return Fact("Code", "the script, its environment or its data has changed since the record")


def speed(mine: Record, best: Record, script: Script, fast: bool | None) -> Fact:
    sides, measure = [], script.workload.kind.speed
    for record, where in ((mine, "here"), (best, "in the record")):
        timed = describe.timing(record, script)
        middle, spread, count = measure.told(timed) if timed else ("no time", "", "")
        sides.append(f"{middle} {where}" + (f" (median of {count}; {spread})" if timed else ""))
    return Fact(capitalized(measure.per), "; ".join(sides), passed=fast)
