"""Name mistakes in what a model is given and in what training starts from. Pure."""

import math

import numpy as np

from .case import Case
from .fingerprints import fans, glorot_bound
from .mistakes import INITIALIZERS

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
