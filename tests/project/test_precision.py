"""A switch of the arithmetic's precision that a script sets is read back after its run."""

import re
from pathlib import Path

import pytest

from rosetta.project.precision import SWITCHES
from rosetta.project.workloads import Script, load_project
from rosetta.records import records

PROJECT = load_project(Path(__file__).resolve().parents[2])
READ_BACK = {name for of in SWITCHES.values() for either in of for name in either.split("|")}
# What sets a switch by its name, in PyTorch and in JAX; other packages have a function for it.
ASSIGNED = re.compile(r'^(torch\.\S+_precision) = "(.+)"$', re.MULTILINE)
UPDATED = re.compile(r'^jax\.config\.update\("(.+_precision)", "(.+)"\)$', re.MULTILINE)


def switches(script: Script) -> dict[str, str]:
    code = "\n".join(cell.source for cell in script.code_cells)
    updated = ((f"jax.config.{name}", value) for name, value in UPDATED.findall(code))
    return dict([*ASSIGNED.findall(code), *updated])


SETTING = [script for script in PROJECT.scripts if switches(script)]


@pytest.mark.parametrize("script", SETTING, ids=lambda script: script.name)
def test_what_a_script_sets_was_in_force(script):
    asked = switches(script)
    assert set(asked) <= READ_BACK
    for record in records.records_of(PROJECT, script):
        in_force = record.about.get("precision")  # the oldest records hold none
        if in_force is not None and records.is_current(record, script):
            assert {name: in_force.get(name) for name in asked} == asked


def test_scripts_of_both_packages_were_looked_at():
    found = {name.partition(".")[0] for script in SETTING for name in switches(script)}
    assert found == {"torch", "jax"}
