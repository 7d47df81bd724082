"""Read what a file of the repository declares; an error names the file and what is wrong in it."""

import json
import tomllib
from pathlib import Path


class WorkloadError(Exception):
    """A file of the repository does not say what it must; the message names the file."""


def read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise WorkloadError(f"{path}: there is no such file.") from None
    except UnicodeDecodeError as error:
        raise WorkloadError(f"{path}: not readable as UTF-8: {error}.") from None


def read_toml(path: Path) -> dict:
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorkloadError(f"{path}: not readable as TOML: {error}.") from None


def read_json(path: Path):
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise WorkloadError(f"{path}: not readable as JSON: {error}.") from None


def build(kind: type, table: dict, where: str):
    """Make a dataclass from a table, naming what is missing or unknown."""
    known = kind.__dataclass_fields__
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise WorkloadError(f"{where}: unknown {', '.join(unknown)}; known: {', '.join(known)}.")
    try:
        return kind(**table)
    except TypeError as error:
        missing = str(error).split(": ")[-1]
        raise WorkloadError(f"{where}: incomplete, missing {missing}.") from None
