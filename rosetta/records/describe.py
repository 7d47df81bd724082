"""Say in words and figures what a record holds; no page is drawn here."""

import re
from datetime import datetime

from rosetta.project.kinds.base import Timing
from rosetta.project.numbers import band, percent
from rosetta.project.workloads import Script

from .records import Record

SWITCH = re.compile(r"precision|TF32", re.IGNORECASE)
# What a machine that does nothing else stays below, in scatter and in waiting.
QUIET = 0.05


def run_title(record: Record, script: Script) -> str:
    """Name how long the run was: 'all ten epochs'."""
    profile = script.workload.profiles.get(record.profile)
    return profile.title if profile else record.profile


def day(record: Record) -> str:
    """Return the day on which the run started, as people write it."""
    started = datetime.fromisoformat(record.about["started"])
    return f"{started.day} {started:%B %Y}"


def hardware(record: Record) -> str:
    """Name what the run computed on: the GPU, else the processor and its cores."""
    machine = record.about.get("machine", {})
    if record.device != "cpu" and machine.get("gpu"):
        return machine["gpu"]
    return processor({"processor": record.machine, **machine})


def processor(machine: dict) -> str:
    """Name a machine's processor, its kind where the record tells it, and its cores."""
    cores = machine.get("cores")
    counted = f", {cores} core{'' if cores == 1 else 's'}" if cores else ""
    plain = re.sub(r"\((R|TM)\)|\bProcessor\b", "", machine.get("processor", ""))
    kind = machine.get("microarchitecture", "")
    told = f" ({kind})" if kind else ""
    return f"{' '.join(plain.split())}{told}{counted}"


def versions(record: Record, script: Script) -> str:
    """List the versions that the kernel imported, the framework's own first, Python's last."""
    found = dict(record.about.get("versions", {}))
    known = [name for package in script.framework.packages for name in package.split("|")]
    order = [name for name in known if name in found]
    named = [f"{name} {found[name]}" for name in dict.fromkeys([*order, *found])]
    python = record.about.get("python")
    return ", ".join([*named, f"Python {python}"] if python else named)


def quiet(record: Record) -> str:
    """Say how quiet the machine was before the run; nothing where that was not measured."""
    told, noise = [], record.about.get("noise")
    if noise:
        busy = "busy" if is_busy(noise) else "quiet"
        scatter, waited = f"{noise['scatter']:.1%}", f"{noise['waited']:.1%}"
        told.append(f"{busy}: a fixed loop scattered by {scatter} and waited {waited} of its time")
    if "load_before" in record.about:
        told.append(f"load {record.about['load_before']:g} in the minute before")
    return "; ".join(told).replace("%", " %")


def precision(record: Record) -> str:
    """Say which switches of the arithmetic's precision were in force.

    Records that hold none are of runs before they were read back: then the code says what it asked.
    """
    found = record.about.get("precision")
    if found:
        return ", ".join(f"{switch} = {value}" for switch, value in found.items())
    if found is not None:
        return "no switch to read back"
    lines = (line for cell in record.code() for line in cell.splitlines())
    asked = [line.strip() for line in lines if SWITCH.search(line.partition("#")[0])]
    return f"not read back{'; asked for by ' if asked else ''}{'; '.join(asked)}"


def data_label(record: Record) -> str:
    """Say what the data was when it was not the official copy; else nothing."""
    if record.source == "official":
        return ""
    return record.about["data"].get("label") or f"{record.source} data"


def timing(record: Record, script: Script) -> Timing | None:
    """Return the run's speed, or None when it was too short to be timed."""
    return script.workload.kind.timing(record.reported)


def failure(record: Record, script: Script) -> str:
    """Say where and why a run failed: 'step “Train”, line 57: ZeroDivisionError: ...'."""
    told = record.about.get("failure", {})
    titles = {step.id: step.title for step in script.workload.steps}
    place = [f"step “{titles[told['step']]}”"] if told.get("step") in titles else []
    if told.get("line"):
        place.append(f"line {told['line']}")
    message = (told.get("message") or record.status).rstrip(".")
    return f"{', '.join(place)}: {message}" if place else message


def check(record: Record, script: Script) -> tuple[str, str, bool | None] | None:
    """Return what a run's check came to, what was expected of such a run, and whether it is so.

    None where the kind of the workload has no check, or the run did not report it. Nothing is
    expected on synthetic data, nor of a profile without a range.
    """
    fraction = script.workload.kind.checked(record.reported)
    if fraction is None:
        return None
    profile = script.workload.profiles.get(record.profile)
    if not (profile and profile.expected) or record.source == "synthetic":
        return percent(fraction), "", None
    low, high = profile.expected
    return percent(fraction), band(low, high), low <= fraction <= high


def lines_of_code(script: Script) -> int:
    """Count the lines of a script's code; blank lines, comments and markdown do not count."""
    lines = (line.strip() for cell in script.code_cells for line in cell.lines)
    return sum(1 for line in lines if line and not line.startswith("#"))


def is_busy(noise: dict) -> bool:
    """Tell whether the machine was at something else, as far as the work could feel it."""
    return max(noise["scatter"], noise["waited"]) > QUIET
