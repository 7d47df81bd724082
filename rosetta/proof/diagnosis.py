"""Name the mistake behind a failed comparison: what is off, what agrees, where to look.

Pure. The quantities depend on each other in one direction: logits, losses, gradients, changes of
the weights. The first that fails is explained; what only follows from it is not explained again.
"""

import math

import numpy as np

from .case import Case, listed
from .fingerprints import ALIKE, common_factor, distance, proportional
from .mistakes import CHANGES, LOGITS, LOSSES
from .starting import INPUTS, initializer


def diagnose(case: Case) -> tuple[str, ...]:
    """Return a finding per mistake; none when no quantity failed."""
    findings = []
    findings += [describe(case) for name, describe in INPUTS.items() if name in case.failed]
    if "initializer" in case.failed:
        findings += initializer(case)
    if "features" in case.failed:
        findings.append(features(case))
    # Evidence in the order of cause: from the first that fails on, everything else follows.
    if "logits" in case.failed:
        findings.append(logits(case))
    elif "losses" in case.failed and first_loss_is_off(case):
        findings.append(first_loss(case))
    elif "gradients" in case.failed:
        findings.append(gradients(case))
    elif "changes" in case.failed:
        findings.append(changes(case))
    elif "losses" in case.failed:
        findings.append(later_losses(case))
    return tuple(findings)


# What the model computes


def features(case: Case) -> str:
    """Say where what a network makes of images differs; most causes look alike from there."""
    failed = case.failed["features"]
    return (
        f"The features are off by {failed.error:.0e} of the largest (allowed "
        f"{failed.tolerance:.0e}), most in {failed.where}. Look at the network's variant, at the "
        "statistics that its normalization uses, and at what the images go through before it."
    )


def logits(case: Case) -> str:
    ours, theirs = (np.array(values) for values in case.pair("logits"))
    failed = case.failed["logits"]
    off = f"The logits are off by {failed.error:.0e} (allowed {failed.tolerance:.0e})."
    near = max(10 * failed.tolerance, ALIKE * np.abs(ours - theirs).max())
    if np.abs(ours - softmax(theirs)).max() <= near:
        return (
            f"{off} They are probabilities: the softmax of the expected logits. Look at the last "
            "layer: it has no activation, the loss applies the softmax."
        )
    for name, wrong in case.reference["mistakes"]["logits"].items():
        some = np.array(wrong)
        if np.abs(ours[: len(some)] - some).max() <= near:
            return f"{off} {LOGITS.get(name, name)}"
    if "losses" in case.agreeing:
        return (
            f"{off} The losses agree, so the model is right. Look at how the logits are read: "
            "before any training step, from the ordinary batch, in its order, without dropout."
        )
    if "losses" in case.failed:
        loss = case.reported["parity"]["losses"][0]
        own = cross_entropy(ours, case.reference["labels"])
        if abs(loss - own) > max(1e-4, 10 * failed.tolerance):
            return (
                f"{off} The first loss, {loss:.4f}, is not even that of these logits, {own:.4f}: "
                "the model gives another answer each time. Look at dropout: it must be off here."
            )
    return (
        f"{off} The losses follow from them, and no known mistake gives them. Look at which weight "
        "is loaded into which layer, at padding, pooling, gates and activations."
    )


def softmax(x):
    powers = np.exp(x - x.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def cross_entropy(x, labels) -> float:
    return float(-np.log(softmax(x)[np.arange(len(labels)), labels]).mean())


# What the loss makes of it


def first_loss_is_off(case: Case) -> bool:
    ours, theirs = case.pair("losses")
    return abs(ours[0] - theirs[0]) > case.failed["losses"].tolerance


def first_loss(case: Case) -> str:
    ours, theirs = case.pair("losses")
    off = f"losses[0] is off by {abs(ours[0] - theirs[0]):.0e}{case.agree('logits', 'gradients')}."
    size = len(case.reference["labels"])
    if abs(ours[0] / (size * theirs[0]) - 1) < ALIKE:
        return f"{off} It is {size} times too large: summed over the batch. Look for the mean."
    if known := known_losses(case):
        return f"{off} {known}"
    if case.readable("gradients"):
        if decay := proportional(*case.pair("gradients"), *case.known):
            return (
                f"{off} The gradients are off by {decay:.2g} times the weights: the loss holds a "
                "penalty on them. Look at L2 regularization."
            )
        if "gradients" in case.agreeing:
            return f"{off} Look at how the loss is read: as a mean over the ordinary batch."
    return (
        f"{off} The training step computes another function than the prediction. Look at dropout: "
        "it must be off in the training steps of the proof, too; then at the loss."
    )


def known_losses(case: Case) -> str:
    """Return the sentence for the mistake that gives these very losses, or nothing."""
    ours, theirs = (np.array(values) for values in case.pair("losses"))
    near = max(2 * case.failed["losses"].tolerance, ALIKE * np.abs(ours - theirs).max())
    for name, wrong in case.reference["mistakes"]["losses"].items():
        if np.abs(ours - wrong).max() <= near:
            return LOSSES.get(name, name)
    return ""


# What is learned from one batch


def gradients(case: Case) -> str:
    ours, theirs = case.pair("gradients")
    failed = case.failed["gradients"]
    off = f"The gradients are off by {failed.error:.0e} of their norm"
    off += f" (allowed {failed.tolerance:.0e})"
    agreeing = case.agree("logits", "losses", "changes")
    if zero := [name for name in theirs if ours[name]["norm"] < 1e-6 * theirs[name]["norm"]]:
        return (
            f"The gradient of {listed(zero)} is zero{agreeing}. Look at what keeps it "
            "from the loss: a detached or frozen parameter, or a compiler's mistake."
        )
    factor = common_factor(ours, theirs, case.reference["shapes"])
    size = len(case.reference.get("margin_labels") or case.reference["labels"])
    if factor and abs(factor / size - 1) < ALIKE:
        return (
            f"The gradients are {size} times the expected ones{agreeing}: summed over the batch. "
            "Look for the mean."
        )
    if factor and 0 < factor < 1 and "losses" in case.agreeing:
        norm = factor * math.sqrt(sum(one["norm"] ** 2 for one in theirs.values()))
        return (
            f"The gradients are {factor:.4g} times the right ones{agreeing}: of a norm of "
            f"{norm:.3g}. Look for clipping, and at what the gradients are divided by."
        )
    if factor:
        return f"The gradients are {factor:.4g} times the right ones{agreeing}. Look at the loss."
    if decay := proportional(ours, theirs, *case.known):
        return (
            f"{off}{agreeing}: by {decay:.2g} times the weights. Look at weight decay, or at a "
            "penalty in the loss."
        )
    return per_parameter(case, "gradient", off + agreeing, ours, theirs, failed.tolerance)


def per_parameter(case: Case, noun: str, off: str, ours, theirs, tolerance) -> str:
    """Name the parameters that are off, and say so if only their elements' order is."""
    shapes = case.reference["shapes"]
    wrong = [n for n in shapes if distance(ours[n], theirs[n], shapes[n]) > tolerance]
    same = [n for n in wrong if abs(ours[n]["norm"] / theirs[n]["norm"] - 1) <= tolerance]
    if same == wrong:
        return (
            f"{off}: the {noun} of {listed(wrong)} has the right size but its elements are in the "
            "wrong order. Look at how it is transposed or permuted."
        )
    if len(wrong) == len(shapes):
        if noun == "change" and "gradients" in case.agreeing:
            return f"{off}, in every parameter. {rule(ours, shapes)}"
        batch = "margin" if "margin_labels" in case.reference else "first"
        return (
            f"{off}, in every parameter. Look at the batch: it must be the {batch} batch; and for "
            "gradients that were not cleared."
        )
    return f"{off}: the {noun} of {listed(wrong)}. Look at where the layer stands in the model."


def rule(ours, shapes) -> str:
    """Say what can be told of an optimizer that moves every weight otherwise."""
    far = [ours[name]["largest"] for name in shapes]
    told = "Data, model and loss can be excluded: it is the optimizer's rule."
    if max(far) < 1.01 * min(far):
        told += f" All went as far, by {max(far):.2g}, as in the first step of Adam."
    return f"{told} Look at which optimizer it is."


# What the optimizer makes of it


def changes(case: Case) -> str:
    (first, last), (first_expected, last_expected) = case.pair("changes")
    failed = case.failed["changes"]
    off = f"The weight changes are off by {failed.error:.0e} of their norm"
    off += f" (allowed {failed.tolerance:.0e})"
    agreeing = case.agree("logits", "gradients")
    rate, momentum = (case.hyperparameters.get(k, 0) for k in ("LEARNING_RATE", "MOMENTUM"))
    shapes = case.reference["shapes"]
    if known := known_changes(case):
        return f"{off}{agreeing}. {known}"
    still = [n for n in first_expected if first[n]["norm"] < 1e-6 * first_expected[n]["norm"]]
    if still:
        return (
            f"{listed(still)} did not change in a training step{agreeing}. Look at which "
            "parameters the optimizer was given."
        )
    apart = max(distance(first[n], first_expected[n], shapes[n]) for n in shapes)
    if apart <= failed.tolerance:
        return momentum_is_wrong(case, off, last, last_expected)
    factor = common_factor(first, first_expected, shapes)
    if factor and abs(factor - (1 + momentum)) < ALIKE:
        return (
            f"The first weight change is {factor:.3g} = 1 + momentum times the expected one"
            f"{agreeing}. Look at Nesterov's momentum: the workload's is the plain one."
        )
    if factor and abs(factor - (1 - momentum)) < ALIKE:
        return (
            f"The first weight change is {factor:.3g} = 1 - momentum times the expected one"
            f"{agreeing}. Look at momentum: is it in its unit-gain form? Or at the learning rate."
        )
    if factor:
        return (
            f"The first weight change is {factor:.3g} times the expected one{agreeing}: a learning "
            f"rate of {factor * rate:.3g} instead of {rate:g}. Look at the learning rate, and at "
            "what the gradients are divided by."
        )
    if rate and (decay := proportional(first, first_expected, *case.known)):
        return (
            f"{off}{agreeing}: the weights shrink by a weight decay of {-decay / rate:.2g}. "
            "Look at weight decay: the workload has none."
        )
    return per_parameter(case, "change", off + agreeing, first, first_expected, failed.tolerance)


def known_changes(case: Case) -> str:
    """Return the sentence for the mistake that gives these very changes, or nothing."""
    ours, shapes = case.reported["parity"]["changes"], case.reference["shapes"]
    near = max(case.failed["changes"].tolerance, ALIKE * case.failed["changes"].error)
    for name, wrong in case.reference["mistakes"].get("changes", {}).items():
        steps = zip(ours, wrong, strict=True)
        if all(distance(a[n], b[n], shapes[n]) <= near for a, b in steps for n in shapes):
            return CHANGES.get(name, name)
    return ""


def momentum_is_wrong(case: Case, off: str, last, last_expected) -> str:
    went = np.median([last[n]["norm"] / last_expected[n]["norm"] for n in last_expected])
    far = f" After three training steps the weights went {went:.2g} times as far as expected."
    if "losses" in case.failed:
        return later_losses(case) + far
    look = "momentum: it starts without velocity" if "MOMENTUM" in case.hyperparameters else KEPT
    return f"{off} while the first agrees.{far} Look at {look}."


KEPT = "what the optimizer keeps from step to step, which starts at zero"


def later_losses(case: Case) -> str:
    ours, theirs = (np.array(values) for values in case.pair("losses"))
    failed = case.failed["losses"]
    errors = np.abs(ours - theirs)
    step = int((errors > failed.tolerance).argmax())
    fine = "losses[0]" if step == 1 else f"losses[0:{step}]"
    also = [name for name in ("logits", "gradients") if name in case.agreeing]
    off = (
        f"losses[{step}] is off by {errors[step]:.0e} (allowed {failed.tolerance:.0e}) "
        f"while {listed([*also, fine])} agree."
    )
    hint = ""
    if known := known_losses(case):
        return f"{off} {known}"
    if factor := slightly_off(case):
        return f"{off} The first weight change is {factor:.4f} times the expected one. {RATE}"
    if step == 2 and "MOMENTUM" in case.hyperparameters:
        hint = "Look at momentum: it first shows in the third loss. Then at a schedule of the rate."
    return f"{off} {hint or 'Look at the optimizer, and at a schedule of the rate.'}"


RATE = "Look at the learning rate."


def slightly_off(case: Case) -> float | None:
    """Return the factor of the first change where it is too near to one to fail by itself."""
    if "changes" not in case.agreeing:
        return None
    (first, _), (expected, _) = case.pair("changes")
    factor = common_factor(first, expected, case.reference["shapes"], alike=2e-4)
    return factor if factor and abs(factor - 1) < ALIKE else None


def divides_by_batch_size(case: Case) -> bool:
    """Tell whether steps are only shorter because the margin batch is smaller than the others.

    An optimizer that is told BATCH_SIZE, and not a batch's length, does the same as the others
    wherever batches are whole; that they are, the run must prove.
    """
    size = len(case.reference.get("margin_labels", ()))
    whole = case.hyperparameters.get("BATCH_SIZE")
    if set(case.failed) != {"changes"} or not (size and whole):
        return False
    (first, _), (expected, _) = case.pair("changes")
    factor = common_factor(first, expected, case.reference["shapes"])
    return bool(factor) and abs(factor * whole / size - 1) < ALIKE
