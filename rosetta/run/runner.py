"""Execute one script in a kernel and write its record. The only module that writes records.

Nothing is drawn here, and no script judges itself: the record keeps what was printed, what the last
cell reported, and the facts about the run.
"""

import asyncio
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from rosetta.project.profiles import Profile
from rosetta.project.workloads import Script
from rosetta.records import outputs, records
from rosetta.records.records import INJECTED, Record
from rosetta.records.terminal import as_shown, without_colors

from . import kernel, machine, noise
from .failures import Failure, failure_of, refuse_ended

# What ipykernel calls the file that a cell would be, with its process or a digest in it.
CELL_FILE = re.compile(
    rf"(?:{re.escape(tempfile.gettempdir())}|/[^\s:\"'<>]*)/ipykernel_\d+/\d+\.py"
    r"|<ipython-input-\d+-\w+>"
)


@dataclass(frozen=True)
class Job:
    """One run that is to be made."""

    script: Script
    profile: Profile
    device: str
    environment: str
    python: Path
    data: dict
    command: str
    results: Path  # the folder that holds the machines' folders


@dataclass(frozen=True)
class Outcome:
    """What became of a job: its record if there is one, and what went wrong, if anything."""

    record: Record | None
    failure: Failure | None


def run(job: Job, progress: Callable[[str], None]) -> Outcome:
    """Execute the script and write the record; `progress` is told each step as it begins.

    Raises RecordError when the record cannot be written, KeyboardInterrupt on Ctrl-C or SIGTERM;
    in both cases the records that exist stay as they are.
    """
    script, notebook = job.script, notebook_of(job)
    about = {
        "schema": records.SCHEMA,
        "key": records.key(
            script,
            environment=job.environment,
            profile=job.profile.id,
            digest=job.data["digest"],
        ),
        "status": "ok",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "script": script.name,
        "workload": script.workload.id,
        "framework": script.framework.id,
        "environment": job.environment,
        "profile": job.profile.id,
        "device": job.device,
        "threads": threads(script),
        "load_before": round(os.getloadavg()[0], 2),
        "noise": noise.measure(),
        "data": {name: value for name, value in job.data.items() if name != "path"},
        "commit": commit(script.root),
        "command": job.command,
    }
    begun, failure = time.monotonic(), None
    try:
        with folder_of_its_own() as folder:
            value, proof = asyncio.run(execute(job, notebook, about, folder, progress))
        about["reported"] = reported_by(value, script)
        if proof is not None:
            about["reported"]["proof"] = proof_of(reported_by(proof, script), script, job.profile)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except Failure as error:
        failure = error
        failure.message += hint(failure.message, job.environment)
        about["status"] = error.status
        about["failure"] = {"step": error.step, "line": error.line, "message": error.message}
    about["seconds"] = round(time.monotonic() - begun, 2)
    # What the framework says it computed on decides where the record lies, not what was asked for.
    about["device"] = about.get("reported", {}).get("device", job.device)
    about["machine"] = machine.describe(about["device"])
    if failure and failure.status == "no kernel":
        return Outcome(None, failure)
    notebook.metadata["rosetta"] = json.loads(without_paths(json.dumps(about), script.root))
    variant = records.variant(job.profile.id, job.data["source"], about["status"] == "ok")
    path = records.record_path(job.results, about["machine"]["slug"], script, variant)
    record = records.write(path, notebook)
    if failure is None:
        # The failure that lay beside it is of the past.
        path.with_suffix(".failed.ipynb").unlink(missing_ok=True)
    return Outcome(record, failure)


def notebook_of(job: Job) -> nbformat.NotebookNode:
    """Return the script as a notebook, with the profile's overrides after its parameters."""
    cells = []
    for cell in job.script.cells:
        make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        cells.append(make(cell.source, metadata={"step": cell.step, "tags": list(cell.tags)}))
        if "parameters" in cell.tags and job.profile.overrides:
            cells.append(injected(job.script, cell.step, job.profile.overrides))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    language = {"name": job.script.language.name, "file_extension": job.script.path.suffix}
    return nbformat.v4.new_notebook(cells=cells, metadata={"language_info": language})


async def execute(job: Job, notebook, about: dict, folder: Path, progress) -> tuple:
    """Run all cells in a fresh kernel; fill `about` as facts become known.

    Returns what the last cell evaluated to, as its kernel tells it, and the same of the run that
    proves the script, or None. Raises Failure, after the
    outputs so far have been cleaned and kept.
    """
    script, language = job.script, job.script.language
    locks = records.lock_path(script.root, job.environment).with_suffix("")
    own = {**language.variables(job.python, locks), **script.framework.variables}
    variables = kernel.variables_for(script.root, job.device, about["threads"], own)
    # The runner knows where the data is; the kernel does not look again.
    variables["ROSETTA_DATA"] = job.data.get("path") or variables.get("ROSETTA_DATA", "")
    seconds = about["step_seconds"] = {}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    try:
        start = kernel.running(language, job.python, notebook, folder, variables)
        async with start as running:
            about.update(await running.probe(script.framework.packages))
            for cell in code:
                step = cell.metadata["step"]
                if step not in seconds:
                    progress(step)
                begun = time.monotonic()
                try:
                    await running.execute(cell, job.profile.seconds)
                except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                    raise failure_of(error, script, notebook, cell, job.profile.seconds) from None
                else:
                    refuse_ended(running, script, notebook, cell)
                finally:
                    seconds[step] = round(seconds.get(step, 0) + time.monotonic() - begun, 3)
            about.update(running.memory())
            value = await value_of(running, script)
            about["precision"] = await running.precision()
            return value, await once_more(job, notebook, running, progress)
    except DeadKernelError:
        # A cell's own end was told above: this one came while the runner was asking.
        message = "the kernel ended by itself after the last cell, before it had reported"
        last = script.code_cells[-1]
        raise Failure("died", message, last.step, last.line) from None
    except kernel.KernelStartError as error:
        raise not_started(job, error) from None
    finally:
        clean_outputs(notebook, script.root)


@contextmanager
def folder_of_its_own():
    """Yield an empty folder that lasts as long as a run; raises Failure where none can be made."""
    try:
        made = tempfile.TemporaryDirectory(prefix="rosetta-", ignore_cleanup_errors=True)
    except OSError as error:
        message = f"no folder for temporary files: {error}. Make room, or let TMPDIR name one"
        raise Failure("no kernel", message) from None
    with made as folder:
        yield Path(folder)


def not_started(job: Job, error: Exception) -> Failure:
    """Say that a script had no kernel, and what may help."""
    mend = ""
    if job.environment != "here":
        mend = f". If its environment is damaged, {mending(job.environment)}"
    told = outputs.cut(without_colors(as_shown(str(error)))).rstrip(".")
    message = f"the kernel of environment {job.environment} did not start: {told}{mend}."
    return Failure("no kernel", message)


def mending(environment: str) -> str:
    return f"remove .environments/{environment} and run again"


def hint(message: str, environment: str) -> str:
    """Return what to do about a module that an environment lacks; nothing for any other error."""
    lacks = re.search(r"ModuleNotFoundError: No module named '?(\w+)", message)
    if environment == "here" or not lacks:
        return ""
    return (
        f". If requirements/{environment}.txt has what brings {lacks[1]}, the environment is "
        f"damaged: {mending(environment)}"
    )


async def once_more(job: Job, notebook, running: kernel.Kernel, progress) -> str | None:
    """Run the same cells again, in the profile that proves the run; return what the last came to.

    In the same kernel, and without the steps that the workload leaves out: what those have set is
    still there. None for a script that is not made for it. No outputs are kept. Raises Failure.
    """
    script, proof = job.script, job.script.proof
    if proof is None:
        return None
    progress("proof of the run")
    kept = len(notebook.cells)
    notebook.cells += cells_of(script, proof.profile.overrides, proof.without)
    try:
        for cell in notebook.cells[kept:]:
            try:
                await running.execute(cell, proof.profile.seconds)
                refuse_ended(running, script, notebook, cell)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failure = failure_of(error, script, notebook, cell, proof.profile.seconds)
                raise once_more_failed(failure) from None
            except Failure as failure:
                raise once_more_failed(failure) from None
        return await value_of(running, script)
    finally:
        del notebook.cells[kept:]


def once_more_failed(failure: Failure) -> Failure:
    failure.message = f"in the run that proves it, with [proof]'s values: {failure.message}"
    return failure


def cells_of(script: Script, overrides: dict, without: tuple[str, ...]) -> list:
    """Return the code cells from the tagged one on, with the overrides after it."""
    start = next(n for n, cell in enumerate(script.code_cells) if "parameters" in cell.tags)
    cells = []
    for cell in script.code_cells[start:]:
        if cell.step in without:
            continue
        metadata = {"step": cell.step, "tags": [], "line": cell.line}
        cells.append(nbformat.v4.new_code_cell(cell.source, metadata=metadata))
        if "parameters" in cell.tags:
            cells.append(injected(script, cell.step, overrides))
    return cells


def injected(script: Script, step: str, overrides: dict):
    """Return the cell that writes a profile's values over the hyperparameters."""
    assignment = script.language.assignment
    source = "\n".join(assignment(name, value) for name, value in overrides.items())
    return nbformat.v4.new_code_cell(source, metadata={"step": step, "tags": [INJECTED]})


def proof_of(reported: dict, script: Script, profile: Profile) -> dict:
    """Return what is kept of the second run; `of` is the profile of the first."""
    kind = script.workload.kind
    names = (kind.curve.key, kind.check.key, "run")
    return {"of": profile.id, **{name: reported[name] for name in names if name in reported}}


async def value_of(running: kernel.Kernel, script: Script) -> str:
    """Return what the last cell evaluated to, as its language's `report` prints it."""
    try:
        return await running.ask(script.language.report)
    except kernel.KernelError as error:
        raise no_value(str(error), script) from None


def reported_by(text: str, script: Script) -> dict:
    """Return the plain dict that the last cell evaluated to, from what its kernel told.

    Raises Failure when there is none, or when it holds more than numbers, texts, lists and dicts.
    """
    try:
        value = script.language.value(text)
        json.dumps(value, allow_nan=False)
        if not isinstance(value, dict):
            raise TypeError(
                "it has no value" if value is None else f"it is a {type(value).__name__}"
            )
    except (ValueError, TypeError) as error:
        raise no_value(str(error), script) from None
    return value


def no_value(problem: str, script: Script) -> Failure:
    """Say that a script reported nothing that can be kept."""
    message = (
        "the last cell must evaluate to a plain dict of finite numbers, texts, lists and "
        f"dicts, but {problem}"
    )
    return Failure("error", message, script.cells[-1].step, script.cells[-1].line)


def clean_outputs(notebook: nbformat.NotebookNode, root: Path) -> None:
    """Let through the gate what a record may hold, and empty the rest of nbclient's own marks."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            last = cell is notebook.cells[-1]
            cell["outputs"] = outputs.gated(
                cell.outputs, lambda text: without_paths(text, root), whole_value=last
            )


def without_paths(text: str, root: Path) -> str:
    """Replace this machine's folders by what they are to any reader."""
    data = os.environ.get("ROSETTA_DATA")
    text = CELL_FILE.sub("<cell>", text)
    text = text.replace(f"{root}/", "").replace(str(root), ".")
    if data:
        text = text.replace(str(Path(data).resolve()), "$ROSETTA_DATA").replace(
            data, "$ROSETTA_DATA"
        )
    text = re.sub(rf"{re.escape(tempfile.gettempdir())}/rosetta-\w+/?", "", text)
    home = str(Path.home())
    return re.sub(rf"{re.escape(home)}(?![\w-])", "~", text) if home != "/" else text


def threads(script: Script) -> int:
    """Return how many threads a framework is given.

    frameworks.toml may say it, for one whose threads spin; else OMP_NUM_THREADS, else one per core.
    """
    own = script.framework.variables.get("OMP_NUM_THREADS", "")
    asked = own or os.environ.get("OMP_NUM_THREADS", "")
    return int(asked) if asked.isdigit() else machine.usable_cores()


def commit(root: Path) -> str | None:
    """Return the commit that was run, None outside git.

    It ends in "+" when a file had changed that is no record.
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        head = git("rev-parse", "--short=12", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", ":!results")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{head}+" if changed else head
