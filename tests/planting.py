"""Plant changes in copies of the real scripts, and run them in their framework's interpreter.

A change is a replacement of text that must be found exactly once. All variants of a script run in
one process, as a verification runs them: without training, and then once more to prove the run.
"""

import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from rosetta.project.cells import read_cells
from rosetta.run import runner

RUN = Path(__file__).resolve().parent / "variants.py"


def missed(text: str, replacements) -> list[str]:
    """Return what is not in the script exactly once, so that it cannot be replaced."""
    return [old for old, _ in replacements if text.count(old) != 1]


def edited(text: str, replacements) -> str:
    for old, new in replacements:
        text = text.replace(old, new)
    return text


def shortened(script, text: str) -> str:
    """Write what a verification runs over the script's hyperparameters."""
    for name, value in script.workload.verification.overrides.items():
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1, name
    return text


def both_runs(script, text: str) -> list[str]:
    """Return what a verification runs, and what it runs after that to prove the run."""
    proof = script.proof
    if proof is None:
        return [shortened(script, text)]
    changed = replace(script, text=text, cells=read_cells(text, script.path))
    cells = runner.cells_of(changed, proof.profile.overrides, proof.without)
    return [shortened(script, text), "\n".join(cell.source for cell in cells)]


def run_variants(script, python: Path, variants: dict, folder: Path, data: str, seconds: int):
    """Run all variants of a script; return each one's report by its name.

    A report is {"reported"} or {"error"}; what proves the run is in it as the runner puts it there.
    """
    (folder / "variants.json").write_text(json.dumps(variants), "utf-8")
    done = subprocess.run(
        [python, RUN, "variants.json", "reports.jsonl"],
        cwd=folder,
        env={
            **os.environ,
            **script.framework.variables,
            "PYTHONPATH": str(script.root),
            "ROSETTA_DATA": data,
            "CUDA_VISIBLE_DEVICES": "",
            "JAX_PLATFORMS": "cpu",
        },
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = (folder / "reports.jsonl").read_text("utf-8").splitlines()
    reports = {report["name"]: report for report in map(json.loads, lines)}
    for report in reports.values():
        for again in report.pop("again", ()):
            proof = runner.proof_of(again, script, script.workload.verification)
            report["reported"]["proof"] = proof
    return reports
