"""Find the values that a proven run is held against, by the data that it ran on.

Those of data that the project knows stand beside the workload, in runs/; those of other data were
computed here once, in _build. Both say what they were made from, and are not used for anything
else.
"""

import hashlib
import json
from pathlib import Path

from rosetta.project.workloads import Workload

HERE = Path(__file__).parent
# What decides the values beside the hyperparameters and the data.
CODE = (HERE / "networks.py", HERE / "simulation.py")


def stored_path(workload: Workload, data: dict) -> Path:
    return workload.path / "runs" / f"{data['digest'][:16]}.json"


def kept_path(workload: Workload, data: dict) -> Path:
    root = workload.path.parents[1]
    return root / "_build" / "proof" / f"{workload.id}-{data['digest'][:16]}.json"


def made_from(workload: Workload, data: dict) -> dict:
    """Return what the values depend on, in a form that JSON gives back unchanged."""
    given = HERE.parent / "datasets" / "references" / f"{workload.id}.json"
    return {
        "data": data["digest"],
        "hyperparameters": workload.hyperparameters,
        "proof": workload.proof.profile.overrides,
        "profiles": {name: p.overrides for name, p in workload.profiles.items()},
        "code": [hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in (*CODE, given)],
    }


def find(workload: Workload, data: dict | None) -> dict | None:
    """Return the values of a run on these data; None where there are none of today's code."""
    if not data or not data.get("digest"):
        return None
    for path in (stored_path(workload, data), kept_path(workload, data)):
        try:
            found = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if found.get("made_from") == made_from(workload, data):
            return found
    return None
