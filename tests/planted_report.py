"""Keep what each planted fault moved, for the page that tells how the proof works.

    ROSETTA_PLANTED=results/planted make test TESTS=tests/test_planted_faults.py

writes a file for each workload. Scripts whose environments are not on this machine keep what was
written of them before.
"""

import json
import math
import os
from pathlib import Path

from rosetta.project.files import write_whole
from rosetta.proof.parity import Verdict

WHERE = "ROSETTA_PLANTED"


class Moved:
    """What the faults moved, by workload, framework and fault."""

    def __init__(self):
        self._found: dict[str, dict] = {}

    def keep(self, name: str, fault: str, verdict: Verdict) -> None:
        """Note the errors of a variant of the script called <workload>/<framework>."""
        workload, _, framework = name.partition("/")
        errors = {quantity.name: figure(quantity.error) for quantity in verdict.quantities}
        kept = {"errors": errors}
        if verdict.findings:
            kept["said"] = " ".join(verdict.findings)
        self._found.setdefault(workload, {}).setdefault(framework, {})[fault] = kept

    def write(self) -> None:
        """Write all that was noted, where that is asked for."""
        folder = os.environ.get(WHERE)
        for workload, found in self._found.items() if folder else ():
            path = Path(folder) / f"{workload}.json"
            before = json.loads(path.read_text("utf-8")) if path.exists() else {}
            text = json.dumps({**before, **found}, indent=1)
            write_whole(path, f"{text}\n")


def figure(error: float) -> float | None:
    """Round to what is worth reading; None where nothing could be compared."""
    return float(f"{error:.3g}") if math.isfinite(error) else None
