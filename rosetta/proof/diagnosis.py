"""Name the mistake behind a failed comparison: what is off, what agrees, where to look.

Pure. The quantities depend on each other in one direction: logits, losses, gradients, changes of
the weights. The first that fails is explained; what only follows from it is not explained again.
"""

import math
from dataclasses import dataclass

import numpy as np

from .fingerprints import ALIKE, common_factor, distance, fans, glorot_bound, proportional
from .mistakes import CHANGES, INITIALIZERS, LOGITS, LOSSES


@dataclass(frozen=True)
class Case:
    """What a script reported, what was expected, and which quantities failed and which agree.

    `failed` holds parity's Quantity by name. A quantity that could not be read is in neither.
    """

    hyperparameters: dict
    reported: dict
    reference: dict
    data: dict | None
    failed: dict
    agreeing: frozenset

    def readable(self, name: str) -> bool:
        return name in self.failed or name in self.agreeing

    def pair(self, name: str):
        """Return what was reported and what was expected under a name of the parity table."""
        return self.reported["parity"][name], self.reference[name]

    @property
    def known(self):
        """Return the fingerprints of the reference weights, and the shapes."""
        return self.reference["weights"], self.reference["shapes"]

    def agree(self, *names: str) -> str:
        """Return " while logits and gradients agree" for those of the names that do."""
        found = [name for name in names if name in self.agreeing]
        return f" while {listed(found)} agree" if found else ""


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


# What goes in


def images(case: Case) -> str:
    failed = case.failed["images"]
    off = f"The images are off by {failed.error:.0e} (allowed {failed.tolerance:.0e}) in "
    off += f"{failed.where}."
    means = np.array(case.reported["images"]["channel_means"])
    expected = np.array(case.data["channel_means"])
    if np.abs(means[::-1] - expected).max() <= failed.tolerance:
        return f"{off} Red and blue are exchanged. Look at the order of the channels."
    ratio = means / expected
    if np.ptp(ratio) > 1e-3 * abs(ratio.mean()):
        return f"{off} Look at the layout, and for a mean taken off: pixels are from 0 to 1."
    by = float(ratio.mean())
    for factor, cause in (
        (255 / 256, "255/256: the pixels were divided by 256, not by 255"),
        (1 / 256, "1/256: pixels from 0 to 1 were divided by 256"),
        (1 / 255, "1/255: pixels from 0 to 1 were divided by 255 once more"),
        (255.0, "255: the pixels were not divided by 255"),
    ):
        if abs(by / factor - 1) < 1e-3:
            return f"{off} They are scaled by {cause}. Look at how the images are scaled."
    return f"{off} They are scaled by {by:.4g}. Look at how the images are scaled."


def reviews(case: Case) -> str:
    ours, theirs = case.reported["reviews"], case.data["reviews"]
    off = f"The reviews are not those of the others: off in {case.failed['reviews'].where}."
    if ours["largest"] == theirs["largest"] and ours["last_mean"] < theirs["last_mean"]:
        return f"{off} Look at where they are padded and cut: zeros in front, the end is kept."
    return f"{off} Look at the vocabulary, at the order of the reviews and at their length."


INPUTS = {"images": images, "reviews": reviews}


def features(case: Case) -> str:
    """Say where what a network makes of images differs; most causes look alike from there."""
    failed = case.failed["features"]
    return (
        f"The features are off by {failed.error:.0e} of the largest (allowed "
        f"{failed.tolerance:.0e}), most in {failed.where}. Look at the network's variant, at the "
        "statistics that its normalization uses, and at what the images go through before it."
    )


# What training starts from


def initializer(case: Case) -> list[str]:
    shapes, initial = case.reference["shapes"], case.reported["parity"]["initial"]
    rms = {n: initial[n]["norm"] / math.sqrt(math.prod(s)) for n, s in shapes.items()}
    bounds = case.reference.get("bounds", {})
    bound = {n: bounds.get(n) or glorot_bound(s) for n, s in shapes.items() if len(s) > 1}
    right = {n: largest / math.sqrt(3) for n, largest in bound.items()}
    findings = []

    def named(name):
        return f"uniform in ±{bounds[name]}" if name in bounds else "Glorot-uniform"

    # Four standard errors: of n uniform values, the root mean square scatters by sqrt(0.2 / n).
    scatter = {n: 4 * math.sqrt(0.2 / math.prod(shapes[n])) for n in right}
    off = [n for n in right if abs(rms[n] / right[n] - 1) > scatter[n]]
    if off:
        worst = max(off, key=lambda n: abs(math.log(max(rms[n], 1e-9) / right[n])))
        found = [
            name
            for name, deviation in INITIALIZERS.items()
            if all(
                abs(rms[n] - deviation(*fans(shapes[n]))) <= max(scatter[n], 0.01) * rms[n]
                for n in off
            )
        ]
        guess = f" That is {found[0]}." if found else ""
        findings.append(
            f"The initializer is not {named(worst)}: {worst} starts with a root mean square of "
            f"{rms[worst]:.2e} instead of {right[worst]:.2e} ({counted(off, right)}).{guess} "
            f"Look at the initializer: ask for {named(worst)} by name."
        )
    elif case.failed["initializer"].where in right:
        name = case.failed["initializer"].where
        findings.append(
            f"The initializer has the right deviation but is not uniform: the largest of {name} is "
            f"{initial[name]['largest']:.2e} instead of {bound[name]:.2e}. "
            f"Look at the initializer: is it {'normal' if name in bounds else 'Glorot-normal'}?"
        )
    if biases := [n for n, s in shapes.items() if len(s) == 1 and initial[n]["largest"] > 0]:
        worst = max(biases, key=lambda n: initial[n]["largest"])
        findings.append(
            f"Biases do not start at zero: {worst} reaches {initial[worst]['largest']:.2e} "
            f"({counted(biases, shapes)}). Look at the initializer of the biases."
        )
    return findings


def counted(names, among) -> str:
    kind = [n for n in among if n.rpartition(".")[2] == names[0].rpartition(".")[2]]
    return f"{len(names)} of {len(kind)} are off" if len(names) > 1 else "it is the only one"


# What the model computes


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
        batch = "margin" if "margin_labels" in case.reference else "first"
        return f"{off}, in every parameter. Look at the batch: it must be the {batch} batch."
    return f"{off}: the {noun} of {listed(wrong)}. Look at where the layer stands in the model."


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
    if step == 2 and "MOMENTUM" in case.hyperparameters:
        hint = "Look at momentum: it first shows in the third loss."
    return f"{off} {known_losses(case) or hint or 'Look at the optimizer.'}"


def listed(names) -> str:
    """Return "a", "a and b", "a, b and c"; many are cut short."""
    names = list(names)
    if len(names) > 4:
        names = [*names[:3], f"{len(names) - 3} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
