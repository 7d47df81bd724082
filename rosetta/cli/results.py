"""python -m rosetta results {list, show, diff}: what was recorded, and what it says."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from rosetta.project.kinds import Kind
from rosetta.project.workloads import LESSONS, Project, Script
from rosetta.records import comparison, describe, provenance
from rosetta.records.history import NotInHistory, text_at
from rosetta.records.records import Record, RecordError, is_current, parse, read, records_of
from rosetta.run.refresh import select, shown

from .layout import columns, terms
from .selection import add_selection, options_of

ADDRESS = """\
A record is named by
  results/box/cnn/pytorch_cnn.full.ipynb          its file, as `results list` prints it
  HEAD~3:results/box/cnn/pytorch_cnn.full.ipynb   the same as it was at a commit, through git
  cnn/pytorch                                     its script: the record that the page shows

"""
EXAMPLES = {
    "list": "python -m rosetta results list --frameworks pytorch",
    "show": "python -m rosetta results show cnn/pytorch",
    "diff": "python -m rosetta results diff HEAD~1:results/box/cnn/pytorch_cnn.full.ipynb "
    "cnn/pytorch",
}


def add_to(commands, load: Callable[[], Project]) -> None:
    """Add the command to those of a parser; `load` reads the project when one is run."""
    about = "Look at the records: what there is, one of them, two of them compared."
    parser = commands.add_parser("results", help=about, description=about)
    verbs = parser.add_subparsers(required=True, metavar="list|show|diff")

    def verb(name: str, function, text: str, *addresses: str) -> argparse.ArgumentParser:
        made = verbs.add_parser(
            name,
            help=text,
            description=text,
            epilog=f"{ADDRESS if addresses else ''}For example:\n  {EXAMPLES[name]}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for address in addresses:
            made.add_argument(address, metavar=address.upper(), help="a record, see below")
        made.set_defaults(command=lambda given: function(given, load()))
        return made

    listed = verb("list", list_command, "List the records, the best of each script first.")
    add_selection(listed, default="every one")
    verb("show", show_command, "Say all that a record knows about its run.", "record")
    told = "Compare two records: speed, losses, code, versions, hardware."
    verb("diff", diff_command, told, "one", "other")


def list_command(given: argparse.Namespace, project: Project) -> int:
    """Print a line for each record; 1 if one of them cannot be read."""
    given.frameworks = given.frameworks or "all"
    scripts, problems = select(project, options_of(given)), []
    found = {script.name: records_of(project, script, problems) for script in scripts}
    titles = {name: workload.title for name, workload in project.workloads.items()}
    for workload, title in {**titles, LESSONS: "Lessons"}.items():
        own = [script for script in scripts if script.workload.id == workload]
        rows = [row(record, script) for script in own for record in found[script.name]]
        if rows:
            print(f"{title}\n\n{columns(header(own[0].workload.kind), rows)}\n")
    without = [name for name, records in found.items() if not records]
    if without:
        print(f"No record yet: {', '.join(without)}.")
    for problem in problems:
        print(f"rosetta: {problem}", file=sys.stderr)
    return 1 if problems else 0


def header(kind: Kind) -> tuple[str, ...]:
    measured = (known.head for known in (kind.speed, kind.check) if known)
    return ("Framework", "Run", "Day", *measured, "State", "Record")


def row(record: Record, script: Script) -> tuple[str, ...]:
    kind, found = script.workload.kind, []
    if kind.speed:
        timed = describe.timing(record, script)
        found.append(kind.speed.words(timed.middle) if timed else "-")
    if kind.check:
        checked = describe.check(record, script)
        found.append(checked[0] if checked else "-")
    return (
        script.framework.label,
        describe.run_title(record, script),
        describe.day(record),
        *found,
        state(record, script),
        shown(record.path),
    )


def state(record: Record, script: Script) -> str:
    """Say in a word or two why a record is not to be believed; "current" if it is."""
    wrong = {
        "EDITED": not record.genuine,
        record.status: not record.ok,
        "stale": not is_current(record, script),
        "synthetic": record.source == "synthetic",
    }
    return ", ".join(word for word, so in wrong.items() if so) or "current"


def show_command(given: argparse.Namespace, project: Project) -> int:
    """Print a record's facts; 1 if it is not to be believed."""
    record, script = find(project, given.record)
    print(f"{title(record, script)}\n{shown(record.path)}\n")
    trusted = provenance.trust(record, script)
    for facts in (trusted, provenance.measured(record, script), provenance.origin(record, script)):
        if facts:
            print(f"{terms((fact.term, comparison.told(fact)) for fact in facts)}\n")
    return 1 if any(fact.passed is False for fact in trusted) else 0


def diff_command(given: argparse.Namespace, project: Project) -> int:
    """Print what two records say differently; 0 whatever it is."""
    one, other = find(project, given.one), find(project, given.other)
    print(f"one    {title(*one)}, {given.one}\nother  {title(*other)}, {given.other}\n")
    print("The other, beside the one:")
    for sentence in comparison.summary(one, other):
        print(f"  {sentence}")
    for difference in comparison.differences(one, other):
        pair = (("  one", difference.one), ("  other", difference.other))
        print(f"\n{difference.term}\n{terms((term, text or '-') for term, text in pair)}")
    if one[1].name == other[1].name:
        changed = comparison.changed_code(one[0], other[0])
        print("".join(f"\n{line}" for line in ["", *changed]) if changed else "")
    return 0


def title(record: Record, script: Script) -> str:
    run = describe.run_title(record, script)
    label = f"{script.workload.title} in {script.framework.label}"
    return f"{label}: {run} on {describe.hardware(record)}, {describe.day(record)}"


def find(project: Project, name: str) -> tuple[Record, Script]:
    """Return the record that a name on the command line means, and its script.

    Raises RecordError when there is none, WorkloadError when its script is gone.
    """
    record = named(project, name)
    about = record.about
    name = about.get("script") or f"{about.get('workload')}/{about.get('framework')}"
    return record, project.script(name)


def named(project: Project, name: str) -> Record:
    path = Path(name)
    if path.is_file():
        return read(path.resolve())
    scripts = {script.name: script for script in project.programs}
    if name in scripts:
        records = records_of(project, scripts[name])
        if not records:
            raise RecordError(f"{name} has no record yet: python -m rosetta run {name} makes one.")
        return records[0]
    revision, colon, rest = name.partition(":")
    if not colon:
        raise RecordError(f"{name}: no such file or script; see python -m rosetta results list.")
    try:
        text = text_at(project.root, revision, rest)
    except NotInHistory as error:
        raise RecordError(str(error)) from None
    return parse(text, project.root / rest)
