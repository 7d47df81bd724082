"""Run a script with several seeds: how far does chance alone move the test accuracy?

    .environments/tools/bin/python benchmarks/seeds.py pytorch mxnet_gluon --seeds 5

Two correct programs start from different weights and drop different units, so after one epoch their
accuracies differ. Printed are every seed's accuracy, mean and standard deviation: what a difference
between two tabs is to be held against. Each run is a whole one, in the framework's own environment.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rosetta import environments, kernel, runner  # noqa: E402  after the path
from rosetta.workloads import load_project  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("frameworks", nargs="+", help="ids from frameworks.toml")
    parser.add_argument("--workload", default="cnn")
    parser.add_argument("--profile", default="epoch")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from 0 on")
    options = parser.parse_args()
    project, everything = load_project(ROOT), []
    for framework in options.frameworks:
        script = project.script(f"{options.workload}/{framework}")
        python = environments.ensure(ROOT, script.framework.environment).python
        print(f"\n{script.framework.label}, {script.workload.profiles[options.profile].title}")
        found = []
        for seed in range(options.seeds):
            found.append(accuracy(script, python, options.profile, seed))
            print(f"  seed {seed}  {100 * found[-1]:.2f} %", flush=True)
        everything += found
        print(f"  {summary(found)}")
    print(f"\nall: {summary(everything)}")


def accuracy(script, python, profile, seed):
    """Return the test accuracy that the script prints when it is run with a seed."""
    text = script.text
    for name, value in {**script.workload.profiles[profile].overrides, "SEED": seed}.items():
        text = re.sub(rf"^{name} = .*$", f"{name} = {value!r}", text, flags=re.MULTILINE)
    own = script.framework.variables
    variables = kernel.variables_for(ROOT, "cpu", runner.threads(script), own)
    # Outside the runner nobody has said where the data is: look as any plain program does.
    variables.pop("ROSETTA_OFFLINE")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, script.path.name)
        path.write_text(text, "utf-8")
        done = subprocess.run(
            [python, path.name], cwd=folder, env=variables, stdout=subprocess.PIPE, text=True
        )
    if done.returncode:
        sys.exit(f"{script.relative} with seed {seed}: exit status {done.returncode}")
    return float(re.search(r"test accuracy (\d\.\d+)", done.stdout)[1])


def summary(values):
    spread = f", standard deviation {100 * statistics.stdev(values):.2f}" if values[1:] else ""
    return f"mean {100 * statistics.mean(values):.2f} %{spread}, {len(values)} runs"


if __name__ == "__main__":
    main()
