"""Turn an executed notebook into a record and back: content key, seal, staleness, ranking.

A record is results/<machine>/<workload>/<framework>_<workload>.<variant>.ipynb, of a lesson's
experiment results/<machine>/lessons/<framework>_<lesson>.experiment.ipynb. The variant names
the profile and whatever makes the run worth less than another (`copy` or `synthetic` data,
`failed`), so that a lesser run never lands on a better one. All facts about the run are in
`metadata.rosetta`.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import nbformat

from rosetta.project import published
from rosetta.project.files import not_written, write_whole
from rosetta.project.workloads import Project, Script

from .schema import problem

SCHEMA = 1
INJECTED = "injected-parameters"
SOURCES = ("synthetic", "copy", "official")  # worst first


class RecordError(Exception):
    """A record cannot be read or written; the message names the file."""


@dataclass(frozen=True)
class Record:
    """An executed notebook and where it lies."""

    path: Path
    notebook: nbformat.NotebookNode

    @property
    def about(self) -> dict:
        """Return metadata.rosetta: all that is known about the run."""
        return self.notebook.metadata["rosetta"]

    @property
    def status(self) -> str:
        return self.about["status"]

    @property
    def ok(self) -> bool:
        return self.status == "ok"

    @property
    def machine(self) -> str:
        return self.path.parent.parent.name

    @property
    def profile(self) -> str:
        return self.about["profile"]

    @property
    def device(self) -> str:
        return self.about["device"]

    @property
    def source(self) -> str:
        """Return where the data came from: official, copy (unverified) or synthetic."""
        return self.about["data"]["source"]

    @property
    def reported(self) -> dict:
        """Return the plain dict that the script's last cell evaluated to."""
        return self.about.get("reported", {})

    @cached_property
    def genuine(self) -> bool:
        """Tell whether the record is as the runner sealed it."""
        return self.about.get("seal") == seal(self.notebook)

    @property
    def sound(self) -> bool:
        """Tell whether the run ended well and nobody has edited what it came to."""
        return self.ok and self.genuine

    def outputs(self) -> list[list]:
        """Return the outputs of each code cell of the script, in order."""
        return [cell.outputs for cell in self._cells()]

    def code(self) -> list[str]:
        """Return the code cells of the script as it was run, without what the runner wrote."""
        return [cell.source for cell in self._cells()]

    def _cells(self) -> list:
        return [
            cell
            for cell in self.notebook.cells
            if cell.cell_type == "code" and INJECTED not in cell.metadata.get("tags", ())
        ]


def read(path: Path) -> Record:
    """Read one record.

    Raises RecordError when the file is half-written, is no notebook, or is not a record of ours.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited for, for ever
        raise RecordError(f"{path}: a record is a file, but this is none. Remove it.")
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise RecordError(f"{path}: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        text = ""
    return parse(text, path)


def parse(text: str, path: Path) -> Record:
    """Make a record of a file's text, which lies at the path, or lay there at some commit."""
    redo = "Remove it, or run the script again: python -m rosetta run"
    try:
        notebook = nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises many kinds for one fact: this is no notebook
        raise RecordError(f"{path}: not a readable notebook: {first_line(error)}. {redo}") from None
    about = notebook.metadata.get("rosetta")
    if not isinstance(about, dict):
        raise RecordError(f"{path}: a notebook, but without metadata.rosetta: no record. {redo}")
    if about.get("schema") != SCHEMA:
        raise RecordError(
            f"{path}: has schema {about.get('schema')}, this version reads {SCHEMA}. {redo}"
        )
    if wrong := problem(notebook):
        raise RecordError(f"{path}: {wrong}. {redo}")
    return Record(path, notebook)


def first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")


def write(path: Path, notebook: nbformat.NotebookNode) -> Record:
    """Seal a notebook and write it whole: a reader sees the old record or the new one.

    Raises RecordError when the disk is full or the folder not writable; the old record is kept.
    """
    notebook.metadata["rosetta"]["seal"] = seal(notebook)
    try:
        write_whole(path, nbformat.writes(notebook))
    except OSError as error:
        raise RecordError(not_written(path, error)) from error
    return Record(path, notebook)


def seal(notebook: nbformat.NotebookNode) -> str:
    """Digest everything in the notebook but the seal itself, so that a hand edit shows."""
    metadata = dict(notebook.metadata)
    metadata["rosetta"] = {k: v for k, v in metadata.get("rosetta", {}).items() if k != "seal"}
    cells = [{k: v for k, v in cell.items() if k != "id"} for cell in notebook.cells]
    return digest_of({"metadata": metadata, "cells": cells})


def digest_of(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


# ---- What a record was made from ------------------------------------------------------------


def key(script: Script, *, environment: str, profile: str, digest: str) -> str:
    """Digest all that can change a script's outputs; prose is not among it.

    `environment` is the name of the lock, or "here" for a run without one; `digest` is the data's.
    """
    workload = script.workload
    known = workload.profiles.get(profile)
    return digest_of(
        {
            "code": [cell.source for cell in script.code_cells],
            "lock": file_digest(lock_path(script.root, environment)),
            "variables": script.framework.variables,
            "given": {path.name: file_digest(path) for path in given_to(script)},
            "hyperparameters": workload.hyperparameters,
            "profile": [profile, known.overrides if known else None],
            "data": digest,
        }
    )


def is_current(record: Record, script: Script) -> bool:
    """Tell whether running the script again, as this record was run, would be the same run."""
    return record.about["key"] == current_key(record.about, script)


def current_key(about: Mapping, script: Script) -> str:
    """Return the key that a run would have today, if it were run as the one that this tells of."""
    return key(
        script,
        environment=about.get("environment", "here"),
        profile=about["profile"],
        digest=about["data"].get("digest", ""),
    )


def lock_path(root: Path, environment: str) -> Path:
    return root / "requirements" / f"{environment}.txt"


def given_to(script: Script) -> list[Path]:
    """Return the files that decide what a script is given: arrays, their order, the reference.

    What fetches and checks the data is not among them, nor what belongs to another workload: the
    data has a digest of its own. An experiment makes its own data and is given nothing.
    """
    if script.lesson:
        return []
    folder = script.root / "rosetta" / "datasets"
    workload = script.workload
    own = folder / f"{workload.id}_reference.py"  # of a workload that draws in its own way
    return [
        folder / f"{workload.dataset}_arrays.py",
        folder / "batches.py",
        folder / "reference.py",
        folder / "references" / f"{workload.id}.json",
        *([own] if own.exists() else []),
    ]


def file_digest(path: Path) -> str | None:
    try:
        status = path.stat()
        return _file_digest(path, status.st_mtime_ns, status.st_size)
    except OSError:
        return None


@lru_cache(maxsize=4096)
def _file_digest(path: Path, mtime_ns: int, size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ---- Which record a page shows --------------------------------------------------------------


def results_folder(root: Path) -> Path:
    """Return where records lie: $RESULTS, or results/ in the repository."""
    return Path(os.environ.get("RESULTS") or root / "results").resolve()


def variant(profile: str, source: str, ok: bool) -> str:
    """Name what sets this run apart, so that runs of different worth never share a file."""
    parts = [profile] + ([] if source == "official" else [source]) + ([] if ok else ["failed"])
    return ".".join(parts)


def record_path(folder: Path, machine: str, script: Script, variant: str) -> Path:
    return folder / machine / script.workload.id / f"{script.path.stem}.{variant}.ipynb"


def paths_of(project: Project, script: Script) -> list[Path]:
    """Return the files of a script's records; the tables of older studies are no machine's."""
    found = results_folder(project.root).glob(f"*/{script.workload.id}/{script.path.stem}.*.ipynb")
    return sorted(path for path in found if path.parent.parent.name != published.FOLDER.name)


def paths_by_script(project: Project) -> dict[str, list[Path]]:
    """Return what `paths_of` does of each script, by its name, having looked around only once."""
    scripts = {(script.workload.id, script.path.stem): script.name for script in project.programs}
    found: dict[str, list[Path]] = {name: [] for name in scripts.values()}
    for path in sorted(results_folder(project.root).glob("*/*/*.*.ipynb")):
        name = scripts.get((path.parent.name, path.name.partition(".")[0]))
        if name and path.parent.parent.name != published.FOLDER.name:
            found[name].append(path)
    return found


def records_of(
    project: Project,
    script: Script,
    problems: list[str] | None = None,
    paths: list[Path] | None = None,
) -> list[Record]:
    """Return the script's records, the one that its page shows first.

    What cannot be read is left out, and said in `problems`; who knows the paths can give them.
    """
    records = []
    for path in paths_of(project, script) if paths is None else paths:
        try:
            records.append(read(path))
        except RecordError as error:
            if problems is not None:
                problems.append(str(error))
    return sorted(records, key=lambda record: rank(record, script), reverse=True)


def rank(record: Record, script: Script) -> tuple:
    """Order records: sound, real data, current code, long, GPU, official data, new."""
    lengths = list(script.workload.profiles)
    return (
        record.ok,
        record.genuine,
        record.source != "synthetic",
        is_current(record, script),
        lengths.index(record.profile) if record.profile in lengths else -1,
        record.device != "cpu",
        SOURCES.index(record.source) if record.source in SOURCES else -1,
        record.about["started"],
    )


def inputs(script: Script, records: list[Path]) -> list[Path]:
    """Return the files that decide what a page shows of this script, whether they exist or not."""
    locks = (script.root / "requirements").glob(f"{script.framework.environment}*.txt")
    return [
        script.path,
        script.workload.path / "workload.toml",
        script.workload.path / "reference.json",
        script.root / "frameworks.toml",
        *sorted(locks),
        *given_to(script),
        *([script.lesson.path] if script.lesson else []),  # the claim that it is held against
        *records,
    ]
