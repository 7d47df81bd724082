"""How quiet the machine is: measured on this one, with and without something else to do."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Another process takes the only core that this one may use.
CROWDED = """
import json, os, subprocess, sys
from rosetta.records.describe import is_busy
from rosetta.run import noise
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
other = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if sys.argv[1:] else None
found = noise.measure()
if other:
    other.kill()
print(json.dumps({**found, "busy": is_busy(found)}))
"""


def measured(*arguments) -> dict:
    import json

    done = subprocess.run(
        [sys.executable, "-c", CROWDED, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_another_process_on_the_same_core_is_felt():
    found = measured("crowded")
    assert found["busy"]
    assert found["waited"] > 0.2
    assert found["turn_seconds"] > 0


def test_a_machine_is_busy_by_its_scatter_or_by_its_waiting():
    from rosetta.records.describe import is_busy

    assert not is_busy({"scatter": 0.01, "waited": 0.01})
    assert is_busy({"scatter": 0.2, "waited": 0.0})
    assert is_busy({"scatter": 0.0, "waited": 0.2})
