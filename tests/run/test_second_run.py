"""The run that proves a script: the same cells once more, in the same kernel; nothing mocked."""

from projects import OPTIONS, SCRIPT, WORKLOAD, Transcript, write_project

from rosetta.project import checks
from rosetta.project.workloads import load_project
from rosetta.records import records
from rosetta.run.refresh import refresh

PROOF = """
[proof]
without = ["setup"]
seconds = 20
EPOCHS = 2
START = "reference"

[proof.hyperparameters]
START = "random"
"""
PROVEN = (
    SCRIPT.replace("EPOCHS = 3\n", 'EPOCHS = 3\nSTART = "random"\n')
    .replace("import numpy as np", "import numpy as np\nturns = []")
    .replace('print("training", EPOCHS)', 'turns.append(START)\nprint("training", EPOCHS)')
    .replace('"epochs": EPOCHS}', '"train_losses": [EPOCHS], "run": {"turns": turns}}')
)


def project_of(tmp_path, **scripts):
    write_project(tmp_path, **scripts)
    (tmp_path / "scripts/tiny/workload.toml").write_text(WORKLOAD + PROOF)
    return load_project(tmp_path)


def test_the_cells_are_run_once_more_and_only_what_they_report_is_kept(tmp_path):
    project = project_of(tmp_path, alpha=PROVEN)
    assert checks.check(project.scripts[0]) == []
    transcript = Transcript()
    assert refresh(project, OPTIONS, transcript).failed == []
    assert transcript.steps[-1] == "proof of the run"
    [record] = records.records_of(project, project.scripts[0])
    assert record.genuine
    assert record.reported == {
        "device": "cpu",
        "train_losses": [1],
        "run": {"turns": ["random"]},
        # The step that is left out was not run again: what it had made is still there.
        "proof": {"of": "short", "train_losses": [2], "run": {"turns": ["random", "reference"]}},
    }
    assert len(record.outputs()) == len(project.scripts[0].code_cells)
    printed = [o["text"] for outputs in record.outputs() for o in outputs if "text" in o]
    assert printed == ["training 1\n"]


def test_a_script_without_its_hyperparameters_runs_as_ever(tmp_path):
    project = project_of(tmp_path, alpha=SCRIPT)
    assert checks.check(project.scripts[0]) == []
    transcript = Transcript()
    assert refresh(project, OPTIONS, transcript).failed == []
    assert "proof of the run" not in transcript.steps
    [record] = records.records_of(project, project.scripts[0])
    assert record.reported == {"device": "cpu", "epochs": 1}


def test_a_failure_in_it_names_the_line_and_where_it_came_from(tmp_path):
    faulty = PROVEN.replace("turns.append(START)", 'turns.append(START)\n1 / (START == "random")')
    report = refresh(project_of(tmp_path, alpha=faulty), OPTIONS, Transcript())
    line = faulty.splitlines().index('1 / (START == "random")') + 1
    assert report.failed[0][1] == (
        f"scripts/tiny/alpha_tiny.py:{line}: step train: in the run that proves it, with "
        "[proof]'s values: ZeroDivisionError: division by zero"
    )


def test_its_hyperparameters_are_all_there_or_none(tmp_path):
    more = PROOF + "TURNS = 1\n"
    write_project(tmp_path, alpha=PROVEN)
    (tmp_path / "scripts/tiny/workload.toml").write_text(WORKLOAD + more)
    [problem] = checks.check(load_project(tmp_path).scripts[0])
    assert "TURNS is missing; scripts/tiny/workload.toml says 1." in problem.text
