"""How far the seed alone moves an accuracy: the runs that measure it, what is kept, and drawn."""

import errno
import json
import os
import statistics
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from projects import SCRIPT, WORKLOAD, Transcript, write_project

from rosetta.datasets import prepare
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.records import seeds
from rosetta.records.seeds import Run, by_program, seeds_path
from rosetta.run.refresh import alone
from rosetta.run.runner import Job

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
from seeds import main, study  # noqa: E402  after the path

SEEDED = SCRIPT.replace("EPOCHS = 3", "EPOCHS = 3\nSEED = 0").replace(
    '"epochs": EPOCHS', '"test_accuracy": 0.5 + SEED / 10'
)


@pytest.fixture
def job(tmp_path):
    """A program whose accuracy is .5 and a tenth for each seed."""
    write_project(tmp_path, alpha=SEEDED)
    workload = tmp_path / "scripts/tiny/workload.toml"
    workload.write_text(WORKLOAD.replace("EPOCHS = 3", "EPOCHS = 3\nSEED = 0"))
    return made(tmp_path)


def made(root: Path) -> Job:
    script = load_project(root).script("tiny/alpha")
    profile, facts = script.workload.profiles["short"], prepare("cifar10")
    return Job(script, profile, "cpu", "here", Path(sys.executable), facts, "", Path())


def test_each_seed_is_run_once_and_again_when_the_program_has_changed(job, tmp_path):
    path, transcript = seeds_path(tmp_path, "tiny"), Transcript()
    study(job, 2, path, transcript)
    first = seeds.load(path)
    assert [(run.seed, run.check) for run in first] == [(1, 0.6), (2, 0.7)]
    assert first[0].machine == "test-machine"
    assert first[0].versions.keys() == {"numpy"}
    assert (
        transcript.lines[-1]
        == "  mean 65.00\N{NO-BREAK SPACE}%, lowest to highest 10.00\N{NO-BREAK SPACE}%"
    )
    assert not list(tmp_path.glob("results/*/tiny")), "a record with another seed is none"

    study(job, 3, path, transcript)
    assert [run.started for run in seeds.load(path)[:2]] == [run.started for run in first]
    assert [run.seed for run in seeds.load(path)] == [1, 2, 3]

    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text().replace("SEED / 10", "SEED / 20"))
    assert not seeds.load(path)[0].is_current(made(tmp_path).script)
    study(made(tmp_path), 1, path, transcript)
    assert [run.check for run in seeds.load(path)] == [0.55, 0.7, 0.8]


def test_a_run_that_fails_leaves_what_was_measured_before(job, tmp_path):
    path = seeds_path(tmp_path, "tiny")
    study(job, 1, path, Transcript())
    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text().replace('print("training"', 'assert SEED < 2, ("t"'))
    with pytest.raises(SystemExit, match=r"alpha_tiny.py:\d+: step train: .*seed 2"):
        study(made(tmp_path), 2, path, Transcript())
    assert [run.seed for run in seeds.load(path)] == [1]


def test_data_that_have_come_since_are_another_run(job, tmp_path):
    path = seeds_path(tmp_path, "tiny")
    study(job, 1, path, Transcript())
    other = replace(job, data={**job.data, "digest": "another"})
    study(other, 1, path, Transcript())
    assert [run.data["digest"] for run in seeds.load(path)] == ["another", job.data["digest"]]


def test_what_another_machine_came_to_stays(job, tmp_path, monkeypatch):
    path = seeds_path(tmp_path, "tiny")
    study(job, 1, path, Transcript())
    monkeypatch.setenv("ROSETTA_MACHINE", "another-machine")
    study(job, 1, path, Transcript())
    found = {run.machine for run in seeds.load(path)}
    assert found == {"test-machine", "another-machine"}


# ---- The command ----------------------------------------------------------------------------


def command(root: Path, *more: str, framework: str = "alpha") -> int:
    given = [framework, "--workload", "tiny", "--profile", "short", "--seeds", "1", "--here", *more]
    return main(given, root)


def test_the_command_runs_what_is_asked_for(job, tmp_path, capsys):
    assert command(tmp_path) == 0
    assert [run.seed for run in seeds.load(seeds_path(tmp_path, "tiny"))] == [1]
    assert "mean 60.00\N{NO-BREAK SPACE}%" in capsys.readouterr().out


def test_a_wrong_argument_is_an_error_with_a_reason(job, tmp_path, capsys):
    assert command(tmp_path, "--profile", "long") == 4
    assert "tiny has no profile 'long'; it has short" in capsys.readouterr().err
    assert command(tmp_path, framework="beta") == 4
    assert "no script is called 'tiny/beta'; there are: tiny/alpha" in capsys.readouterr().err


def test_no_seeds_are_too_few(job, tmp_path, capsys):
    with pytest.raises(SystemExit):
        command(tmp_path, "--seeds", "0")
    assert "--seeds: at least 1" in capsys.readouterr().err


def test_a_program_without_seed_or_accuracy_is_named(tmp_path, capsys):
    write_project(tmp_path)
    assert command(tmp_path) == 4
    assert "workload.toml: has no hyperparameter SEED" in capsys.readouterr().err
    workload = tmp_path / "scripts/tiny/workload.toml"
    workload.write_text(WORKLOAD.replace("EPOCHS = 3", "EPOCHS = 3\nSEED = 0"))
    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text().replace("EPOCHS = 3", "EPOCHS = 3\nSEED = 0"))
    assert command(tmp_path) == 4
    assert "tiny/alpha: its last cell reports no test_accuracy" in capsys.readouterr().err


def test_the_command_waits_for_no_other_run(job, tmp_path, capsys):
    with alone(tmp_path):
        assert command(tmp_path) == 3
    assert "another run is under way here" in capsys.readouterr().err


# ---- What is kept ---------------------------------------------------------------------------


def run(framework: str, seed: int, accuracy: float, **more) -> Run:
    rest = {"started": "2026", "machine": "box", "environment": "here", "versions": {},
            "data": {"source": "copy", "digest": ""}, "commit": None, "key": "k"}  # fmt: skip
    return Run(framework, more.pop("profile", "short"), seed, accuracy, **rest)


def damaged(**changed) -> str:
    return json.dumps([{**asdict(run("alpha", 1, 0.5)), **changed}])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{", "not readable as JSON"),
        ("{}", "expected a list of runs"),
        ("[1]", "expected a list of runs"),
        ('[{"seed": 1}]', "run 1: incomplete, missing .*'check'"),
        ('[{"sed": 1}]', "run 1: unknown sed"),
        (damaged(check="0.5"), "run 1: check is '0.5'; expected a number"),
        (damaged(data="x"), "run 1: data is 'x'; expected a table"),
        (damaged(data={}), "run 1: expected data with its source and digest"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, said):
    path = tmp_path / "tiny.json"
    path.write_text(content)
    with pytest.raises(WorkloadError, match=rf"tiny\.json: .*{said}"):
        seeds.load(path)


def test_runs_are_kept_whole_and_grouped_by_program(tmp_path):
    path = seeds_path(tmp_path, "tiny")
    assert seeds.load(path) == []
    runs = [run("b", 2, 0.5), run("a", 1, 0.25), run("b", 1, 0.25), run("b", 1, 1, profile="full")]
    seeds.write(path, runs)
    assert sorted(seeds.load(path), key=repr) == sorted(runs, key=repr)
    found = by_program(seeds.load(path), "short")
    assert list(found) == ["a", "b"]
    assert found["b"].values == (0.25, 0.5)
    assert (found["b"].mean, found["b"].width) == (0.375, 0.25)
    assert [file.name for file in path.parent.iterdir()] == ["tiny.json"]


def test_a_full_disk_keeps_the_runs_that_were_there(tmp_path, monkeypatch):
    path = tmp_path / "tiny.json"
    seeds.write(path, [run("a", 1, 0.25)])
    before = path.read_bytes()
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(WorkloadError, match=r"tiny\.json: not written: No space left.*untouched"):
        seeds.write(path, [run("a", 1, 0.25), run("a", 2, 0.5)])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], "no half-written file is left"


def full_disk(descriptor: int):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# ---- What was measured ----------------------------------------------------------------------


COMMITTED = seeds.load(seeds_path(ROOT, "cnn"))


def test_the_range_that_correct_programs_reach_is_the_measured_one():
    """Mean and four standard deviations, rounded; every run lies in it."""
    accuracies = [run.check for run in COMMITTED if run.profile == "epoch"]
    low, high = load_project(ROOT).workloads["cnn"].profiles["epoch"].expected
    assert len(accuracies) >= 10
    assert all(low <= accuracy <= high for accuracy in accuracies)
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    assert (low, high) == pytest.approx((mean - 4 * deviation, mean + 4 * deviation), abs=0.02)


def test_programs_differ_by_their_seeds_and_not_by_their_frameworks():
    found = by_program(COMMITTED, "epoch")
    means = [spread.mean for spread in found.values()]
    assert len(found) >= 4
    assert all(len(spread.runs) >= 3 for spread in found.values())
    assert max(means) - min(means) < 0.03
