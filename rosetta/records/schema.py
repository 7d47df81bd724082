"""What a record tells about its run, as JSON Schema: a file that breaks it is refused when read.

Everything that reads records can then rely on the kinds of what is there. Facts that older runners
did not note may be missing; a fact that is there has its kind.
"""

from functools import cache

import fastjsonschema

ANY = True
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 0}
MAYBE_TEXT = {"type": ["string", "null"]}
MAYBE_COUNT = {"type": ["integer", "null"]}


def table(values: dict | bool, **named) -> dict:
    """Return the schema of a dict whose other values are of the given kind."""
    return {"type": "object", "properties": named, "additionalProperties": values}


ABOUT = {
    "type": "object",
    "required": ["key", "status", "started", "profile", "device", "data"],
    "properties": {
        "key": TEXT,
        "seal": TEXT,
        "status": TEXT,
        # as datetime.isoformat writes it
        "started": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"},
        "script": TEXT,
        "workload": TEXT,
        "framework": TEXT,
        "environment": TEXT,
        "profile": TEXT,
        "device": TEXT,
        "command": TEXT,
        "commit": MAYBE_TEXT,
        "python": TEXT,
        "threads": COUNT,
        "load_before": NUMBER,
        "seconds": NUMBER,
        "step_seconds": table(NUMBER),
        "peak_memory_bytes": MAYBE_COUNT,
        "noise": {**table(NUMBER), "required": ["scatter", "waited"]},
        "precision": table(TEXT),
        "versions": table(MAYBE_TEXT),
        "machine": table(ANY, processor=TEXT, cores=COUNT, memory_bytes=MAYBE_COUNT, gpu=TEXT),
        "data": table(ANY, source=TEXT, label=TEXT, digest=TEXT),
        "failure": table(ANY, step=MAYBE_TEXT, line=MAYBE_COUNT, message=TEXT),
        "reported": table(ANY, device=TEXT),
    },
}


# Of a notebook, what is relied on; nbformat's own schema only warns.
CELL = {
    "type": "object",
    "required": ["cell_type", "source", "metadata"],
    "properties": {
        "source": TEXT,
        "metadata": table(ANY, step=MAYBE_TEXT, tags={"type": "array", "items": TEXT}),
        "outputs": {"type": "array", "items": {**table(ANY), "required": ["output_type"]}},
    },
    "if": {"properties": {"cell_type": {"const": "code"}}},
    "then": {"required": ["outputs"]},
}
NOTEBOOK = {
    "type": "object",
    "required": ["cells", "metadata"],
    "properties": {
        "cells": {"type": "array", "items": CELL},
        "metadata": table(ANY, rosetta=ABOUT),
    },
}


@cache
def validator():
    """Compile the schema once a process; it takes a few hundredths of a second."""
    return fastjsonschema.compile(NOTEBOOK)


def problem(notebook: dict) -> str:
    """Return what is wrong with a record: "metadata.rosetta.started must be string", or nothing."""
    try:
        validator()(notebook)
    except fastjsonschema.JsonSchemaValueException as error:
        return error.message.removeprefix("data.")
    return ""
