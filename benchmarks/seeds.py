"""Run a script with several seeds: how far does chance alone move the test accuracy?

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

from rosetta import environments, machine, refresh, runner, seeds  # noqa: E402  after the path
from rosetta.datasets import DataError, prepare  # noqa: E402
from rosetta.describe import percent  # noqa: E402
from rosetta.progress import Progress  # noqa: E402
from rosetta.workloads import WorkloadError, load_project  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("frameworks", nargs="+", help="ids from frameworks.toml")
    parser.add_argument("--workload", default="cnn")
    parser.add_argument("--profile", default="epoch")
    parser.add_argument("--seeds", type=int, default=3, help="how many, beside the script's own")
    options = parser.parse_args()
    project, progress, device = load_project(ROOT), Progress(), machine.default_device()
    with refresh.alone(ROOT):
        for framework in options.frameworks:
            script = project.script(f"{options.workload}/{framework}")
            lock = environments.lock_name(ROOT, script.framework.environment, device)
            python = refresh.interpreter(ROOT, script, lock, device, progress)
            facts = prepare(script.workload.dataset)
            profile = script.workload.profiles[options.profile]
            job = runner.Job(script, profile, device, lock, python, facts, "", Path())
            study(job, options.seeds, seeds.seeds_path(ROOT, options.workload), progress)


def study(job: runner.Job, count: int, path: Path, progress: Progress) -> None:
    """Run a job with the seeds that follow its own, keeping each accuracy as it becomes known."""
    script, profile = job.script, job.profile
    own = script.workload.hyperparameters["SEED"]
    for seed in range(own + 1, own + 1 + count):
        title = f"{script.name} ({profile.id}, seed {seed})"
        kept = seeds.load(path)
        before = next((run for run in kept if same(run, job, seed)), None)
        if before and before.is_current(script):
            progress.say(f"{title}  {percent(before.test_accuracy)}, as it was")
            continue
        with progress.running(title) as tell:
            run = run_with(job, seed, tell)
        seeds.write(path, [run, *(other for other in kept if other != before)])
        progress.say(f"{title}  {percent(run.test_accuracy)}")
    found = seeds.spreads(seeds.load(path), profile.id)[script.framework.id]
    progress.say(f"  mean {percent(found.mean)}, lowest to highest {percent(found.width)}")


def same(run: seeds.Run, job: runner.Job, seed: int) -> bool:
    asked = (job.script.framework.id, job.profile.id, seed)
    return (run.framework, run.profile, run.seed) == asked


def run_with(job: runner.Job, seed: int, tell: Callable[[str], None]) -> seeds.Run:
    """Run the script once, its seed written over; the record itself is not kept."""
    profile = replace(job.profile, overrides={**job.profile.overrides, "SEED": seed})
    with tempfile.TemporaryDirectory(prefix="rosetta-seeds-") as folder:
        outcome = runner.run(replace(job, profile=profile, results=Path(folder)), tell)
    if outcome.failure:
        sys.exit(f"{outcome.failure.describe(job.script)} (seed {seed})")
    return seeds.run_of(outcome.record, seed)


if __name__ == "__main__":
    try:
        main()
    except (WorkloadError, DataError, environments.EnvironmentMissing) as error:
        sys.exit(f"seeds: {error}")
