"""Read what planted faults moved: results/planted/<workload>.json, which the tests write.

Pure. For each framework and fault there are the errors of the proof's quantities and what the proof
said; "untouched" is the script as it is. An error is None where nothing could be compared.
"""

import math
from dataclasses import dataclass
from pathlib import Path

from rosetta.project.declarations import WorkloadError, read_json

UNTOUCHED = "untouched"


@dataclass(frozen=True)
class Fault:
    """What one mistake moved, by framework: the error of each quantity, and what was said."""

    name: str
    errors: dict[str, dict[str, float]]
    said: dict[str, str]

    def range(self, quantity: str) -> tuple[float, float] | None:
        """Return the smallest and the largest error of a quantity over all frameworks."""
        found = [own[quantity] for own in self.errors.values() if quantity in own]
        return (min(found), max(found)) if found else None


def planted_path(root: Path, workload: str) -> Path:
    return root / "results" / "planted" / f"{workload}.json"


def load(path: Path) -> list[Fault]:
    """Return the faults of a file, the untouched scripts first; none if nothing was written.

    Raises WorkloadError when the file cannot be read.
    """
    if not path.exists():
        return []
    content = read_json(path)
    faults: dict[str, Fault] = {UNTOUCHED: Fault(UNTOUCHED, {}, {})}
    try:
        for framework, variants in content.items():
            for name, found in variants.items():
                fault = faults.setdefault(name, Fault(name, {}, {}))
                errors = found["errors"].items()
                fault.errors[framework] = {
                    q: math.inf if e is None else float(e) for q, e in errors
                }
                if "said" in found:
                    fault.said[framework] = str(found["said"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise WorkloadError(
            f"{path}: expected a table of faults for each framework, each with its `errors`, as "
            "the tests of the planted faults write it."
        ) from None
    return list(faults.values())
