"""Draw what a run reported: figures with units, parity's verdict, and the raw form folded away."""

import html
import json

from docutils import nodes
from sphinx.util import logging

from rosetta.project import numbers
from rosetta.project.kinds.base import Fact
from rosetta.project.workloads import Script
from rosetta.proof import parity
from rosetta.records.provenance import measured
from rosetta.records.records import Record
from rosetta.site.base.elements import Tag, judged, table, tag

LOG = logging.getLogger(__name__)

# What each quantity of the parity proof is, in a reader's words.
QUANTITIES = {
    "images": "images as the model gets them",
    "reviews": "reviews as the model gets them",
    "initializer": "initial weights",
    "logits": "logits",
    "losses": "losses of three training steps",
    "gradients": "gradients",
    "changes": "weights after one and three training steps",
    "fed": "batches that the loop was fed",
    "run_losses": "every loss of a run",
    "run_changes": "weights at the end of a run",
    "run_logits": "logits of the test after a run",
    "run_test": "classes and accuracy after a run",
}
# In what each error is given, where it is not in the quantity's own unit.
UNITS = {
    "reviews": "of the expected value",
    "initializer": "standard errors",
    "gradients": "of the norm",
    "changes": "of the norm",
    "fed": "of the size",
    "run_losses": "after the first training step",
    "run_changes": "of the norm",
    "run_logits": "of the size",
    "run_test": "test examples",
}
# Longer lists are cut in the folded raw form; the executed notebook has them whole.
SHORT = 8


def judge(record: Record, script: Script) -> parity.Verdict | None:
    """Return the verdict on what the run reported; None when it reported nothing to judge."""
    if not record.reported.get("parity"):
        return None
    try:
        return parity.judge(script.workload, record.reported, record.about["data"])
    except parity.ParityError as error:
        LOG.warning("%s", error, type="rosetta", subtype="parity")
        return None


def report(record: Record, script: Script, whole: bool = False) -> list[nodes.Node]:
    """Draw the last cell's value: a table for people, the value itself below it, folded."""
    return [
        tag("div", figures(record, script), classes=("reported",)),
        *raw(record.reported, whole),
    ]


def figures(record: Record, script: Script) -> Tag:
    rows = [shown(fact) for fact in measured(record, script)]
    verdict = judge(record, script)
    if verdict:
        rows += [compared(quantity) for quantity in verdict.quantities]
    label = f"What the {script.framework.label} script reported"
    return table(["Reported", "Value", "Remark"], rows, label=label, classes=("figures",))


def shown(fact: Fact) -> list:
    """Return the row of one thing that was measured: what, value with unit, remark."""
    if not fact.verdict:
        return [fact.term, fact.value, fact.remark]
    return [fact.term, fact.value, [judged(fact.verdict, fact.passed), f", {fact.remark}"]]


def compared(quantity: parity.Quantity) -> list:
    """Return the row of one quantity of the proof."""
    name = QUANTITIES.get(quantity.name, quantity.name)
    unit = f" {UNITS[quantity.name]}" if quantity.name in UNITS else ""
    error, allowed = numbers.amount(quantity.error), numbers.amount(quantity.tolerance)
    told = f"off by {error}{unit}, {allowed} allowed"
    return [f"Parity: {name}", outcome(quantity.passed), told]


def outcome(passed: bool) -> nodes.inline:
    return judged("agrees" if passed else "differs", passed)


def raw(value: dict, whole: bool) -> list[nodes.Node]:
    """Fold the value itself away; without `whole`, long lists are cut and numbers rounded.

    The class keeps it out of Sphinx's search index, where it would only be noise.
    """
    shown = json.dumps(value if whole else shortened(value), indent=1, ensure_ascii=False)
    pre = nodes.raw("", f"<pre tabindex='0'>{html.escape(shown)}</pre>", format="html")
    title = "The last cell’s value" if whole else "The last cell’s value, in short"
    return [tag("details", tag("summary", title), pre, classes=("raw", "no-search"))]


def shortened(value):
    """Cut what is long after its first items and say how many there were; round the numbers."""
    if isinstance(value, dict):
        cut = {name: shortened(item) for name, item in value.items()}
        if len(cut) > SHORT:
            return {**dict(list(cut.items())[:2]), "...": f"{len(cut)} in all"}
        return cut
    if isinstance(value, list):
        if len(value) > SHORT:
            return [*map(shortened, value[:3]), f"... {len(value)} in all"]
        return [shortened(item) for item in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
