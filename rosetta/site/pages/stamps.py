"""Say under the outputs where they come from, and what a reader has to know about them."""

from docutils import nodes

from rosetta.project import numbers
from rosetta.project.workloads import Script
from rosetta.records import describe
from rosetta.records.provenance import EDITED, stale
from rosetta.records.records import Record, is_current
from rosetta.site.base.catalog import Catalog, record_docname
from rosetta.site.base.elements import Tag, code, line, link, note, text


def stamp(record: Record, script: Script, step: str | None = None) -> nodes.paragraph:
    """Draw one line: when, how long, on what, with which versions, on which data."""
    address = record_docname(record.path, script)
    facts = [
        [link(f"Run of {describe.day(record)}", address)],
        [describe.run_title(record, script)],
        [describe.hardware(record)],
        [describe.versions(record, script)],
    ]
    if describe.data_label(record):
        facts.append([text(describe.data_label(record), "data-label", record.source)])
    seconds = record.about.get("step_seconds", {}).get(step)
    if seconds is not None:
        facts.append([f"this step took {numbers.seconds(seconds)}"])
    return line(*separated(facts), classes=("stamp",))


def separated(facts: list[list]) -> list:
    """Put a middle dot between facts, never at the start of a line."""
    parts = []
    for index, fact in enumerate(facts):
        parts += ["\u00a0· ", *fact] if index else fact
    return parts


def notes(catalog: Catalog, script: Script, step: str | None = None) -> list[Tag]:
    """Return the remarks that stand before the code of a step, or of the whole script.

    Of a failed run, the step in which it stopped says why; the steps after it say that they were
    not reached.
    """
    if script.fault:
        told = f"This program cannot be shown: {script.complaint}"
        return [note(told, kind="failed")]
    record = catalog.shown(script)
    if record is None:
        label = script.framework.label
        return [note(f"Not run yet: no record of the {label} script exists.", kind="missing")]
    remarks = []
    if not record.ok:
        remarks += failure_notes(record, script, step)
    elif not is_current(record, script):
        remarks.append(note(f"The outputs are of an older run: {stale(script)}.", kind="stale"))
    if not record.genuine:
        remarks.append(note(f"This record was {EDITED}.", kind="stale"))
    later = catalog.failed_since(script)
    if later is not None and step in (None, later.about.get("failure", {}).get("step")):
        address = record_docname(later.path, script)
        remarks.append(
            note(link(f"A later run, of {describe.day(later)},", address),
                 f" failed: {describe.failure(later, script)}. "
                 "The outputs shown are of the last good run.", kind="failed")
        )  # fmt: skip
    return remarks


def failure_notes(record: Record, script: Script, step: str | None) -> list[Tag]:
    stopped = record.about.get("failure", {}).get("step")
    order = [known.id for known in script.workload.steps]
    if step is None or step == stopped:
        told = f"No run has succeeded yet. The last one failed: {describe.failure(record, script)}."
        return [note(told, kind="failed")]
    if stopped in order and step in order and order.index(step) > order.index(stopped):
        return [note("Not reached: the run failed at an earlier step.", kind="failed")]
    return []


def overrides(record: Record, script: Script) -> list[Tag]:
    """Say which hyperparameters the run's profile replaced."""
    profile = script.workload.profiles.get(record.profile)
    if profile is None or not profile.overrides:
        return []
    values = ", ".join(f"{name} = {value}" for name, value in profile.overrides.items())
    return [note(f"This run, “{profile.title}”, replaced: ", code(values), ".", kind="data")]
