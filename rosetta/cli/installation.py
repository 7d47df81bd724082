"""python -m rosetta verify-machine: run a script shortly and hold it against the records."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from rosetta.project.kinds.base import Fact
from rosetta.project.profiles import Profile
from rosetta.project.workloads import Project, Script
from rosetta.records import describe
from rosetta.records.comparison import told
from rosetta.records.installation import Assessment, assess
from rosetta.records.records import Record, records_of
from rosetta.run import machine
from rosetta.run.progress import Progress
from rosetta.run.refresh import Options, refresh, shown

from .layout import terms
from .selection import add_device

ABOUT = "Tell whether an installation is as fast as it should be."
MORE = """\
The script is run shortly, in its environment or, with --here, in yours; no record is kept. The run
is held against the records of the same script on the same hardware: the same GPU, or as many cores
of the same processor.

Exit status: 0 if it is as fast as they are and nothing else is wrong; 1 if it is slower, if
something is wrong, or if it cannot be told because nothing comparable was recorded.

For example:
  python -m rosetta verify-machine cnn pytorch
  python -m rosetta verify-machine cnn pytorch --here"""
MARKS = {True: "ok", False: "!!", None: "  "}


def add_to(commands, load: Callable[[], Project]) -> None:
    """Add the command to those of a parser; `load` reads the project when it is run."""
    made = commands.add_parser(
        "verify-machine", help=ABOUT, description=ABOUT, epilog=MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    made.add_argument("workload", metavar="WORKLOAD", help="a folder of scripts/, such as cnn")
    made.add_argument("framework", metavar="FRAMEWORK", help="a name from frameworks.toml")
    made.add_argument("--profile", metavar="NAME", help="default: the shortest of the workload")
    made.add_argument("--here", action="store_true", help="run in this very interpreter")
    add_device(made)
    made.set_defaults(command=lambda given: verify_machine(given, load()))


def verify_machine(given: argparse.Namespace, project: Project) -> int:
    """Run, compare, print; 0 if the installation is as fast as it should be."""
    script = project.script(f"{given.workload}/{given.framework}")
    device = given.device or machine.default_device()
    known = records_of(project, script)
    with tempfile.TemporaryDirectory(prefix="rosetta-verify-") as folder:
        asked = Options(
            names=(script.name,),
            profile=given.profile or shortest(script, device).id,
            device=device,
            here=given.here,
            force=True,
            results=Path(folder),
        )
        report = refresh(project, asked, Progress())
    if not report.records:
        print(f"\n{report.sentence()}: there is nothing to compare.")
        return 1
    mine = report.records[0][1]
    gpu = "" if given.device == "cpu" else machine.gpu().get("gpu", "")
    assessment = assess(mine, script, known, gpu)
    print(f"\n{text(assessment, mine, script)}")
    return 0 if assessment.passed else 1


def shortest(script: Script, device: str) -> Profile:
    """Return the profile that tells most quickly how fast a framework is on a device."""
    slow = script.framework.slow and device == "cpu"
    profiles = script.workload.profiles.values()
    return next((known for known in profiles if known.slow == slow), next(iter(profiles)))


def text(assessment: Assessment, mine: Record, script: Script) -> str:
    """Write an assessment: what was run, what with, each finding, the verdict."""
    ran = f"{script.workload.title} in {script.framework.label}"
    lines = [f"{ran}: {describe.run_title(mine, script)} on {describe.hardware(mine)}"]
    if assessment.beside:
        lines.append(f"beside {shown(assessment.beside.path)}")
    lines += ["", terms((term(fact), told(fact)) for fact in assessment.facts), ""]
    causes = [fact.term for fact in assessment.facts[:-1] if fact.passed is False]
    lines.append(assessment.verdict)
    if causes:
        lines.append(f"Not as it should be: {', '.join(causes)}; see above.")
    return "\n".join(lines)


def term(fact: Fact) -> str:
    return f"{MARKS[fact.passed]} {fact.term}"
