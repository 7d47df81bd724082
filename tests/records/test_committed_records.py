"""The records in this repository: current, whole, proven, as accurate as correct programs are."""

from pathlib import Path

import pytest

from rosetta.project.workloads import load_project
from rosetta.proof import parity
from rosetta.records import describe, records
from rosetta.site.pages import pages

ROOT = Path(__file__).resolve().parents[2]
PROJECT = load_project(ROOT)
RECORDS = [
    pytest.param(script, records.read(path), id=path.relative_to(ROOT / "results").as_posix())
    for script in PROJECT.scripts
    for path in records.paths_of(PROJECT, script)
    if path.is_relative_to(ROOT / "results") and ".failed." not in path.name
]
RECORDED = [script for script in PROJECT.programs if records.paths_of(PROJECT, script)]


def test_no_two_pages_of_records_share_a_title():
    titles = [pages.record_title(record, script) for script, record in (p.values for p in RECORDS)]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("script", RECORDED, ids=lambda script: script.name)
def test_a_page_shows_a_run_of_todays_code(script):
    """Other records may be older, on a machine that is not at hand: the page says so of them."""
    shown = records.records_of(PROJECT, script)[0]
    assert records.is_current(shown, script), f"python -m rosetta run {script.name}; commit that"


@pytest.mark.parametrize(("script", "record"), RECORDS)
def test_a_record_is_genuine_proven_and_as_accurate_as_expected(script, record):
    assert record.ok
    assert record.genuine, "edited by hand after its run"
    assert parity.judge(script.workload, record.reported, record.about["data"]).findings == ()
    accuracy = describe.check(record, script)
    assert accuracy is None or accuracy[2] is not False, accuracy
