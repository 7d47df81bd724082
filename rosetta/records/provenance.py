"""List what a record says of its run: what was measured, what can be trusted, where it is from.

The pages and the command line show the same lists. Pure: the record is read, nothing is run.
"""

from rosetta.project import numbers
from rosetta.project.kinds.base import Fact, capitalized
from rosetta.project.workloads import Script
from rosetta.proof import parity

from . import describe, verdicts
from .records import Record, is_current

EDITED = "edited by hand after its run"
# Of a check: a higher value than that of correct programs is no better.
EXPECTED = {True: "as expected", False: "not as expected"}


def measured(record: Record, script: Script) -> list[Fact]:
    """Return what a run reports, by the kind of its workload, with units."""
    kind, reported = script.workload.kind, record.reported
    found = []
    if checked := describe.check(record, script):
        reached, expected, passed = checked
        title, verdict = capitalized(kind.check.title), EXPECTED.get(passed, "")
        found.append(Fact(title, reached, expected or "a check", passed, verdict))
    found += kind.facts(reported, describe.run_title(record, script))
    if script.lesson and reported:
        found += compared(record, script)
    if "device" in reported:
        device = {"cpu": "CPU", "cuda": "GPU"}.get(reported["device"], reported["device"])
        found.append(Fact("Device", device, describe.hardware(record)))
    return found


def compared(record: Record, script: Script) -> list[Fact]:
    """Return what an experiment measured, both ways, and what the ratio says of the claim."""
    lesson = script.lesson
    try:
        measurement = verdicts.measure(script, record)
    except verdicts.Unmeasured as error:
        return [Fact(lesson.quantity, "", str(error), passed=False, verdict="cannot be judged")]
    with_, without, ratio = verdicts.figures(measurement)
    claimed = f"the claim is {lesson.expect}; {measurement.pairs} pairs"
    return [
        Fact(f"{lesson.quantity}: {lesson.with_}", with_, "median; quartiles"),
        Fact(f"{lesson.quantity}: {lesson.without}", without, "median; quartiles"),
        Fact("Ratio", ratio, claimed, measurement.holds, verdicts.OUTCOMES[measurement.holds]),
        *(
            Fact(f"Noted: {name}", numbers.figure(value))
            for name, value in measurement.notes.items()
        ),
    ]


def trust(record: Record, script: Script) -> list[Fact]:
    """Return whether the record is whole, of today's code, and of a program that is proven."""
    intact = "genuine: as the runner wrote it" if record.genuine else f"BROKEN: {EDITED}"
    current = is_current(record, script)
    state = "current" if current else f"stale: {stale(script)}"
    ended = "to its end" if record.ok else f"failed: {describe.failure(record, script)}"
    found = [
        Fact("Ran", ended, passed=record.ok),
        Fact("Seal", intact, passed=record.genuine),
        Fact("State", state, passed=current),
    ]
    return found if script.lesson else [*found, proof(record, script)]


def stale(script: Script) -> str:
    """Say what has changed since a run that is no longer current."""
    given = "its environment" if script.lesson else "its environment or the data’s loader"
    return f"the code{' or' if script.lesson else ','} {given} has changed since this run"


def proof(record: Record, script: Script) -> Fact:
    """Return parity's verdict, with the quantity that comes closest to its tolerance."""
    if not record.reported.get("parity"):
        return Fact("Parity", "reported nothing to judge")
    try:
        verdict = parity.judge(script.workload, record.reported, record.about["data"])
    except parity.ParityError as error:
        return Fact("Parity", "not judged", str(error))
    worst = max(verdict.quantities, key=lambda quantity: quantity.error / quantity.tolerance)
    closest = (
        f"worst of {len(verdict.quantities)} quantities: {worst.name}, off by "
        f"{numbers.amount(worst.error)}, {numbers.amount(worst.tolerance)} allowed"
    )
    if verdict.passed:
        return Fact("Parity", "proven to be the same", closest, passed=True)
    return Fact("Parity", "differs", " ".join([*verdict.findings, closest]), passed=False)


def origin(record: Record, script: Script) -> list[Fact]:
    """Return where, when, on what and with what the run was made."""
    about = record.about
    machine, data = about.get("machine", {}), about["data"]
    told = [
        Fact("Started", about["started"].replace("T", " ").replace("+00:00", " UTC")),
        Fact("Took", numbers.seconds(about["seconds"]) if "seconds" in about else ""),
        Fact("Machine", f"{record.machine}: {describe.hardware(record)}"),
        Fact("Driver", machine.get("driver", "")),
        Fact("Processor", describe.processor(machine) if record.device != "cpu" else ""),
        Fact("System", machine.get("system", "")),
        Fact("Memory", numbers.memory(machine.get("memory_bytes"))),
        Fact("GPU memory", numbers.memory(machine.get("gpu_memory_bytes"))),
        Fact("Before the run", describe.quiet(record)),
        Fact("Threads", str(about.get("threads", ""))),
        Fact("Versions", describe.versions(record, script)),
        Fact("Precision", describe.precision(record)),
        Fact("Environment", about.get("environment", "")),
        Fact("Peak memory", numbers.memory(about.get("peak_memory_bytes"))),
        Fact("Peak GPU memory", numbers.memory(about.get("peak_gpu_memory_bytes"))),
        Fact("Data", data.get("label") or data["source"]),
        Fact("Digest of the data", data.get("digest", ""), verbatim=True),
        Fact("Commit", about.get("commit") or "", verbatim=True),
        Fact("Command", about.get("command", ""), verbatim=True),
    ]
    return [fact for fact in told if fact.value]
