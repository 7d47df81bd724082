"""Command line: python -m rosetta COMMAND; --help names the commands.

The longer commands are in rosetta.cli.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from rosetta.datasets import DataError, prepare

from .cli import installation, new, results
from .cli.selection import add_device, add_selection, options_of
from .project import checks, published
from .project.workloads import WorkloadError, load_project
from .records import coverage
from .records.records import RecordError
from .run import debian, environments
from .run.environments import EnvironmentMissing
from .run.lock import Busy, held, sign
from .run.progress import Progress
from .run.refresh import refresh, select
from .run.verify import table, verify

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: all is well; 1: a script failed or breaks a rule; 2: wrong arguments; 3: another run is under
    way; 4: data or a file of the repository is unusable; 130: interrupted.
    """
    options = parser().parse_args(arguments)
    return guarded(lambda: options.command(options))


def guarded(command: Callable[[], int]) -> int:
    """Return a command's exit status; what goes wrong in a known way is said in one line."""
    try:
        with terminable():
            return command()
    except Busy as error:
        return complain(error, 3)
    except (WorkloadError, DataError, EnvironmentMissing, RecordError) as error:
        return complain(error, 4)
    except BrokenPipeError:  # whoever reads along, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return complain("interrupted; every record is as it was, run again to go on", 130)
    except OSError as error:  # a full disk, a folder of somebody else
        where = f"{error.filename}: " if error.filename else ""
        why = f"{where}{error.strerror or error}"
        return complain(
            f"{why}. Make room, or get the right to write there, and run again; every record is as "
            "it was.",
            4,
        )


@contextmanager
def terminable():
    """Take SIGTERM for Ctrl-C, so that a command ends in its one line either way."""

    def interrupt(*_):
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def complain(message: object, status: int) -> int:
    print(f"rosetta: {message}", file=sys.stderr)
    return status


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="python -m rosetta",
        description="Run the scripts, keep their records, draw the site.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name, function, text):
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=function)
        return sub

    def running(sub):
        add_selection(sub)
        sub.add_argument(
            "--profile",
            metavar="NAME",
            help="brief, short, epoch or full, as workload.toml has them (default: full on a GPU, "
            "else short)",
        )
        add_device(sub)
        sub.add_argument("--force", action="store_true", help="run even what is up to date")

    html = command("html", html_command, "Run what is stale, then draw the site.")
    running(html)
    run = command("run", run_command, "Run what is stale and write its records.")
    running(run)
    run.add_argument("names", nargs="*", metavar="NAME", help="scripts, such as cnn/pytorch")
    run.add_argument(
        "--here",
        action="store_true",
        help="run in this very interpreter and make no environment: for a box whose frameworks "
        "came with it; it needs nbclient, ipykernel and jupytext",
    )
    again = command("verify", verify_command, "Prove the translations anew; keep no record.")
    add_selection(again, default="every one")
    add_device(again)
    add_selection(
        command("check", check_command, "Hold scripts and tables against the rules; run nothing."),
        default="every one",
    )
    env = command("env", env_command, "Make the environments that are missing.")
    add_selection(env)
    env.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    data = command("data", data_command, "Fetch and verify the data; say what there is.")
    data.add_argument(
        "names", nargs="*", metavar="DATASET", help="default: what the workloads need"
    )
    for more in (results, installation, new):
        more.add_to(commands, lambda: load_project(ROOT))
    return top


def run_command(given: argparse.Namespace) -> int:
    project = load_project(ROOT)
    if given.here and not given.frameworks:
        given.frameworks = "all"
    report = refresh(project, options_of(given), Progress())
    print(report.sentence() + ".")
    return 1 if report.failed else 0


def html_command(given: argparse.Namespace) -> int:
    """Run, then draw, also when a run failed: its page says so."""
    report = refresh(load_project(ROOT), options_of(given), Progress())
    site = ROOT / "_build" / "html"
    drawn = draw(site)
    where = f"site: {site / 'index.html'}{', with warnings, see above' if drawn else ''}"
    if drawn not in (0, WITH_WARNINGS):
        where = "the site was NOT drawn, see above"
    print(f"{report.sentence()}; {where}")
    return 1 if report.failed or drawn else 0


WITH_WARNINGS = 1  # Sphinx's status when a page was warned of and all were drawn


def draw(site: Path) -> int:
    """Draw the site with Sphinx; nothing is executed."""
    command = [sys.executable, "-m", "sphinx", "--builder", "dirhtml", "--quiet"]
    command += ["--fail-on-warning", "--keep-going", "--jobs", "auto"]
    command += ["--conf-dir", ROOT, "--doctree-dir", ROOT / "_build" / "doctrees"]
    command += [ROOT / "docs", site]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    lock = ROOT / "_build" / "drawing.lock"
    with (
        held(lock, "drawing", "mix up their pages") as file,
        # Sphinx holds the lock, too: it may outlive this process. Its group ends with it.
        subprocess.Popen(command, env=variables, pass_fds=[file.fileno()], process_group=0) as made,
    ):
        sign(file, made.pid)
        try:
            return made.wait()
        except BaseException:
            os.killpg(made.pid, signal.SIGTERM)
            raise


def verify_command(given: argparse.Namespace) -> int:
    """Print the matrix framework by quantity; 0 if all that could be run here is proven."""
    given.frameworks = given.frameworks or "all"
    done = verify(load_project(ROOT), options_of(given), Progress())
    if done.verdicts:
        print(f"\n{table(done.verdicts)}\n")
    print(done.report.sentence() + ".")
    return 0 if done.passed else 1


def check_command(given: argparse.Namespace) -> int:
    project = load_project(ROOT)
    given.frameworks = given.frameworks or "all"
    scripts = select(project, options_of(given))
    problems = [problem for script in scripts for problem in checks.check(script)]
    for workload in project.workloads:
        coverage.inexpressible(project, workload)
    published.load(ROOT)
    for problem in problems:
        print(problem)
    print(f"{len(scripts)} scripts checked, {len(problems)} problems.")
    return 1 if problems else 0


def env_command(given: argparse.Namespace) -> int:
    project, missing = load_project(ROOT), False
    chosen = {script.framework.id: script for script in select(project, options_of(given))}
    for script in chosen.values():
        name = environments.lock_name(ROOT, script.framework.environment, given.device)
        try:
            debian.ensure(script.framework.debian)
            environments.require(script.language)
            print(f"{name}: {environments.ensure(ROOT, name).python}")
        except EnvironmentMissing as error:
            print(f"{name}: not here: {error}")
            missing = True
    return 1 if missing else 0


def data_command(given: argparse.Namespace) -> int:
    needed = {workload.dataset: None for workload in load_project(ROOT).workloads.values()}
    for name in given.names or needed:
        facts = prepare(name)
        print(f"{facts['name']}: {facts['label']} in {facts.get('path', 'memory')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
