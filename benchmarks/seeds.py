"""Run a script with several seeds: how far does chance alone move what it reaches?

    .environments/tools/bin/python benchmarks/seeds.py caffe2 pytorch --seeds 3

Two correct programs start from different weights and drop different units, so after one epoch their
accuracies differ. Each run is a whole one, in the framework's own environment, from which only the
accuracy is kept: in results/seeds/<workload>.json, which the page of the results draws. Seeds that
are there already are not run again while the script is as it was; the script's own seed is not run,
since its record has it.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta.__main__ import guarded  # noqa: E402
from rosetta.datasets import prepare  # noqa: E402
from rosetta.project.declarations import WorkloadError  # noqa: E402
from rosetta.project.workloads import Script, load_project  # noqa: E402
from rosetta.records import seeds  # noqa: E402  after the path
from rosetta.records.describe import percent  # noqa: E402
from rosetta.run import environments, machine, refresh, runner  # noqa: E402  after the path
from rosetta.run.progress import Progress  # noqa: E402


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run what is asked for; the exit statuses are those of python -m rosetta."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("frameworks", nargs="+", help="ids from frameworks.toml")
    parser.add_argument("--workload", default="cnn")
    parser.add_argument("--profile", default="epoch")
    parser.add_argument("--seeds", type=int, default=3, help="how many, beside the script's own")
    parser.add_argument("--here", action="store_true", help="in this very interpreter")
    given = parser.parse_args(arguments)
    if given.seeds < 1:
        parser.error("--seeds: at least 1")
    return guarded(lambda: study_all(given, root))


def study_all(given: argparse.Namespace, root: Path) -> int:
    project, progress, device = load_project(root), Progress(), machine.default_device()
    scripts = [project.script(f"{given.workload}/{framework}") for framework in given.frameworks]
    with refresh.alone(root):
        for script in scripts:
            job = job_of(script, given, device, progress)
            study(job, given.seeds, seeds.seeds_path(root, given.workload), progress)
    return 0


def job_of(
    script: Script, given: argparse.Namespace, device: str, progress: Progress
) -> runner.Job:
    """Return what the runner needs to know, as for a run of this script alone."""
    asked = refresh.Options(names=(script.name,), profile=given.profile)
    profile = refresh.profile_for(script, asked, device)
    lock = environments.lock_name(script.root, script.framework.environment, device)
    lock = "here" if given.here else lock
    python = refresh.interpreter(script.root, script, lock, device, progress)
    facts = prepare(script.workload.dataset)
    return runner.Job(script, profile, device, lock, python, facts, "", Path())


def study(job: runner.Job, count: int, path: Path, progress: Progress) -> None:
    """Run a job with the seeds that follow its own, keeping each accuracy as it becomes known."""
    script, profile = job.script, job.profile
    own = script.workload.hyperparameters.get("SEED")
    if own is None:
        file = script.workload.path / "workload.toml"
        raise WorkloadError(f"{file}: has no hyperparameter SEED that could be varied.")
    for seed in range(own + 1, own + 1 + count):
        title = f"{script.name} ({profile.id}, seed {seed})"
        kept = seeds.load(path)
        before = next((run for run in kept if same(run, job, seed)), None)
        if before and before.is_current(script):
            progress.say(f"{title}  {percent(before.check)}, as it was")
            continue
        with progress.running(title) as tell:
            run = run_with(job, seed, tell)
        seeds.write(path, [run, *(other for other in kept if other != before)])
        progress.say(f"{title}  {percent(run.check)}")
    found = seeds.by_program(seeds.load(path), profile.id)[script.framework.id]
    progress.say(f"  mean {percent(found.mean)}, lowest to highest {percent(found.width)}")


def same(run: seeds.Run, job: runner.Job, seed: int) -> bool:
    """Tell whether the run is this one: of another machine or on other data, it is another."""
    asked = (job.script.framework.id, job.profile.id, seed, job.environment, job.data["digest"])
    done = (run.framework, run.profile, run.seed, run.environment, run.data["digest"])
    return done == asked and run.machine == machine.describe(job.device)["slug"]


def run_with(job: runner.Job, seed: int, tell: Callable[[str], None]) -> seeds.Run:
    """Run the script once, its seed written over; the record itself is not kept."""
    profile = replace(job.profile, overrides={**job.profile.overrides, "SEED": seed})
    with tempfile.TemporaryDirectory(prefix="rosetta-seeds-") as folder:
        outcome = runner.run(replace(job, profile=profile, results=Path(folder)), tell)
    if outcome.failure:
        sys.exit(f"{outcome.failure.describe(job.script)} (seed {seed})")
    return seeds.run_of(outcome.record, job.script, seed)


if __name__ == "__main__":
    sys.exit(main())
