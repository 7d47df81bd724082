"""How far the seed alone moves an accuracy: the runs that measure it, what is kept, and drawn."""

import errno
import os
import statistics
import sys
from pathlib import Path

import pytest
from projects import SCRIPT, WORKLOAD, Transcript, write_project

from rosetta import seeds
from rosetta.datasets import prepare
from rosetta.runner import Job
from rosetta.seeds import Run, seeds_path, spreads
from rosetta.workloads import WorkloadError, load_project

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
from seeds import study  # noqa: E402  after the path

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
    assert [(run.seed, run.test_accuracy) for run in first] == [(1, 0.6), (2, 0.7)]
    assert first[0].machine == "test-machine"
    assert first[0].versions.keys() == {"numpy"}
    assert transcript.lines[-1] == "  mean 65.00 %, lowest to highest 10.00 %"
    assert not list(tmp_path.glob("results/*/tiny")), "a record with another seed is none"

    study(job, 3, path, transcript)
    assert [run.started for run in seeds.load(path)[:2]] == [run.started for run in first]
    assert [run.seed for run in seeds.load(path)] == [1, 2, 3]

    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text().replace("SEED / 10", "SEED / 20"))
    assert not seeds.load(path)[0].is_current(made(tmp_path).script)
    study(made(tmp_path), 1, path, transcript)
    assert [run.test_accuracy for run in seeds.load(path)] == [0.55, 0.7, 0.8]


def test_a_run_that_fails_leaves_what_was_measured_before(job, tmp_path):
    path = seeds_path(tmp_path, "tiny")
    study(job, 1, path, Transcript())
    script = tmp_path / "scripts/tiny/alpha_tiny.py"
    script.write_text(script.read_text().replace('print("training"', 'assert SEED < 2, ("t"'))
    with pytest.raises(SystemExit, match=r"alpha_tiny.py:\d+: step train: .*seed 2"):
        study(made(tmp_path), 2, path, Transcript())
    assert [run.seed for run in seeds.load(path)] == [1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{", "not readable as JSON"),
        ("{}", "expected a list of runs"),
        ("[1]", "expected a list of runs"),
        ('[{"seed": 1}]', "run 1: incomplete, missing .*'test_accuracy'"),
        ('[{"sed": 1}]', "run 1: unknown sed"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, content, said):
    path = tmp_path / "tiny.json"
    path.write_text(content)
    with pytest.raises(WorkloadError, match=rf"tiny\.json: .*{said}"):
        seeds.load(path)


def run(framework: str, seed: int, accuracy: float, **more) -> Run:
    rest = {"started": "2026", "machine": "box", "environment": "here", "data": {"digest": ""},
            "versions": {}, "commit": None, "key": "k"}  # fmt: skip
    return Run(framework, more.pop("profile", "short"), seed, accuracy, **rest)


def test_runs_are_kept_whole_and_grouped_by_program(tmp_path):
    path = seeds_path(tmp_path, "tiny")
    assert seeds.load(path) == []
    runs = [run("b", 2, 0.5), run("a", 1, 0.25), run("b", 1, 0.25), run("b", 1, 1, profile="full")]
    seeds.write(path, runs)
    assert sorted(seeds.load(path), key=repr) == sorted(runs, key=repr)
    found = spreads(seeds.load(path), "short")
    assert list(found) == ["a", "b"]
    assert found["b"].accuracies == (0.25, 0.5)
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
    accuracies = [run.test_accuracy for run in COMMITTED if run.profile == "epoch"]
    low, high = load_project(ROOT).workloads["cnn"].profiles["epoch"].accuracy
    assert len(accuracies) >= 10
    assert all(low <= accuracy <= high for accuracy in accuracies)
    mean, deviation = statistics.mean(accuracies), statistics.stdev(accuracies)
    assert (low, high) == pytest.approx((mean - 4 * deviation, mean + 4 * deviation), abs=0.02)


def test_programs_differ_by_their_seeds_and_not_by_their_frameworks():
    found = spreads(COMMITTED, "epoch")
    means = [spread.mean for spread in found.values()]
    assert len(found) >= 4
    assert all(len(spread.runs) >= 3 for spread in found.values())
    assert max(means) - min(means) < 0.03
