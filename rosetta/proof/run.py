"""Judge the run itself: what was fed to it, every loss, the weights at the end, and the test.

The runner runs the cells of a script once more, from the reference's weights and without dropout,
over the first batches of two short epochs ([proof] of workload.toml). What they must give was
followed in float64 on the same data (`simulation`), and lies where `expected_run` finds it. Of the
run that the record is about, the last batch of each epoch is judged, too: as the framework held it.

The script only reports; a script that reports no run is judged without it, and a note says so.
"""

from dataclasses import dataclass

import numpy as np

from .expected_run import find
from .fingerprints import vector
from .quantities import Malformed, Quantity, compared, fingerprints, look_up, numbers
from .run_diagnosis import Course, diagnose

NOT_REPORTED = "the run was not proven: the script reports no run."
NOT_AT_HAND = (
    "the run was not proven: what it must give on these data is not at hand; "
    "`python -m rosetta verify` computes it where the data is."
)


@dataclass(frozen=True)
class Judged:
    quantities: tuple[Quantity, ...] = ()
    findings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        return bool(self.quantities) and all(quantity.passed for quantity in self.quantities)


def judge(workload, reported: dict, reference: dict, data: dict | None, explained: bool) -> Judged:
    """Judge a script's run. `explained`: the proof of the single step has already found mistakes.

    Then nothing is said of what follows from them. Raises ParityError when a quantity has no
    tolerance; anything wrong with `reported` is a finding.
    """
    if workload.proof is None:
        return Judged()
    if "proof" not in reported:
        return Judged(notes=(NOT_REPORTED,))
    expected = find(workload, data)
    if expected is None:
        return Judged(notes=(NOT_AT_HAND,))
    quantities, findings, failed = [], [], {}
    for name, measure in MEASURES.items():
        case = Case(workload, reported, reference, expected)
        quantity, problem = compared(workload, name, measure, case)
        quantities.append(quantity)
        if problem:
            findings.append(f"In the run that proves it, {problem}.")
        elif not quantity.passed:
            failed[name] = quantity
    course = Course(workload.kind, reported, expected, failed, workload.tolerances, explained)
    return Judged(tuple(quantities), (*findings, *diagnose(course)))


@dataclass(frozen=True)
class Case:
    workload: object
    reported: dict
    reference: dict
    expected: dict


def step_tolerance(tolerances: dict, step: int) -> float:
    """Return what a loss may be off after so many steps, over what the first may be off."""
    return float(tolerances["run_losses"].get("growth", 1.0)) ** step


# One function per quantity: the largest error, and where it is


def fed(case: Case):
    """Compare the last batch of each epoch, of the record's run and of the one that proves it."""
    found = [(0.0, "the batches")]
    profile = look_up(case.reported, ("proof", "of"))
    # A verification trains nothing: no batch is fed in it.
    ends = {**case.expected["profiles"], "verification": None}
    if not isinstance(profile, str) or profile not in ends:
        raise Malformed(f"profile {profile!r} is not one of {', '.join(ends)}")
    for keys, wanted, whose in (
        (("proof", "run", "fed"), case.expected["fed"], ""),
        (("run", "fed"), ends[profile], f" of profile {profile}"),
    ):
        if wanted is None:
            continue
        table = look_up(case.reported, keys)
        if not isinstance(table, list) or len(table) != len(wanted):
            count = len(table) if isinstance(table, list) else 0
            raise Malformed(f"the ends of {count} epochs were fed{whose}; expected {len(wanted)}")
        for epoch, forms in enumerate(wanted):
            for name, right in forms.items():
                ours = described(case.reported, (*keys, epoch, name))
                error = min(apart(ours, form) for form in right)
                found.append((error, f"the {name} of the last batch of epoch {epoch + 1}{whose}"))
    return max(found)


def described(reported, keys: tuple) -> dict:
    return {
        "norm": float(numbers(reported, (*keys, "norm"), ())),
        "largest": float(numbers(reported, (*keys, "largest"), ())),
        "projections": numbers(reported, (*keys, "projections"), (4,)),
    }


def apart(ours: dict, theirs: dict) -> float:
    """Return how far two fingerprints are from each other, relative to the second's size."""
    differences = [
        ours["norm"] - theirs["norm"],
        *(ours["projections"] - np.array(theirs["projections"])),
    ]
    largest = abs(ours["largest"] - theirs["largest"]) / (theirs["largest"] or 1)
    return float(max(np.abs(differences).max() / (theirs["norm"] or 1), largest))


def run_losses(case: Case):
    """Return the loss that is furthest off, in units of what the first one may be off."""
    theirs = np.array(case.expected["losses"])
    keys = ("proof", case.workload.kind.curve.key)
    check_steps(look_up(case.reported, keys), case.expected)
    ours = numbers(case.reported, keys, theirs.shape)
    growth = step_tolerance(case.workload.tolerances, 1)
    errors = np.abs(ours - theirs) / growth ** np.arange(len(theirs))
    return float(errors.max()), f"training step {errors.argmax() + 1}"


def check_steps(losses, expected: dict) -> None:
    """Raise Malformed when there were more or fewer training steps, with what that may be."""
    steps, epoch = len(expected["losses"]), expected["border"]
    count = len(losses) if isinstance(losses, list) else steps
    if count == steps:
        return
    kinds = {
        epoch: "an epoch is missing, or half of each",
        steps + 2: "the last batch of an epoch, which is not complete, is kept",
        0: "no loss was reported",
    }
    told = kinds.get(count, "look at the size of the batches and at how many make an epoch")
    raise Malformed(f"there are {count} training steps; expected {steps}: {told}")


def run_changes(case: Case):
    shapes, start = case.reference["shapes"], case.reference["weights"]
    ours = fingerprints(case.reported, ("proof", "run", "weights"), shapes)
    found = []
    for name, shape in shapes.items():
        moved = vector(ours[name], shape) - vector(start[name], shape)
        right = case.expected["changes"][name]
        rest = np.linalg.norm(moved - vector(right, shape))
        found.append((float(rest / right["norm"]), name))
    return max(found)


def run_logits(case: Case):
    ours = described(case.reported, ("proof", "run", "logits", "logits"))
    return apart(ours, case.expected["logits"]), "the logits of the first test examples"


def run_test(case: Case):
    """Count the test examples that are judged otherwise, by class and by the accuracy."""
    classes, doubtful = case.expected["classes"], set(case.expected["doubtful"])
    shown = look_up(case.reported, ("proof", "run", "predicted"))
    count = len(shown) if isinstance(shown, list) else 0
    ours = numbers(case.reported, ("proof", "run", "predicted"), (min(200, len(classes)),))
    wrong = [n for n in range(count) if ours[n] != classes[n] and n not in doubtful]
    accuracy = float(numbers(case.reported, ("proof", case.workload.kind.check.key), ()))
    off = abs(accuracy - case.expected["accuracy"]) * len(classes)
    beyond = max(0.0, off - len(doubtful))
    return max(
        (float(len(wrong)), f"the classes, first of test example {wrong[0] if wrong else 0}"),
        (beyond if beyond > 1e-6 else 0.0, "the accuracy"),
    )


MEASURES = {
    "fed": fed,
    "run_losses": run_losses,
    "run_changes": run_changes,
    "run_logits": run_logits,
    "run_test": run_test,
}
