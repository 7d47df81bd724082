"""Reading frameworks.toml, workload.toml and percent-scripts."""

import pytest
from projects import FRAMEWORKS, SCRIPT, write_project

from rosetta.project.workloads import WorkloadError, load_project

LINES = SCRIPT.splitlines()


def test_a_script_dropped_into_its_folder_is_registered_in_tab_order(tmp_path):
    project = write_project(tmp_path, beta=SCRIPT, alpha=SCRIPT)
    assert [script.name for script in project.scripts] == ["tiny/alpha", "tiny/beta"]
    assert project.script("tiny/beta").framework.label == "Beta"
    assert project.script("tiny/beta").relative == "scripts/tiny/beta_tiny.py"


def test_retired_frameworks_come_last_in_the_order_of_the_file(tmp_path):
    write_project(tmp_path, beta=SCRIPT, alpha=SCRIPT)
    path = tmp_path / "frameworks.toml"
    alpha, beta = FRAMEWORKS.split("\n\n")
    gamma = beta.replace("beta", "gamma").replace("Beta", "Gamma")
    path.write_text("\n\n".join([gamma, beta, alpha]))
    project = load_project(tmp_path)
    assert list(project.frameworks) == ["alpha", "gamma", "beta"]
    assert [script.name for script in project.scripts] == ["tiny/alpha", "tiny/beta"]


def test_cells_know_their_step_and_their_line(tmp_path):
    script = write_project(tmp_path).scripts[0]
    assert script.steps == ("setup", "hyperparameters", "train", "results")
    assert [(cell.kind, cell.step) for cell in script.cells] == [
        ("markdown", None),
        ("code", "setup"),
        ("code", "hyperparameters"),
        ("markdown", "train"),
        ("code", "train"),
        ("code", "results"),
    ]
    for line, text in script.code_lines().items():
        assert LINES[line - 1] == text
    assert script.cells_of("hyperparameters")[0].tags == ("parameters",)


def test_blank_lines_after_a_marker_do_not_shift_the_lines(tmp_path):
    text = SCRIPT.replace("# %% train [markdown]", "\n\n# %% train [markdown]").replace(
        "# %%\nprint", "# %%\n\n\nprint"
    )
    script = write_project(tmp_path, alpha=text).scripts[0]
    for line, found in script.code_lines().items():
        assert text.splitlines()[line - 1] == found


def refused(tmp_path, match):
    with pytest.raises(WorkloadError, match=match):
        load_project(tmp_path)


def test_a_script_without_a_framework(tmp_path):
    write_project(tmp_path)
    (tmp_path / "scripts/tiny/gamma_tiny.py").write_text(SCRIPT)
    refused(tmp_path, r"gamma_tiny\.py: frameworks\.toml has no table \[gamma\]; add one")


def test_code_before_the_first_marker(tmp_path):
    [script] = write_project(tmp_path, alpha="import os\n\n" + SCRIPT).scripts
    assert script.complaint.startswith("scripts/tiny/alpha_tiny.py:1: there are 6 lines that start")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("frameworks.toml", 'label = "Alpha"\n', "", r"\[alpha\]: incomplete, missing 'label'"),
        ("frameworks.toml", 'home = "https://alpha', 'hime = "x', r"\[alpha\]: unknown hime"),
        ("frameworks.toml", '"current"', '"modern"', "either 'current' or 'retired'"),
        ("frameworks.toml", "[beta]", "[beta", "not readable as TOML"),
        ("scripts/tiny/workload.toml", "EPOCHS = 1", "EPOKS = 1", r"short\] overrides EPOKS"),
        ("scripts/tiny/workload.toml", "[[steps]]", "[[stops]]", "at least one step"),
    ],
)
def test_a_file_that_does_not_say_what_it_must(tmp_path, file, old, new, message):
    write_project(tmp_path)
    path = tmp_path / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    refused(tmp_path, message)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tiny/gamma", "there are: tiny/alpha"),
        ("tiny", "there are: tiny/alpha"),
        ("tinny/alpha", "close to it: tiny/alpha"),
        ("huge", "a name is <workload>/<framework>, or lessons/<lesson>/<framework>"),
    ],
)
def test_an_unknown_name_tells_those_that_were_perhaps_meant(tmp_path, name, told):
    with pytest.raises(WorkloadError, match=rf"no script is called '{name}'; {told}"):
        write_project(tmp_path).script(name)
