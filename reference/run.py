"""Follow the run that proves a script in float64 on the data at hand, and store what it gives.

    .environments/tools/bin/python reference/run.py [WORKLOAD ...]

Writes scripts/<workload>/runs/<digest of the data>.json. For data without such a file, the same is
computed when a script is first run, and kept in _build; a stored file spares that.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.datasets import prepare  # noqa: E402
from rosetta.project.workloads import load_project  # noqa: E402
from rosetta.run import expectation  # noqa: E402


def main(names):
    workloads = load_project(ROOT).workloads
    for name in names or workloads:
        workload = workloads[name]
        expectation.ensure(workload, prepare(workload.dataset), print, store=True)


if __name__ == "__main__":
    main(sys.argv[1:])
