"""Keep every test off the network, and name at the very end whatever was not run."""

import pytest


@pytest.fixture(autouse=True)
def quiet_world(monkeypatch, tmp_path_factory):
    """Keep every test off the network, off the user's data and out of results/."""
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    monkeypatch.setenv("ROSETTA_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("ROSETTA_MACHINE", "test-machine")
    monkeypatch.delenv("RESULTS", raising=False)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Say after pytest's own last line which tests were skipped, and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped:
        print("not run here:")
        for report in skipped:
            print(f"  {report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")
    elif reporter and reporter.stats.get("passed"):
        print("every test was run")
