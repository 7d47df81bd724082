"""Name the mistake of a run: in the batches, in the loop, at the border of epochs, in the test.

Pure. The first loss that parts says the kind: data or start if it is the very first, arithmetic if
the batches agree, what is made anew if it is where an epoch begins. A mistake that is known by what
it gives there is named; else it is said what can be excluded.
"""

from dataclasses import dataclass

import numpy as np

from rosetta.project.kinds import Kind

from .fingerprints import ALIKE
from .mistakes import ACCURACIES, INPUTS, RUN


@dataclass(frozen=True)
class Course:
    """What was reported and expected of a run, which quantities failed, and what is allowed."""

    kind: Kind
    reported: dict
    expected: dict
    failed: dict
    tolerances: dict
    explained: bool

    @property
    def losses(self) -> tuple[np.ndarray, np.ndarray]:
        ours = self.reported["proof"].get(self.kind.curve.key)
        return np.array(ours, np.float64), np.array(self.expected["losses"])

    def rounding(self, step: int) -> float:
        """Return what a correct program was measured to be off at a step."""
        table = self.tolerances["run_losses"]
        return self.allowed(step) * table["spread"] / table["tolerance"]

    def allowed(self, step: int) -> float:
        table = self.tolerances["run_losses"]
        return table["tolerance"] * table.get("growth", 1.0) ** step


# Weights that are further off than this, in units of what they had to move, are another model's.
ANOTHER = 10


def diagnose(course: Course) -> list[str]:
    """Return a finding per mistake; of what follows from another, none."""
    findings = []
    if "fed" in course.failed:
        findings.append(fed(course))
    if course.explained:
        return findings
    if "run_losses" in course.failed:
        findings.append(losses(course))
    elif "run_changes" in course.failed and not findings:
        findings.append(changes(course))
    elif "run_logits" in course.failed and not findings:
        findings.append(logits(course))
    if "run_test" in course.failed and not {"run_losses", "run_logits"} & set(course.failed):
        findings.append(test(course))
    return findings


def fed(course: Course) -> str:
    failed = course.failed["fed"]
    off = f"What was fed is off by {failed.error:.0e} of its size in {failed.where}."
    ours = course.reported["proof"]["run"]["fed"]
    names = list(course.expected["fed"][0])
    inputs, labels = (agreement(ours, course.expected["fed"], name) for name in names)
    if ours[0] == ours[1]:
        return (
            f"{off} Both epochs end alike. Look at the seed: each epoch has its own, SEED + epoch."
        )
    if inputs and not labels:
        return f"{off} The {names[0]} are right, the labels are not. Look at how labels are drawn."
    if labels and not inputs:
        return (
            f"{off} The labels are right, the {names[0]} are not. Look at what is done to them in "
            "the loop, and at their layout."
        )
    return f"{off} Look at the order of the batches, and at which data they are cut from."


def agreement(ours, expected, name: str) -> bool:
    def near(one, forms):
        return any(
            abs(one[name]["norm"] - f["norm"]) <= 1e-5 * f["norm"]
            and np.allclose(
                one[name]["projections"], f["projections"], rtol=0, atol=1e-5 * f["norm"]
            )
            for f in forms[name]
        )

    return all(near(one, forms) for one, forms in zip(ours, expected, strict=True))


# The losses


def first_apart(course: Course) -> int:
    ours, theirs = course.losses
    off = np.abs(ours - theirs) > [course.allowed(step) for step in range(len(theirs))]
    return int(off.argmax())


def losses(course: Course) -> str:
    ours, theirs = course.losses
    step, border = first_apart(course), course.expected["border"]
    error = abs(ours[step] - theirs[step])
    off = (
        f"In the run, the loss of training step {step + 1} is off by {error:.0e} (allowed "
        f"{course.allowed(step):.0e}){before(step)}"
    )
    if told := recognized(course, step):
        return f"{off}. {told}"
    data = "fed" in course.failed
    if step == 0:
        if data:
            return f"{off}, and so is what was fed: it is the data."
        return (
            f"{off}, before anything was learned, while a single step of the twin agrees: it is "
            "what the loop feeds, starts from or computes a loss of. Look at what stands between "
            "the batches and the training step, and at the loss there."
        )
    if step == border:
        return (
            f"{off}: it is the border of the epochs. Look at what is made anew there, and at the "
            "seed of the second epoch."
        )
    place = "within the first epoch" if step < border else "within the second epoch"
    if data:
        return f"{off}, {place}, and what was fed is off, too: look at the data first."
    if step == 1 and (factor := stretched(course)):
        return (
            f"{off}. The first step went {factor:.3g} times as far as it should, and the batches "
            "agree: it is arithmetic. Look at the rate that the loop's optimizer has."
        )
    return (
        f"{off}, {place}; the epochs end with the right batches, so it is arithmetic and not data. "
        f"Look at the loop's own optimizer, at a schedule, and at what changes at step {step}."
    )


def before(step: int) -> str:
    if step == 0:
        return ""
    return " while the first agrees" if step == 1 else f" while the first {step} agree"


def recognized(course: Course, step: int) -> str:
    """Return the sentence for the mistake that gives this very loss at this step, or nothing."""
    ours, theirs = course.losses
    near = max(2 * course.rounding(step), ALIKE * abs(ours[step] - theirs[step]))
    found = course.expected["mistakes"].get(str(step), {})
    fitting = sorted((abs(loss - ours[step]), name) for name, loss in found.items())
    # What is hardly off can be anything: a mistake that itself is near the truth names nothing.
    if not fitting or fitting[0][0] > near or abs(ours[step] - theirs[step]) < 4 * near:
        return ""
    name = fitting[0][1]
    kind, _, what = name.partition(": ")
    if kind == "frozen":
        return f"That is what a loop gives that leaves {what} as they are. Look for frozen layers."
    if name.startswith("rate_times_"):
        factor = name.removeprefix("rate_times_")
        where = "the second epoch's first step" if step > 2 else f"step {step}"
        return (
            f"That is about what a rate of {factor} times the right one gives in {where}. "
            "Look at the loop's rate, and at schedules."
        )
    if name.startswith("labels_smoothed_by_"):
        return (
            f"That is the loss of labels smoothed by {name.rpartition('_')[2]}. Look at the "
            "loop's loss."
        )
    return RUN.get(name) or INPUTS.get(name, name)


def stretched(course: Course) -> float | None:
    """Return how many times too long the first step was, to first order."""
    ours, theirs = course.losses
    still = course.expected["mistakes"].get("1", {}).get("no_step")
    if still is None or abs(theirs[1] - still) < 20 * course.allowed(1):
        return None
    factor = float((ours[1] - still) / (theirs[1] - still))
    return factor if 0 < factor < 3 else None


def changes(course: Course) -> str:
    failed = course.failed["run_changes"]
    if failed.error > ANOTHER:
        return (
            f"In the run, the change of {failed.where} is off by {failed.error:.0e} of its size "
            "while all losses agree: these are not the weights that were trained. Look at which "
            "model predicts, and whether it is made anew."
        )
    return (
        f"In the run, the change of {failed.where} is off by {failed.error:.0e} of its size "
        f"(allowed {failed.tolerance:.0e}) while all losses agree. Look at what happens to the "
        "weights after the last training step, and at small terms: decay, clipping, averaging."
    )


# The test


def logits(course: Course) -> str:
    failed = course.failed["run_logits"]
    off = (
        f"In the run, the logits of the test are off by {failed.error:.0e} of their size (allowed "
        f"{failed.tolerance:.0e}) while the training agrees."
    )
    ours = course.reported["proof"]["run"]["logits"]["logits"]
    for name, wrong in course.expected["test_mistakes"].items():
        distance = np.abs(np.array(ours["projections"]) - wrong["projections"]).max()
        if distance <= max(2 * failed.tolerance, ALIKE * failed.error) * wrong["norm"]:
            return f"{off} {TEST.get(name) or INPUTS.get(name, name)}"
    return (
        f"{off} Look at which images or reviews are tested, in which order, and how they are "
        "prepared; at the mode of the model; and at which model it is."
    )


TEST = {
    "untrained": "They are those of a model that was not trained. Look at which model predicts.",
    "training_set": "They are those of the training set. Look at what is tested.",
}


def test(course: Course) -> str:
    failed = course.failed["run_test"]
    off = f"In the run, the logits of the test agree, but not {failed.where}."
    accuracy = course.reported["proof"][course.kind.check.key]
    for name, value in course.expected["accuracies"].items():
        if abs(accuracy - value) < 1e-6:
            return f"{off} {accuracy:.4f} is {ACCURACIES[name]}. Look at the evaluation."
    return (
        f"{off} An accuracy of {accuracy:.4f} instead of {course.expected['accuracy']:.4f} is "
        "reported. Look at how classes are taken from logits, and with which labels they are "
        "compared."
    )
