"""Prove the translations anew: every script's parity steps in its environment, without training.

Nothing is kept: the runs go to a folder that does not last, and the records stay as they are.
"""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rosetta.project.workloads import Project, Script
from rosetta.proof import parity
from rosetta.proof.parity import Verdict

from .progress import Progress
from .refresh import Options, Report, refresh


@dataclass(frozen=True)
class Verification:
    """What became of every selected script, and the verdict on each that could be run."""

    report: Report
    verdicts: tuple[tuple[Script, Verdict], ...]

    @property
    def passed(self) -> bool:
        """Say whether all that could be run here ran to its end and is proven."""
        return not self.report.failed and all(verdict.passed for _, verdict in self.verdicts)


def verify(project: Project, options: Options, progress: Progress) -> Verification:
    """Run and judge every selected script; raises what `refresh` and `judge` raise."""
    with tempfile.TemporaryDirectory(prefix="rosetta-verify-") as folder:
        asked = replace(options, verify=True, force=True, results=Path(folder))
        report = refresh(project, asked, progress)
    verdicts = tuple(
        (script, parity.judge(script.workload, record.reported, record.about["data"]))
        for script, record in report.records
    )
    return Verification(report, verdicts)


def table(verdicts: tuple[tuple[Script, Verdict], ...]) -> str:
    """Return the matrix script by quantity: the largest error, marked where it is not allowed.

    The tolerance stands below each quantity's name; workloads have their own.
    """
    lines = []
    for workload in dict.fromkeys(script.workload.id for script, _ in verdicts):
        rows = [(s, v) for s, v in verdicts if s.workload.id == workload]
        quantities = {q.name: q.tolerance for _, verdict in rows for q in verdict.quantities}
        lines += [
            row(workload, quantities),
            row("allowed", [f"{tolerance:.0e}" for tolerance in quantities.values()]),
        ]
        for script, verdict in rows:
            errors = {
                q.name: f"{q.error:.1e}{'' if q.passed else ' !'}" for q in verdict.quantities
            }
            cells = [errors.get(name, "not judged") for name in quantities]
            lines.append(row(script.framework.id, [*cells, "ok" if verdict.passed else "FAILED"]))
        lines += [
            f"{script.relative}: {finding}"
            for script, verdict in rows
            for finding in verdict.findings
        ]
    return "\n".join(lines)


def row(name: str, cells) -> str:
    return (f"{name:18}" + "".join(f"{cell:>13}" for cell in cells)).rstrip()
