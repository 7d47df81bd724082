"""Keras's tabs are one program: what it does not leave to the back end reads the same in each."""

from pathlib import Path

import pytest

from rosetta.project.workloads import load_project

PROJECT = load_project(Path(__file__).resolve().parents[2])
SHARED = ("hyperparameters", "model", "optimizer", "train", "predict", "evaluate")


@pytest.mark.parametrize("step", SHARED)
@pytest.mark.parametrize("workload", PROJECT.workloads)
def test_the_back_ends_share_the_code_of_a_step(workload, step):
    texts = {
        script.name: [cell.source for cell in script.cells_of(step) if cell.kind == "code"]
        for script in PROJECT.scripts_of(workload)
        if script.framework.id.startswith("keras_") and script.framework.family == "current"
    }
    for name, text in texts.items():
        assert text == next(iter(texts.values())), name
