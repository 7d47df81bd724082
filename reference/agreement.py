"""Compare what two programs computed in float64, and store it if they agree."""

import json
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
# The largest relative disagreement of two correct programs in float64 is about 1e-13.
ALLOWED = 1e-10


def candidate(workload):
    """Return where the first program writes what it computed."""
    return ROOT / "_build" / "reference" / f"{workload}.json"


def propose(workload, values):
    """Write what the first program computed, for the second to confirm."""
    path = candidate(workload)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, json.dumps(values))
    print(f"wrote {path.relative_to(ROOT)}; next: reference/{workload}_jax.py confirms it")


def confirm(workload, compute, version):
    """Compare what `compute` returns with the candidate, and store that if they agree.

    Exits with a message if there is no candidate, or if they disagree.
    """
    path, stored = candidate(workload), ROOT / "scripts" / workload / "reference.json"
    if not path.exists():
        sys.exit(
            f"{path.relative_to(ROOT)} is not there: run reference/{workload}_pytorch.py first"
        )
    values = json.loads(path.read_text("utf-8"))
    about = {name: values.pop(name) for name in ("made_by", "smallest_margin") if name in values}
    worst, where = compare(values, json.loads(json.dumps(compute())))
    print(f"largest relative disagreement: {worst:.1e}, at {where}")
    if worst > ALLOWED:
        sys.exit(
            f"{about['made_by']} and {version} disagree by more than {ALLOWED:.0e}: not stored"
        )
    kept = {
        "made_by": about.pop("made_by"),
        "confirmed_by": version,
        "disagreement": float(f"{worst:.1e}"),
        **{name: float(f"{value:.1e}") for name, value in about.items()},
        **values,
    }
    lines = [f"{json.dumps(key)}: {nested(value)}" for key, value in kept.items()]
    write(stored, "{\n" + ",\n".join(lines) + "\n}\n")
    print(f"wrote {stored.relative_to(ROOT)}")


def compare(theirs, ours, where=""):
    """Return the largest relative disagreement and where it is; structures must be equal.

    A list of numbers is compared as one vector, relative to its largest element: a projection may
    be as good as zero beside the others.
    """
    if isinstance(theirs, list) and isinstance(theirs[0], dict):
        theirs, ours = dict(enumerate(theirs)), dict(enumerate(ours))
    if isinstance(theirs, dict):
        if set(theirs) != set(ours):
            return float("inf"), where
        found = [compare(theirs[key], ours[key], f"{where}.{key}".strip(".")) for key in theirs]
        return max(found)
    theirs, ours = np.asarray(theirs), np.asarray(ours)
    if theirs.shape != ours.shape or not np.isfinite(theirs).all():
        return float("inf"), where
    largest = np.abs(theirs).max()
    return float(np.abs(theirs - ours).max() / (largest or 1.0)), where


def nested(value):
    """Return JSON that a diff can show: one line per parameter or row."""
    if isinstance(value, dict):
        lines = [f"{json.dumps(key)}: {json.dumps(item)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + "\n}"
    if isinstance(value, list) and isinstance(value[0], (list, dict)):
        return "[\n" + ",\n".join(json.dumps(item) for item in value) + "\n]"
    return json.dumps(value)


def write(path, text):
    """Write a file whole or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)
