"""Read what a file of the repository declares; an error names the file and what is wrong in it."""

import json
import tomllib
from datetime import date
from pathlib import Path
from types import UnionType
from typing import get_args, get_origin, get_type_hints


class WorkloadError(Exception):
    """A file of the repository does not say what it must; the message names the file."""


def read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise WorkloadError(f"{path}: there is no such file.") from None
    except UnicodeDecodeError as error:
        raise WorkloadError(f"{path}: not readable as UTF-8: {error}.") from None
    except OSError as error:  # a folder in its place, or a file of somebody else
        why = error.strerror or error
        raise WorkloadError(f"{path}: not readable: {why}; expected a text file.") from None


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
    """Make a dataclass from a table, naming what is missing, unknown or of another type."""
    demand(table, dict, where)
    known = kind.__dataclass_fields__
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise WorkloadError(f"{where}: unknown {', '.join(unknown)}; known: {', '.join(known)}.")
    try:
        made = kind(**table)
    except TypeError as error:
        missing = str(error).split(": ")[-1]
        raise WorkloadError(f"{where}: incomplete, missing {missing}.") from None
    hints = get_type_hints(kind)
    for name, value in table.items():
        demand(value, hints[name], f"{where}: {name}")
    return made


def take(table: dict, name: str, kind, default, where: str):
    """Take an entry out of a table; the default where there is none."""
    value = table.pop(name, default)
    if value is not default:
        demand(value, kind, f"{where}: {name}")
    return value


# How a type is called in a message; lists and tables say what they are of.
WORDS = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false",
    dict: "a table", list: "a list", date: "a date", type(None): "nothing",
}  # fmt: skip


def demand(value: object, kind, what: str) -> None:
    """Raise WorkloadError, saying what was expected and what was found, unless the type fits."""
    if not fits(value, kind):
        raise WorkloadError(f"{what} is {value!r}; expected {words_for(kind)}.")


def fits(value: object, kind) -> bool:
    """Tell whether a value is of a type as dataclasses write it."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return any(fits(value, part) for part in parts)
    if origin is list:
        return isinstance(value, list) and all(fits(each, parts[0]) for each in value)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        each = [parts[0]] * len(value) if parts[-1] is ... else parts
        return len(value) == len(each) and all(map(fits, value, each))
    if origin is dict:
        known = isinstance(value, dict)
        return known and all(fits(k, parts[0]) and fits(v, parts[1]) for k, v in value.items())
    if kind in (int, float):  # to Python true is a number, too
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    return isinstance(value, kind)


def words_for(kind) -> str:
    """Describe a type to someone who writes a file."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is UnionType:
        return " or ".join(words_for(part) for part in parts if part is not type(None))
    if origin is tuple and parts[-1] is not ...:
        return f"a list of {len(parts)}: {', '.join(map(words_for, parts))}"
    if origin in (tuple, list):
        return f"a list, each {words_for(parts[0])}"
    if origin is dict:
        return "a table" if parts[1] is object else f"a table, each {words_for(parts[1])}"
    return WORDS.get(kind, kind.__name__)
