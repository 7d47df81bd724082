"""Count what the proof catches: plant mistakes that translators make, see them killed and named.

    .environments/tools/bin/python benchmarks/mutants.py [WORKLOAD/FRAMEWORK ...] [--only TEXT]

The catalogue of a script is `mutants/<framework>_<workload>.py`: by kind, text edits with what the
finding must say; and rewritings that compute the same, which must pass. Every variant is run as
`python -m rosetta verify` runs a script, all of a script in one process, in the framework's own
environment. Printed are, by kind, how many were killed, how many of these named rightly, and each
that was not; and every rewriting that was flagged.
"""

import argparse
import re
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = Path(__file__).resolve().parent / "mutants"
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from planting import both_runs, edited, missed, run_variants  # noqa: E402

from rosetta.datasets import prepare  # noqa: E402
from rosetta.project.workloads import load_project  # noqa: E402
from rosetta.proof import parity  # noqa: E402

UNTOUCHED = "untouched"
SECONDS = 7_200


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant: killed by the proof, or by an error of its own, and how told."""

    kind: str
    name: str
    killed: bool
    named: bool
    said: str


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scripts", nargs="*", help="such as cnn/pytorch; default: all catalogues")
    parser.add_argument("--only", default="", help="only mutants whose name has this in it")
    options = parser.parse_args()
    project = load_project(ROOT)
    names = options.scripts or [
        "/".join(reversed(path.stem.rsplit("_", 1))) for path in sorted(CATALOGUES.glob("*.py"))
    ]
    if missing := [name for name in names if not catalogue_path(project.script(name)).is_file()]:
        parser.error(f"{', '.join(missing)}: there is no catalogue in {CATALOGUES}.")
    if not names:
        parser.error(f"{CATALOGUES} holds no catalogue yet; see above what one is.")
    outcomes, flagged, equivalents = [], [], 0
    for name in names:
        script = project.script(name)
        found, wrong, count = judged(script, catalogue(script), options.only)
        outcomes += found
        flagged += wrong
        equivalents += count
    print(summary(outcomes))
    print(f"{len(flagged)} of {equivalents} rewritings that compute the same were flagged")
    for line in flagged:
        print(f"  {line}")
    return 1 if flagged else 0


def catalogue_path(script) -> Path:
    return CATALOGUES / f"{script.path.stem}.py"


def catalogue(script):
    path = catalogue_path(script)
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judged(script, module, only: str):
    """Run and judge a script's catalogue; return outcomes, flagged rewritings, and their number."""
    mutants = {
        f"{kind}: {name}": (kind, finding, edits)
        for kind, group in module.MUTANTS.items()
        for name, (finding, edits) in group.items()
        if only in name
    }
    same = {f"={name}": edits for name, edits in module.EQUIVALENT.items() if only in name}
    changes = {UNTOUCHED: [], **{n: edits for n, (*_, edits) in mutants.items()}, **same}
    for name, edits in changes.items():
        for old in missed(script.text, edits):
            sys.exit(f"{script.relative}: {name}: not there exactly once: {old!r}")
    variants = {n: both_runs(script, edited(script.text, edits)) for n, edits in changes.items()}
    data = prepare(script.workload.dataset)
    with tempfile.TemporaryDirectory() as folder:
        python = ROOT / ".environments" / script.framework.environment / "bin" / "python"
        reports = run_variants(script, python, variants, Path(folder), data["path"], SECONDS)
    verdicts = {name: verdict_on(script, report, data) for name, report in reports.items()}
    wrong = [
        f"{script.name}: {name.lstrip('=')}: {' '.join(findings)}"
        for name in (UNTOUCHED, *same)
        if (findings := verdicts[name])
    ]
    outcomes = []
    for name, (kind, finding, _) in mutants.items():
        said = " ".join(verdicts[name])
        named = bool(re.search(finding, said))
        label = f"{script.name}: {name.partition(': ')[2]}"
        outcomes.append(Outcome(kind, label, bool(said), named, said))
    return outcomes, wrong, len(same) + 1


def verdict_on(script, report: dict, data: dict) -> list[str]:
    """Return what the proof says, or the error that a variant ended in."""
    if "error" in report:
        return [report["error"].strip().splitlines()[-1]]
    verdict = parity.judge(script.workload, report["reported"], data)
    unsaid = [] if verdict.passed or verdict.findings else ["a quantity is off"]
    return [*verdict.findings, *unsaid]


def summary(outcomes: list[Outcome]) -> str:
    lines = [f"{'':14}{'mutants':>8}{'killed':>8}{'named':>8}"]
    for kind in [*dict.fromkeys(outcome.kind for outcome in outcomes), ""]:
        own = [o for o in outcomes if o.kind == kind or not kind]
        killed, named = sum(o.killed for o in own), sum(o.named for o in own)
        lines.append(f"{kind or 'all':14}{len(own):8}{killed:8}{named:8}")
    lines += [f"alive: {o.name}" for o in outcomes if not o.killed]
    lines += [f"not named: {o.name}: {o.said}" for o in outcomes if o.killed and not o.named]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
