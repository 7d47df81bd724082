"""Judge whether a script is a translation: what it reported against the float64 reference.

Pure: reads the workload's reference.json, runs nothing. Every quantity has a tolerance of its own
in workload.toml, with the largest error measured among correct frameworks beside it. What a failed
quantity means in plain words is rosetta.diagnosis's part.
"""

import json
import math
from dataclasses import dataclass

import numpy as np

from . import run
from .case import Case
from .diagnosis import diagnose, divides_by_batch_size
from .fingerprints import distance, glorot_bound
from .quantities import ParityError, Quantity, compared, fingerprints, numbers


@dataclass(frozen=True)
class Verdict:
    """All quantities, what is wrong in plain words, and what was not judged and why."""

    quantities: tuple[Quantity, ...]
    findings: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.findings and all(quantity.passed for quantity in self.quantities)


SHORTER = (
    "the weight changes of the margin batch were not judged: the optimizer divides by BATCH_SIZE, "
    "not by the length of a batch. That is the same where batches are whole, as in the proven run."
)


def judge(workload, reported: dict, data: dict | None) -> Verdict:
    """Compare what a script's last cell reported with the workload's reference.

    `data` is what rosetta.datasets.prepare said about the data of the run; without it the images
    are not judged, and a note says so. Raises ParityError when the workload has no reference or a
    quantity no tolerance; anything wrong with `reported` is a finding.
    """
    reference = expected(workload)
    reported = reported if isinstance(reported, dict) else {}
    quantities, findings, notes, failed = [], [], [], {}
    for name, measure in measures(workload).items():
        if name in FACTS and not (data and FACTS[name] <= set(data)):
            notes.append(f"{name} were not judged: the record has no facts about its data.")
            continue
        quantity, problem = compared(workload, name, measure, reported, reference, data)
        quantities.append(quantity)
        if problem:
            findings.append(f"{problem}.")
        elif not quantity.passed:
            failed[name] = quantity
    agreeing = frozenset(quantity.name for quantity in quantities if quantity.passed)
    case = Case(workload.hyperparameters, reported, reference, data, failed, agreeing)
    course = run.judge(workload, reported, reference, data, explained=bool(failed or findings))
    if course.proven and divides_by_batch_size(case):
        quantities = [quantity for quantity in quantities if quantity.name != "changes"]
        notes.append(SHORTER)
    else:
        findings += diagnose(case)
    return Verdict(
        (*quantities, *course.quantities),
        (*findings, *course.findings),
        (*notes, *course.notes),
    )


def expected(workload) -> dict:
    """Return the workload's reference values.

    Raises ParityError when they are missing or unreadable.
    """
    path = workload.path / "reference.json"
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ParityError(
            f"{path}: there is no such file; reference/README.md says how it is computed."
        ) from None
    except ValueError as error:
        raise ParityError(
            f"{path}: not readable as JSON: {error}; compute it again as reference/README.md says."
        ) from None


# One function per quantity: the largest error, and where it is


def logits(reported, reference, data):
    theirs = np.array(reference["logits"])
    errors = np.abs(numbers(reported, ("parity", "logits"), theirs.shape) - theirs)
    example, label = np.unravel_index(errors.argmax(), errors.shape)
    return float(errors.max()), f"example {example}, class {label}"


def losses(reported, reference, data):
    theirs = np.array(reference["losses"])
    errors = np.abs(numbers(reported, ("parity", "losses"), theirs.shape) - theirs)
    return float(errors.max()), f"losses[{errors.argmax()}]"


def gradients(reported, reference, data):
    ours = fingerprints(reported, ("parity", "gradients"), reference["shapes"])
    return worst(ours, reference["gradients"], reference["shapes"])


def changes(reported, reference, data):
    steps = (1, len(reference["losses"]))
    found = []
    for number, step in enumerate(steps):
        ours = fingerprints(reported, ("parity", "changes", number), reference["shapes"])
        error, name = worst(ours, reference["changes"][number], reference["shapes"])
        found.append((error, f"{name} after {step} training step{'s' if step > 1 else ''}"))
    return max(found)


def worst(ours, theirs, shapes):
    return max((distance(ours[name], theirs[name], shapes[name]), name) for name in shapes)


def initializer(reported, reference, data):
    """Judge whether the weights are a uniform draw and the biases zero, without the draw.

    The bound is Glorot's where the reference names no other.

    In standard errors. Of n values, uniform within a bound, the mean square scatters by
    sqrt(0.8 / n) of itself and the largest lies about 1 / n below the bound, exponentially
    distributed: its distance is translated to the standard error of equal probability.
    """
    ours = fingerprints(reported, ("parity", "initial"), reference["shapes"])
    found = []
    for name, shape in reference["shapes"].items():
        size, largest = math.prod(shape), ours[name]["largest"]
        if len(shape) == 1:
            found.append((math.inf if largest > 0 else 0.0, name))
            continue
        bound = reference.get("bounds", {}).get(name) or glorot_bound(shape)
        mean_square = ours[name]["norm"] ** 2 / size
        found.append((abs(mean_square / (bound**2 / 3) - 1) / math.sqrt(0.8 / size), name))
        below = size * (1 - largest / bound)
        found.append((math.sqrt(2 * below) if below > 0 else -below, name))
    return max(found)


def features(reported, reference, data):
    """Compare what a network makes of images, relative to the largest feature."""
    theirs = np.array(reference["features"])
    errors = np.abs(numbers(reported, ("parity", "features"), theirs.shape) - theirs)
    errors /= np.abs(theirs).max()
    example, feature = np.unravel_index(errors.argmax(), errors.shape)
    return float(errors.max()), f"example {example}, feature {feature}"


def images(reported, reference, data):
    largest = float(numbers(reported, ("images", "largest"), ()))
    means = numbers(reported, ("images", "channel_means"), (len(data["channel_means"]),))
    found = [(abs(largest - data["largest"]), "the largest value")]
    for channel, (ours, theirs) in enumerate(zip(means, data["channel_means"], strict=True)):
        found.append((float(abs(ours - theirs)), f"the mean of channel {channel}"))
    return max(found)


def reviews(reported, reference, data):
    found = []
    for name, theirs in data["reviews"].items():
        ours = float(numbers(reported, ("reviews", name), ()))
        found.append((abs(ours - theirs) / max(abs(theirs), 1), REVIEWS[name]))
    return max(found)


REVIEWS = {
    "largest": "the largest token",
    "first_mean": "the mean of the first tokens",
    "last_mean": "the mean of the last tokens",
}
# What a model is given, by data set, and the facts that it is compared with.
INPUTS = {"cifar10": {"images": images}, "imdb": {"reviews": reviews}}
FACTS = {"images": {"largest", "channel_means"}, "reviews": {"reviews"}}
# A kind of workload says which of these are judged in it, in a reader's order.
MEASURES = {
    "initializer": initializer,
    "logits": logits,
    "losses": losses,
    "gradients": gradients,
    "changes": changes,
    "features": features,
}


def measures(workload) -> dict:
    """Return the functions that measure a workload's quantities, by name, in order."""
    own = {name: MEASURES[name] for name in workload.kind.judged}
    return {**INPUTS.get(workload.dataset, {}), **own}
