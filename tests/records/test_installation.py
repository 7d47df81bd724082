"""Is an installation as fast as it should be? A short run held against records."""

import os

import pytest
from projects import SCRIPT, timed, write_project, write_record

from rosetta import __main__ as command
from rosetta.cli.installation import shortest
from rosetta.project.workloads import load_project
from rosetta.records.installation import assess

BOX = {"processor": "Abacus 8", "cores": 2}
GPU = {**BOX, "gpu": "Bead 100"}
QUIET = {"turns": 40, "turn_seconds": 0.004, "scatter": 0.01, "waited": 0.0}
BUSY = {**QUIET, "waited": 0.4}
# Each training step takes as long as it is told to.
PACED = SCRIPT.replace(
    '{"device": "cpu", "epochs": EPOCHS}',
    """\
import os

pace = float(os.environ["PACE"])
{
    "device": "cpu",
    "epoch_seconds": [100 * pace],
    "step_seconds": [pace, pace, 1.01 * pace, 0.99 * pace, pace],
}
""",
)


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)


def run(project, per_step=0.1, *, box="here", **more):
    """Write a run as one finds it: on two cores of an Abacus 8, quiet, with two threads."""
    facts = {"machine": BOX, "noise": QUIET, "threads": 2, "versions": {"numpy": "2.0"}}
    report = {**timed(per_step), "device": more.get("device", "cpu")}
    return write_record(project, box=box, **{**facts, "reported": report, **more})


def assessed(project, mine, *known, gpu=""):
    return assess(mine, project.scripts[0], list(known), gpu)


def facts(assessment) -> dict:
    return {fact.term: fact for fact in assessment.facts}


def causes(assessment) -> set[str]:
    return {fact.term for fact in assessment.facts if fact.passed is False}


# ---- Speed ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per_step", "fast", "verdict"),
    [
        (0.1, True, "As fast as it should be."),
        (0.108, True, "As fast as it should be."),
        (0.13, False, "SLOWER than it should be: 30.0 % more time per training step."),
        (0.3, False, "SLOWER than it should be: 3.0 times the time per training step."),
        (0.05, True, "As fast as it should be, and faster than what was recorded."),
    ],
)
def test_a_run_is_judged_by_a_record_of_the_same_hardware(project, per_step, fast, verdict):
    known = run(project, box="box")
    found = assessed(project, run(project, per_step), known)
    assert (found.fast, found.verdict) == (fast, verdict)
    assert found.passed is fast
    assert (
        "100\u00a0ms in the record (median of 9 blocks of 20"
        in facts(found)["Per training step"].value
    )


def test_the_slowest_of_several_good_records_is_the_measure(project):
    known = [run(project, box="box"), run(project, 0.2, box="another")]
    assert assessed(project, run(project, 0.21), *known).fast
    assert assessed(project, run(project, 0.25), *known).fast is False


def test_a_failed_or_edited_record_is_no_measure(project):
    slow = run(project, 0.5, box="box")
    slow.about["reported"]["test_accuracy"] = 0.99
    assert not slow.genuine
    failed = run(project, 0.5, box="another", ok=False)
    good = run(project, box="third")
    assert assessed(project, run(project, 0.3), slow, failed, good).fast is False


def test_todays_code_is_the_measure_where_there_is_a_run_of_it(project):
    old = run(project, 0.5, box="box")
    project = write_project(project.root, alpha=SCRIPT.replace("training", "trained"))
    mine = run(project, 0.3)
    found = assessed(project, mine, old)
    assert found.fast
    assert "has changed since the record" in facts(found)["Code"].value
    assert assessed(project, mine, old, run(project, box="another")).fast is False


# ---- What cannot be told --------------------------------------------------------------------


@pytest.mark.parametrize(
    "machine", [{**BOX, "cores": 4}, {**BOX, "processor": "Abacus 9"}, {**GPU, "cores": 4}]
)
def test_other_hardware_is_named_but_is_no_measure(project, machine):
    found = assessed(project, run(project, 0.3), run(project, box="box", machine=machine))
    assert found.fast is None
    assert not found.passed
    assert "no record is of Abacus 8, 2 cores. The nearest is of Abacus" in found.verdict
    assert facts(found)["Hardware"].value.startswith("Abacus 8, 2 cores here; Abacus")


KIND = {**BOX, "microarchitecture": "family 25", "architecture": "x86_64", "memory_bytes": 24e9}


@pytest.mark.parametrize(
    "fact",
    [{"microarchitecture": "family 26"}, {"architecture": "arm64"}, {"memory_bytes": 8e9}],
    ids=lambda fact: next(iter(fact)),
)
def test_processors_of_one_name_are_not_the_same_hardware(project, fact):
    known = run(project, box="box", machine={**KIND, **fact})
    assert assessed(project, run(project, 0.3, machine=KIND), known).fast is None


@pytest.mark.parametrize("known", [BOX, {**KIND, "memory_bytes": 24.6e9}])
def test_what_an_older_record_does_not_tell_and_a_little_memory_decide_nothing(project, known):
    known = run(project, box="box", machine=known)
    assert assessed(project, run(project, 0.3, machine=KIND), known).fast is False


def test_the_same_gpu_is_comparable_whatever_processor_it_stands_beside(project):
    known = run(project, box="box", device="cuda", machine={**GPU, "cores": 64})
    mine = run(project, 0.3, device="cuda", machine=GPU)
    assert assessed(project, mine, known, gpu="Bead 100").fast is False
    other = run(project, box="box", device="cuda", machine={**GPU, "gpu": "Bead 200"})
    assert assessed(project, mine, other, gpu="Bead 100").fast is None


def test_nothing_recorded_is_nothing_to_compare_with(project):
    found = assessed(project, run(project))
    assert found.fast is None
    assert found.verdict == "tiny/alpha has no record that could be compared with."


def test_the_nearest_record_is_of_the_same_processor_and_device(project):
    gpu = run(project, 0.01, box="gpu", device="cuda", machine=GPU)
    other = run(project, 0.2, box="other", machine={**BOX, "processor": "Abacus 9"})
    near = run(project, 0.3, box="near", machine={**BOX, "cores": 8})
    assert assessed(project, run(project), gpu, near, other).beside is near


# ---- Causes ---------------------------------------------------------------------------------


def test_a_slow_run_names_what_differs_and_a_fast_one_has_no_cause_to(project):
    known = run(project, box="box", precision={"exact": "yes"})
    changed = {"threads": 1, "versions": {"numpy": "1.0"}, "noise": BUSY}
    slow = assessed(project, run(project, 0.3, precision={"exact": "yes"}, **changed), known)
    assert causes(slow) == {"Threads", "Versions", "Machine", "Per training step"}
    assert facts(slow)["Threads"].value == "1 here; 2 in the record"
    fast = assessed(project, run(project, precision={"exact": "yes"}, **changed), known)
    assert causes(fast) == set()
    assert fast.passed


def test_another_precision_is_other_work_however_fast(project):
    known = run(project, box="box", precision={"exact": "yes"})
    found = assessed(project, run(project, precision={"exact": "no"}), known)
    assert causes(found) == {"Precision"}
    assert not found.passed


def test_a_gpu_that_is_there_and_not_used_is_a_fault(project):
    known = run(project, box="box")
    found = assessed(project, run(project), known, gpu="Bead 100")
    assert found.fast
    assert not found.passed
    assert "NOT used, although there is one here (Bead 100)" in facts(found)["GPU"].value
    assert facts(assessed(project, run(project), known))["GPU"].passed is None


# ---- The command ----------------------------------------------------------------------------


@pytest.fixture
def verify(tmp_path, monkeypatch, capsys):
    """Run the command in this interpreter, at a pace; return its status and what it says."""
    write_project(tmp_path, alpha=PACED)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(pace, *arguments):
        monkeypatch.setenv("PACE", str(pace))
        status = command.main([*arguments, "--device", "cpu", "--here"])
        return status, " ".join(capsys.readouterr().out.split())

    return run


def test_the_command_runs_judges_and_keeps_no_record(verify, tmp_path):
    status, said = verify(0.1, "verify-machine", "tiny", "alpha")
    assert status == 1
    assert "tiny/alpha has no record that could be compared with." in said
    assert not list(tmp_path.glob("results/**/*.ipynb"))

    status, _ = verify(0.1, "run", "tiny/alpha")
    assert status == 0
    records = list(tmp_path.glob("results/**/*.ipynb"))
    status, said = verify(0.1, "verify-machine", "tiny", "alpha")
    assert status == 0, said
    assert "beside results/test-machine/tiny/alpha_tiny.short.synthetic.ipynb" in said
    assert "As fast as it should be." in said
    status, said = verify(0.2, "verify-machine", "tiny", "alpha")
    assert status == 1
    assert "SLOWER than it should be: 2.0 times the time per training step." in said
    assert list(tmp_path.glob("results/**/*.ipynb")) == records


def test_a_run_that_fails_says_where(verify, tmp_path):
    write_project(tmp_path, alpha=SCRIPT.replace('print("training", EPOCHS)', "1 / 0"))
    status, said = verify(0.1, "verify-machine", "tiny", "alpha")
    assert status == 1
    assert "step train: ZeroDivisionError" in said
    assert os.listdir(tmp_path / "results") == [] if (tmp_path / "results").exists() else True


def test_the_shortest_profile_is_run_or_the_one_for_slow_frameworks(tmp_path):
    project = write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    workload = tmp_path / "scripts/tiny/workload.toml"
    brief = '[profiles.brief]\ntitle = "no training"\nslow = true\nEPOCHS = 0\n\n[profiles.short]'
    workload.write_text(workload.read_text().replace("[profiles.short]", brief))
    toml = tmp_path / "frameworks.toml"
    toml.write_text(toml.read_text().replace("[beta]", "[beta]\nslow = true"))
    usual, slow = load_project(project.root).scripts
    assert shortest(usual, "cpu").id == "short"
    assert shortest(slow, "cpu").id == "brief"
    assert shortest(slow, "cuda").id == "short"
