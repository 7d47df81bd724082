"""Read what a script reported, number by number, and say how far one quantity is off. Pure."""

import json
import math
from dataclasses import dataclass

import numpy as np


class ParityError(Exception):
    """The workload's own files do not allow a judgment; the message names the file."""


class Malformed(ValueError):
    """The script did not report a quantity, or not in the agreed form."""


@dataclass(frozen=True)
class Quantity:
    """The largest error of one quantity, where it is, and what is allowed.

    `spread` is the largest error measured among correct frameworks. Units: logits, losses and
    images absolute; reviews relative; gradients and changes relative to the norm of the
    parameter's reference; initializer in standard errors. An error is infinite where nothing could
    be compared.
    """

    name: str
    error: float
    tolerance: float
    spread: float | None
    where: str

    @property
    def passed(self) -> bool:
        return self.error <= self.tolerance


def allowed(workload, name: str) -> tuple[float, float | None]:
    """Return the tolerance of a quantity and the spread measured among correct frameworks."""
    table = workload.tolerances.get(name)
    if not isinstance(table, dict) or "tolerance" not in table:
        raise ParityError(
            f"{workload.path / 'workload.toml'}: [tolerances] has no {name}; expected "
            f"{name} = {{ tolerance = ..., spread = ... }}."
        )
    return float(table["tolerance"]), table.get("spread")


# Reading what was reported


def compared(workload, name: str, measure, *given) -> tuple[Quantity, str]:
    """Measure a quantity by what is given; return it, and what kept it from being compared, if so.

    `measure` returns the largest error and where it is, or raises Malformed. Raises ParityError
    when the workload has no tolerance for it.
    """
    tolerance, spread = allowed(workload, name)
    try:
        error, where = measure(*given)
    except Malformed as problem:
        return Quantity(name, math.inf, tolerance, spread, "not comparable"), str(problem)
    return Quantity(name, error, tolerance, spread, where), ""


def look_up(reported, keys: tuple):
    """Return the value below the keys. Raises Malformed when there is none."""
    value = reported
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            raise Malformed(f"{spelled(keys)} is missing from what the last cell reports") from None
    return value


def numbers(reported, keys: tuple, shape: tuple) -> np.ndarray:
    """Return finite float64 numbers of the given shape. Raises Malformed for anything else."""
    value = look_up(reported, keys)
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise Malformed(
            f"{spelled(keys)} is not an array of numbers; expected {extent(shape)}"
        ) from None
    if found.shape != shape:
        raise Malformed(f"{spelled(keys)} is {extent(found.shape)}; expected {extent(shape)}")
    if not np.isfinite(found).all():
        bad = f"{np.sum(~np.isfinite(found))} of {found.size} numbers"
        raise Malformed(f"{spelled(keys)} is not finite in {bad}; look for NaN and overflow")
    return found


def fingerprints(reported, keys: tuple, shapes: dict) -> dict:
    """Return a fingerprint per parameter. Raises Malformed when one is missing or not finite."""
    table = look_up(reported, keys)
    if not isinstance(table, dict):
        raise Malformed(f"{spelled(keys)} is not a table of fingerprints by parameter")
    if unknown := sorted(set(table) - set(shapes)):
        raise Malformed(
            f"{spelled(keys)} names {', '.join(unknown)}, which the reference does not have"
        )
    return {
        name: {
            "norm": float(numbers(reported, (*keys, name, "norm"), ())),
            "largest": float(numbers(reported, (*keys, name, "largest"), ())),
            "projections": numbers(reported, (*keys, name, "projections"), (4,)),
        }
        for name in shapes
    }


def spelled(keys: tuple) -> str:
    """Return the address as Python writes it: parity["gradients"]["conv1.weight"]."""
    return keys[0] + "".join(f"[{json.dumps(key)}]" for key in keys[1:])


def extent(shape: tuple) -> str:
    return " x ".join(map(str, shape)) + " numbers" if shape else "one number"
