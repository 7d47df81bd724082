"""Hold one kernel: start it in an environment, run cells, ask it for facts, end it.

Built on nbclient and jupyter_client. A kernel is found by the command that its language gives;
nothing is installed into the user's home.
"""

import asyncio
import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from rosetta.project.languages import PYTHON_PROBE, Language

from . import machine


class KernelStartError(Exception):
    """The interpreter did not become a kernel."""


class KernelError(Exception):
    """Code of our own ended in an error inside a kernel; the message is the kernel's."""


# How long a kernel may take over a question of our own. Julia compiles before it answers.
ANSWER_SECONDS = 300
# How often it is looked whether a kernel that is to answer still lives.
LOOK_SECONDS = 0.5
# What a kernel's reply names when a cell called quit() or exit().
EXIT = "ask_exit"
# Bytes that the path of a socket may have: 107 on Linux, 103 elsewhere.
SOCKET_PATH = 103
# Where a folder with a short path can be made.
SHORT_PLACES = ("/tmp", "/var/tmp", "/dev/shm")


class Manager(AsyncKernelManager):
    """Start the kernel of a language, over sockets in a folder: no port is opened."""

    def __init__(self, language: Language, python: Path, folder: Path, sockets: Path):
        super().__init__(
            transport="ipc",
            ip=str(sockets / "kernel"),  # the sockets' common name; its default is relative
            connection_file=str(folder / "kernel.json"),
        )
        self.language, self.python = language, python

    @property
    def kernel_spec(self) -> KernelSpec:
        language = self.language
        command = language.kernel(self.python)
        return KernelSpec(argv=command, display_name=language.label, language=language.name)


class Kernel:
    """A running kernel that executes the cells of one notebook."""

    def __init__(self, manager: Manager, client: NotebookClient, watch: "MemoryWatch"):
        self._language, self._python = manager.language, manager.python
        self._manager = manager
        self._client = client
        self._watch = watch
        self._count = 0
        self._interrupted = False
        self._reply: dict = {}
        client.on_cell_executed = self._keep_reply

    def _keep_reply(self, execute_reply: dict, **_: object) -> None:
        self._reply = execute_reply["content"]

    @property
    def ended_by_cell(self) -> bool:
        """Tell whether the last cell asked the kernel to end, as quit() does."""
        return any(part.get("source") == EXIT for part in self._reply.get("payload", ()))

    def error(self, cell: nbformat.NotebookNode) -> tuple[str, str] | None:
        """Return name and message of an error that the cell just run ended in, tagged or not."""
        said = [output for output in cell.outputs if output.output_type == "error"]
        told = said[-1] if said else self._reply
        if not said and told.get("status") != "error":
            return None
        return told.get("ename", "Error"), told.get("evalue", "")

    async def execute(self, cell: nbformat.NotebookNode, seconds: int) -> None:
        """Run one cell; its outputs end up in it.

        Raises nbclient's CellExecutionError, CellTimeoutError, DeadKernelError; CancelledError
        after an interrupt.
        """
        self._client.timeout = seconds
        self._reply = {}
        self._count += 1
        index = self._client.nb.cells.index(cell)
        try:
            await self._client.async_execute_cell(cell, index, execution_count=self._count)
        except DeadKernelError:
            if self._interrupted:  # nbclient takes every cancelled wait for a dead kernel
                raise asyncio.CancelledError from None
            raise

    def interrupt(self, task: asyncio.Task) -> None:
        """End the task that waits for a cell."""
        self._interrupted = True
        task.cancel()

    async def ask(self, code: str) -> str:
        """Run code of our own, of which no cell is left, and return what it prints.

        Raises KernelError when it ends in an error or takes too long, DeadKernelError when the
        kernel ends before it has answered.
        """
        printed, errors = [], []

        def keep(message: dict) -> None:
            content = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                printed.append(content["text"])
            elif message["msg_type"] == "error":
                errors.append(" ".join(content["evalue"].split()))

        answer = self._client.kc.execute_interactive(
            code, store_history=False, allow_stdin=False, output_hook=keep
        )
        await self._watched(answer)
        if errors:
            raise KernelError(errors[0])
        return "".join(printed)

    async def _watched(self, answer: Awaitable) -> None:
        """Wait for a kernel's answer as long as it lives, and no longer than ANSWER_SECONDS."""
        waiting = asyncio.ensure_future(answer)
        deadline = time.monotonic() + ANSWER_SECONDS
        lives = True
        try:
            while not (await asyncio.wait({waiting}, timeout=LOOK_SECONDS))[0]:
                if not lives:  # what it had sent before it ended has had time to arrive
                    raise DeadKernelError("the kernel ended before it had answered")
                if time.monotonic() > deadline:
                    raise KernelError(f"the kernel did not answer within {ANSWER_SECONDS} s")
                lives = await self._manager.is_alive()
            waiting.result()
        finally:
            waiting.cancel()

    async def probe(self, packages: tuple[str, ...]) -> dict:
        """Return the kernel's Python and the versions of packages and of the language itself.

        Raises KernelStartError when it lacks what that takes.
        """
        try:
            facts = json.loads(await self.ask(self._language.probe(packages)))
        except (KernelError, DeadKernelError, ValueError) as error:
            raise KernelStartError(str(error)) from error
        if "python" in facts:
            return facts
        # Another language computes through a Python, which is asked without starting it there.
        told = await asyncio.create_subprocess_exec(
            self._python, "-c", PYTHON_PROBE % (list(packages),), stdout=asyncio.subprocess.PIPE
        )
        try:
            bridged = json.loads((await asyncio.wait_for(told.communicate(), ANSWER_SECONDS))[0])
        except (TimeoutError, ValueError):
            if told.returncode is None:
                told.kill()
            raise KernelStartError(f"{self._python} does not say its version") from None
        return {**bridged, "versions": {**bridged["versions"], **facts["versions"]}}

    async def precision(self) -> dict:
        """Return the precision switches that are in force; nothing where they cannot be read.

        Raises DeadKernelError when the kernel ends before it has answered.
        """
        if self._language.precision is None:
            return {}
        try:
            return json.loads(await self.ask(self._language.precision))
        except (KernelError, ValueError):
            return {}

    def memory(self) -> dict:
        """Return peak_memory_bytes of the kernel's process, and of the GPU where one is used."""
        return self._watch.peaks(self._manager.provisioner)


@asynccontextmanager
async def running(
    language: Language,
    python: Path,
    notebook: nbformat.NotebookNode,
    folder: Path,
    variables: dict,
):
    """Start a kernel for the notebook in an otherwise empty folder; end it in any case.

    SIGINT and SIGTERM cancel the task that is inside, so that a Ctrl-C leaves no kernel behind.
    Raises KernelStartError with the end of what the interpreter printed.
    """
    resources = {"metadata": {"path": str(folder)}}
    log = folder / "kernel.log"
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    with (
        socket_folder(folder) as sockets,
        log.open("wb") as stderr,
        MemoryWatch(variables) as watch,
        ExitStack() as stack,
    ):
        manager = Manager(language, python, folder, sockets)
        client = NotebookClient(notebook, km=manager, resources=resources)
        kernel = Kernel(manager, client, watch)
        stack.enter_context(interrupting(loop, lambda: kernel.interrupt(task)))
        try:
            await client.async_start_new_kernel(env=variables, stderr=stderr, stdout=stderr)
            await client.async_start_new_kernel_client()
        except Exception as error:  # of many kinds, from sockets, processes and libraries
            with suppress(Exception):
                await manager.shutdown_kernel(now=True)
            printed = log.read_text(errors="replace").strip().splitlines()
            told = " ".join(str(error).split()) or type(error).__name__
            raise KernelStartError(printed[-1] if printed else told) from error
        except BaseException:  # Ctrl-C: of a kernel that has begun nothing is left, either
            with suppress(Exception):
                await manager.shutdown_kernel(now=True)
            raise
        try:
            yield kernel
        finally:
            client.kc.stop_channels()
            await manager.shutdown_kernel(now=True)


@contextmanager
def interrupting(loop: asyncio.AbstractEventLoop, act: Callable[[], None]):
    """Let SIGINT and SIGTERM act within the loop; afterwards they do what they did before."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, act)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])


@contextmanager
def socket_folder(folder: Path):
    """Yield a folder whose path is short enough for sockets: the given one, or one of its own.

    Raises KernelStartError where there is none.
    """
    if fits(folder):
        yield folder
        return
    for place in SHORT_PLACES:
        with suppress(OSError):
            short = Path(tempfile.mkdtemp(prefix="rosetta-", dir=place))
            break
    else:
        raise KernelStartError(
            f"the path of the folder for temporary files is too long for a socket: {folder}. "
            "Let TMPDIR name a shorter one"
        )
    try:
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


def fits(folder: Path) -> bool:
    return len(os.fsencode(folder / "kernel-99")) <= SOCKET_PATH


class MemoryWatch:
    """Watch how much GPU memory a run takes; a process's own peak is kept by the system."""

    SECONDS = 2.0

    def __init__(self, variables: dict):
        self._wanted = variables.get("CUDA_VISIBLE_DEVICES") != "" and bool(machine.gpu())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._peak = self._before = 0

    def __enter__(self) -> "MemoryWatch":
        if self._wanted:
            self._before = self._peak = machine.gpu_memory_used() or 0
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()

    def _sample(self) -> None:
        while not self._stop.wait(self.SECONDS):
            self._peak = max(self._peak, machine.gpu_memory_used() or 0)

    def peaks(self, provisioner: object) -> dict:
        found = {}
        process = getattr(provisioner, "pid", None)
        if process:
            found["peak_memory_bytes"] = peak_memory(process)
        if self._wanted:
            found["peak_gpu_memory_bytes"] = self._peak - self._before
        return found


def peak_memory(process: int) -> int | None:
    """Return the most memory that a process has held, in bytes; None where Linux does not say."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return None
    sizes = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
    return sizes[0] if sizes else None


def variables_for(root: Path, device: str, threads: int, own: dict[str, str]) -> dict[str, str]:
    """Return a kernel's environment variables: quiet, offline, with a thread count of its own.

    `own` are the framework's, from frameworks.toml; they win.
    """
    variables = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "VIRTUAL_ENV")}
    variables.update(
        {
            "PYTHONPATH": str(root),
            "PYTHONNOUSERSITE": "1",
            "PYTHONWARNINGS": "ignore",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "JUPYTER_PLATFORM_DIRS": "1",
            "MPLBACKEND": "Agg",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "ROSETTA_OFFLINE": "1",
            "OMP_NUM_THREADS": str(threads),
            "NUM_CPU_THREADS": str(threads),  # tinygrad's name for it
        }
    )
    if device == "cpu":
        variables.update({"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "DEV": "CPU"})
    return {**variables, **own}
