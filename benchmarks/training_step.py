"""Time every framework's training step beside its alternatives: is the script's form a fast one?

    .environments/tools/bin/python benchmarks/training_step.py [framework ...]

For each framework, `training_step/<framework>.py` (or .R) runs in its own environment. It takes
model, optimizer and training step from the real script and times them in turns with variants:
other switches, layouts and ways to compile. Printed are the seconds per training step of the
fastest turn, because other work on the machine only ever adds to them, their ratio to the script's
own form, and the median turn.
The steps count what the scripts' count: the common generator, the copy to the device, the update.
"""

import argparse
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(__file__).resolve().parent / "training_step"
# What runs a program, given the environment's Python; R finds that one by a variable.
STARTED_BY = {".py": lambda python: [python], ".R": lambda python: ["Rscript", "--vanilla"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("frameworks", nargs="*", help="ids from frameworks.toml; default: all")
    parser.add_argument("--turns", type=int, default=6, help="timed turns per variant")
    parser.add_argument("--steps", type=int, default=5, help="training steps per turn")
    options = parser.parse_args()

    frameworks = tomllib.loads((ROOT / "frameworks.toml").read_text())
    programs = {path.stem: path for path in PROGRAMS.iterdir() if path.suffix in STARTED_BY}
    measured = [name for name in frameworks if name in programs]
    unknown = set(options.frameworks) - set(measured)
    if unknown:
        parser.error(f"no variants of {', '.join(unknown)}; there are: {', '.join(measured)}")

    failed = []
    for name in options.frameworks or measured:
        environment = frameworks[name].get("environment", name)
        python = ROOT / ".environments" / environment / "bin" / "python"
        print(f"\n{frameworks[name]['label']}", flush=True)
        if not python.exists():
            print(f"  not measured: no environment here; run `make env FRAMEWORKS={name}`.")
            continue
        program = programs[name]
        command = [*STARTED_BY[program.suffix](python), program, options.turns, options.steps]
        own = frameworks[name].get("variables", {})
        variables = {**os.environ, "RETICULATE_PYTHON": str(python), **own}
        if subprocess.run(list(map(str, command)), check=False, env=variables).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
