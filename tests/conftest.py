import pytest


@pytest.fixture(autouse=True)
def quiet_world(monkeypatch, tmp_path_factory):
    """Keep every test off the network, off the user's data and out of results/."""
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    monkeypatch.setenv("ROSETTA_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("ROSETTA_MACHINE", "test-machine")
    monkeypatch.delenv("RESULTS", raising=False)
