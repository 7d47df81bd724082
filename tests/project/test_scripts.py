"""Every core script, run for real: in its kernel, as a plain program, copied alone to a folder.

The environments are made if they are missing; one that cannot be had here is a visible skip.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rosetta.project.workloads import load_project
from rosetta.proof import parity
from rosetta.records import records
from rosetta.run import environments
from rosetta.run.environments import EnvironmentMissing
from rosetta.run.progress import Progress
from rosetta.run.refresh import Options, refresh

ROOT = Path(__file__).resolve().parents[2]
PROJECT = load_project(ROOT)
CORE = [script for script in PROJECT.scripts if script.framework.core]
# What a program that learns reaches within the short profile, well above chance.
LEARNED = {"cnn": 0.25, "gru": 0.6}


@pytest.fixture(params=CORE, ids=lambda script: script.name)
def script(request):
    return request.param


@pytest.fixture
def python(script):
    try:
        return environments.ensure(ROOT, script.framework.environment).python
    except EnvironmentMissing as error:
        pytest.skip(f"{script.name}: {error}")


def shortened(script) -> str:
    """Write smaller numbers over the hyperparameters, as a reader would."""
    text, sizes = script.text, {"EPOCHS": 1, "TRAIN_": 2_560, "TEST_": 500}
    names = script.workload.hyperparameters
    for prefix, value in sizes.items():
        [name] = [name for name in names if name.startswith(prefix)]
        text, found = re.subn(rf"^{name} = .*$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert found == 1, name
    return text


def test_copied_alone_to_an_empty_folder(script, python, tmp_path):
    """The file runs as a plain program where nothing else is; rosetta is in its environment."""
    copy = tmp_path / "alone" / script.path.name
    copy.parent.mkdir()
    copy.write_text(shortened(script))
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [python, copy.name],
        cwd=copy.parent,
        env={**variables, "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    accuracy = re.search(r"test accuracy (0\.\d+)", done.stdout)
    assert accuracy, done.stdout
    count = sum(layer.parameters for layer in script.workload.network)
    assert f"{count:,} parameters" in done.stdout
    shutil.rmtree(copy.parent / "__pycache__", ignore_errors=True)
    assert [path.name for path in copy.parent.iterdir()] == [copy.name], "it leaves nothing behind"


def test_in_its_kernel_it_learns_and_is_proven(script, python, tmp_path, monkeypatch):
    """The short profile through the real runner; the judge is rosetta.proof.

    Images are synthetic here; reviews are those that come with the tools.
    """
    monkeypatch.setenv("RESULTS", str(tmp_path))
    options = Options(names=(script.name,), profile="short", device="cpu")
    report = refresh(PROJECT, options, Progress())
    assert report.failed == []
    [record] = records.records_of(PROJECT, script)
    about, reported = record.about, record.reported
    assert about["data"]["source"] in ("synthetic", "copy")
    assert set(about["versions"]) == set(script.framework.packages)
    assert reported["test_accuracy"] > LEARNED[script.workload.id]
    assert len(reported["step_seconds"]) == len(reported["train_losses"]) == 5
    verdict = parity.judge(script.workload, reported, about["data"])
    assert verdict.passed, verdict.findings
    noise = [o for outputs in record.outputs() for o in outputs if o.get("name") == "stderr"]
    assert all("SYNTHETIC" in output["text"] for output in noise), "warnings reach the page"
