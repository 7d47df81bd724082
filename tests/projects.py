"""Write small repositories for the tests: real scripts, run in this interpreter's kernel."""

import signal
import textwrap
from pathlib import Path

import nbformat

from rosetta.project.workloads import Project, load_project
from rosetta.records import records
from rosetta.records.records import Record
from rosetta.run.refresh import Options

FRAMEWORKS = """
[alpha]
label = "Alpha"
language = "python"
family = "current"
core = true
packages = ["numpy"]
home = "https://alpha.example"
docs = "https://alpha.example/docs"

[beta]
label = "Beta"
language = "python"
family = "retired"
packages = ["numpy"]
home = "https://beta.example"
docs = "https://beta.example/docs"
last_release = "1.0 (2019)"
"""

WORKLOAD = """
kind = "training"
title = "Tiny"
summary = "A workload for the tests."
dataset = "cifar10"

[[steps]]
id = "setup"
title = "Set-up"
[[steps]]
id = "hyperparameters"
title = "Hyperparameters"
[[steps]]
id = "train"
title = "Train"
[[steps]]
id = "results"
title = "Results"

[hyperparameters]
EPOCHS = 3

[profiles.short]
title = "one epoch"
seconds = 20
EPOCHS = 1

[profiles.full]
title = "three epochs"
seconds = 20
"""

SCRIPT = """\
# %% [markdown]
# # Tiny

# %% setup
import numpy as np

# %% hyperparameters tags=["parameters"]
EPOCHS = 3

# %% train [markdown]
# Prose.

# %%
print("training", EPOCHS)

# %% results
{"device": "cpu", "epochs": EPOCHS}
"""

OPTIONS = Options(here=True, frameworks=("alpha", "beta"))


def write_project(root: Path, **scripts: str):
    """Write a repository with the workload `tiny` and these scripts; alpha's is SCRIPT if none."""
    folder = root / "scripts" / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "frameworks.toml").write_text(FRAMEWORKS)
    (folder / "workload.toml").write_text(WORKLOAD)
    for framework, text in (scripts or {"alpha": SCRIPT}).items():
        (folder / f"{framework}_tiny.py").write_text(textwrap.dedent(text))
    return load_project(root)


def write_record(
    project: Project,
    number: int = 0,
    *,
    profile: str = "short",
    source: str = "official",
    ok: bool = True,
    device: str = "cpu",
    started: str = "2026-01-31T12:00:00+00:00",
    box: str = "",
    **more,
) -> Record:
    """Write a record of one of the project's scripts as a run would have left it."""
    script = project.scripts[number]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell.source) for cell in script.code_cells]
    )
    notebook.metadata["rosetta"] = {
        "schema": records.SCHEMA,
        "key": records.key(script, environment="here", profile=profile, digest="d"),
        "status": "ok" if ok else "error",
        "started": started,
        "workload": script.workload.id,
        "framework": script.framework.id,
        "profile": profile,
        "device": device,
        "environment": "here",
        "data": {"source": source, "digest": "d"},
        "reported": {"test_accuracy": 0.75},
        **more,
    }
    folder = project.root / "results"
    variant = records.variant(profile, source, ok)
    path = records.record_path(folder, box or f"{device}-box", script, variant)
    return records.write(path, notebook)


def timed(per_step: float, blocks: int = 9, spread: float = 0.02) -> dict:
    """Return a report whose blocks take so many seconds per training step, more or less."""
    middle = (blocks - 1) / 2
    steps = [per_step * (1 + spread * (block - middle) / blocks) for block in range(blocks)]
    return {
        "device": "cpu",
        "epoch_seconds": [20 * sum(steps)],
        "step_seconds": [2 * per_step, *steps],
        "train_losses": [2.3 - 0.1 * block for block in range(blocks)],
        "test_accuracy": 0.75,
    }


def heed_interrupts() -> None:
    """Undo, in a child process, what shells do to jobs in the background: they ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Transcript:
    """A progress that remembers what it was told."""

    def __init__(self):
        self.lines, self.steps = [], []

    def say(self, text):
        self.lines.append(text)

    def running(self, title):
        from contextlib import nullcontext

        self.lines.append(title)
        return nullcontext(self.steps.append)
