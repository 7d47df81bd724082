"""A run that is stopped or killed, in each phase: records stay, no process stays, the next is good.

The real command line in a process of its own; at the phase in question it says that it is there,
and waits.
"""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from projects import SCRIPT, heed_interrupts, write_project

ROOT = Path(__file__).resolve().parents[2]
RECORD = "results/*/tiny/alpha_tiny.short.synthetic.ipynb"
CODE = textwrap.dedent(
    """
    import asyncio, os, sys, time
    from pathlib import Path
    import rosetta.__main__ as main
    from rosetta.project import files
    from rosetta.run import kernel, machine, refresh, runner
    main.ROOT = Path(sys.argv[1])
    def here():
        (main.ROOT / "mark").write_text(str(os.getpid()))
    def wait(*_, **__):
        here()
        time.sleep(60)
    async def wait_within(*_, **__):
        here()
        await asyncio.sleep(60)
    {patch}
    sys.exit(main.main(["run", "--here", "--force"]))
    """
)
# How each phase is made to wait.
PHASES = {
    "the data are looked for": "refresh.prepare = wait",
    "a script is held against the rules": "refresh.checks.check = wait",
    "an environment is made": "refresh.interpreter = wait",
    "the processor is listened to": "runner.noise.measure = wait",
    "a kernel starts": "kernel.NotebookClient.async_start_new_kernel_client = wait_within",
    "a kernel is asked for its versions": "kernel.Kernel.probe = wait_within",
    "a cell is run": "kernel.Kernel.execute = wait_within",
    "a kernel is asked for its report": "runner.value_of = wait_within",
    "the machine is described": "runner.machine.describe = wait",
    "a record is written": "files.os.fsync = wait",
}


def children(process: int) -> list[int]:
    """Return the processes that a process has started and that live."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def until(happened) -> None:
    while not happened():
        time.sleep(0.05)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Make a repository with a good record; every test leaves it as it was."""
    root = tmp_path_factory.mktemp("signals")
    write_project(root, alpha=SCRIPT)
    return root


def start(root: Path, patch: str = "") -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", CODE.replace("{patch}", patch), root],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=heed_interrupts,
        text=True,
    )


def good(root: Path) -> bytes:
    """Return the good record, which is made once."""
    found = list(root.glob(RECORD))
    if not found:
        process = start(root)
        said, _ = process.communicate(timeout=300)
        assert process.returncode == 0, said
        found = list(root.glob(RECORD))
    [path] = found
    return path.read_bytes()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_stopped(repository, phase, number):
    before, mark = good(repository), repository / "mark"
    mark.unlink(missing_ok=True)
    process = start(repository, PHASES[phase])
    until(lambda: (mark.exists() and mark.read_text()) or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    kernels = children(process.pid)
    process.send_signal(number)
    said, _ = process.communicate(timeout=300)
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 130, said
        told = "rosetta: interrupted; every record is as it was, run again to go on"
        assert said.strip().split("\n")[-1] == told, said
        assert "Traceback" not in said
        assert not list(repository.glob("results/**/.*")), "nothing half-written is left"
    until(lambda: not any(Path(f"/proc/{kernel}").exists() for kernel in kernels))
    assert good(repository) == before
    assert len(list(repository.glob("results/**/*.ipynb"))) == 1


def test_the_next_run_is_good(repository):
    """After all that was killed above, what is left is in nobody's way."""
    before = good(repository)
    process = start(repository)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert good(repository) != before, "it was made anew"
    assert len(list(repository.glob("results/**/*.ipynb"))) == 1
