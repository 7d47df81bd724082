"""Write small repositories for the tests: real scripts, run in this interpreter's kernel."""

import textwrap
from pathlib import Path

from rosetta.refresh import Options
from rosetta.workloads import load_project

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
