"""The static rules: each is broken once, and the message says where and what to do."""

import pytest
from projects import SCRIPT, write_project

from rosetta.project import checks
from rosetta.project.workloads import load_project

BREAKS = {
    "a value": (
        "EPOCHS = 3",
        "EPOCHS = 4",
        "alpha_tiny.py:8: EPOCHS is 4; scripts/tiny/workload.toml says 3.",
    ),
    "computed": ("EPOCHS = 3", "EPOCHS = 1 + 2", ":8: EPOCHS is '1 + 2'"),
    "missing": ("EPOCHS = 3", "pass", "EPOCHS is missing"),
    "extra": ("EPOCHS = 3", "EPOCHS = 3\nBATCH = 1", ":9: BATCH is not among"),
    "untagged": (' tags=["parameters"]', "", '0 cells have tags=["parameters"]'),
    "order": (
        "# %% train [markdown]",
        "# %% predict [markdown]",
        "step 'predict' stands where tiny/workload.toml has 'train'",
    ),
    "wide": ('print("training", EPOCHS)', f'print("{"x" * 80}")', ":14: 89 columns"),
    "rosetta": ("import numpy as np", "import rosetta.runner", "imports rosetta.runner"),
    "neighbor": ("import numpy as np", "import beta_tiny", "imports beta_tiny"),
    "relative": ("import numpy as np", "from . import beta", "imports ."),
    "no dict": ('{"device": "cpu", "epochs": EPOCHS}', "print(1)", "must end in a dict"),
}


def test_a_sound_script_has_no_problem(tmp_path):
    assert checks.check(write_project(tmp_path).scripts[0]) == []


@pytest.mark.parametrize("name", BREAKS)
def test_each_rule(tmp_path, name):
    old, new, message = BREAKS[name]
    assert old in SCRIPT
    project = write_project(tmp_path, alpha=SCRIPT.replace(old, new), beta=SCRIPT)
    problems = [str(problem) for problem in checks.check(project.scripts[0])]
    assert len(problems) == 1, problems
    assert message in problems[0]


def test_a_script_that_ends_early(tmp_path):
    text = SCRIPT.partition("# %% results")[0]
    problems = checks.check(write_project(tmp_path, alpha=text).scripts[0])
    message = "the script ends without results; open a step with `# %% results`."
    assert any(message in str(problem) for problem in problems)


def test_every_script_of_the_repository(request):
    project = load_project(request.config.rootpath)
    assert [str(p) for script in project.scripts for p in checks.check(script)] == []
    assert project.scripts
