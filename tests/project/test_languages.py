"""Scripts in other languages than Python: the same rules, runs and pages; R is run where it is."""

import shutil
import subprocess
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from projects import FRAMEWORKS, Transcript, write_project
from tinysite import TinySite

from rosetta.project import checks
from rosetta.project.languages import LANGUAGES
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.records import records
from rosetta.run import environments
from rosetta.run.environments import EnvironmentMissing
from rosetta.run.refresh import Options, refresh

HEAD = """\
# %% [markdown]
# # Tiny

# %% setup
{setup}

# %% hyperparameters tags=["parameters"]
{parameters}

# %% train [markdown]
# Prose.

# %%
{train}

# %% results
{results}
"""
R = HEAD.format(
    setup='datasets <- reticulate::import("rosetta.datasets", convert = FALSE)',
    parameters="EPOCHS <- 3L",
    train='cat("training", EPOCHS, "\\n")\nplus <- function(x) x + 1L',
    results='list(\n  device = "cpu",\n  epochs = plus(EPOCHS),\n  losses = as.list(1 / 3)\n)',
)
JULIA = HEAD.format(
    setup='using PythonCall\ndatasets = pyimport("rosetta.datasets")',
    parameters="EPOCHS = 3",
    train='println("training ", EPOCHS)',
    results='Dict(\n    "device" => "cpu",\n    "epochs" => EPOCHS,\n)',
)
SCRIPTS = {"r": R, "julia": JULIA}
ROOT = Path(__file__).resolve().parents[2]
FOLDER = "results/test-machine/tiny"
OPTIONS = Options(here=True, frameworks=("gamma",))


def write(root, language: str, text: str | None = None):
    """Write the miniature repository with one framework, gamma, in another language."""
    write_project(root)
    table = FRAMEWORKS.partition("[beta]")[0].replace("alpha", "gamma").replace("Alpha", "Gamma")
    toml = root / "frameworks.toml"
    toml.write_text(table.replace('"python"', f'"{language}"'))
    folder = root / "scripts" / "tiny"
    (folder / "alpha_tiny.py").unlink()
    name = f"gamma_tiny{LANGUAGES[language].extension}"
    (folder / name).write_text(text or SCRIPTS[language])
    (root / "rosetta").symlink_to(ROOT / "rosetta")
    return load_project(root)


BREAKS = {
    ("r", "a value"): ("<- 3L", "<- 4L", ".R:8: EPOCHS is 4; scripts/tiny/workload.toml says 3."),
    ("r", "computed"): ("<- 3L", "<- 1L + 2L", ".R:8: EPOCHS is '1L + 2L'"),
    ("r", "extra"): ("<- 3L", "<- 3L\nBATCH <- 1L", ".R:9: BATCH is not among"),
    ("r", "missing"): ("EPOCHS <- 3L", "EPOCHS = 3L", "EPOCHS is missing"),
    ("r", "rosetta"): ("rosetta.datasets", "rosetta.runner", ".R:5: imports rosetta.runner"),
    ("r", "neighbor"): ("plus <- function(x) x + 1L", 'source("gamma_tiny.R")', "imports gamma_t"),
    ("r", "no list"): ("list(\n", "print(\n", "the last cell must end in list(...)"),
    ("julia", "a value"): ("= 3", "= 4", ".jl:9: EPOCHS is 4; scripts/tiny/workload.toml says 3."),
    ("julia", "computed"): ("= 3", "= 1 + 2", ".jl:9: EPOCHS is '1 + 2'"),
    ("julia", "rosetta"): ("rosetta.datasets", "rosetta.runner", ".jl:6: imports rosetta.runner"),
    ("julia", "neighbor"): ("using PythonCall", 'include("gamma_tiny.jl")', "imports gamma_t"),
    ("julia", "no Dict"): ("Dict(\n", "println(\n", "the last cell must end in Dict(...)"),
}


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_sound_script_has_no_problem(tmp_path, language):
    [script] = write(tmp_path, language).scripts
    assert script.language is LANGUAGES[language]
    assert checks.check(script) == []
    for line, text in script.code_lines().items():
        assert SCRIPTS[language].splitlines()[line - 1] == text


@pytest.mark.parametrize(("language", "rule"), BREAKS)
def test_each_rule(tmp_path, language, rule):
    old, new, message = BREAKS[language, rule]
    assert old in SCRIPTS[language]
    [script] = write(tmp_path, language, SCRIPTS[language].replace(old, new)).scripts
    problems = [str(problem) for problem in checks.check(script)]
    assert len(problems) == 1, problems
    assert message in problems[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", [1, 50_000, 0.01, 1e-07, True, "adam"])
def test_what_the_runner_writes_is_what_the_rules_read(language, value):
    known = LANGUAGES[language]
    source = known.assignment("VALUE", value)
    assert known.assignments(f"{source}  # a remark") == {"VALUE": (1, value)}


def test_underscores_in_a_number_of_julia():
    assert LANGUAGES["julia"].assignments("N = 50_000") == {"N": (1, 50_000)}


def test_a_script_in_another_language_than_its_table_says(tmp_path):
    write(tmp_path, "r")
    folder = tmp_path / "scripts" / "tiny"
    (folder / "gamma_tiny.R").rename(folder / "gamma_tiny.jl")
    with pytest.raises(WorkloadError, match=r"\[gamma\] is written in R; rename .*gamma_tiny\.R"):
        load_project(tmp_path)


def test_an_unknown_language(tmp_path):
    write(tmp_path, "r")
    toml = tmp_path / "frameworks.toml"
    toml.write_text(toml.read_text().replace('"r"', '"cobol"'))
    with pytest.raises(WorkloadError, match=r"language 'cobol'; known: python, r, julia"):
        load_project(tmp_path)


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_language_that_is_not_here_is_not_run(tmp_path, monkeypatch, language):
    monkeypatch.setenv("PATH", str(tmp_path))
    known = LANGUAGES[language]
    with pytest.raises(EnvironmentMissing, match=f"no {known.label} here"):
        environments.require(known)
    report = refresh(write(tmp_path, language), OPTIONS, Transcript())
    assert [why for _, why in report.not_run] == [f"no {known.label} here ({known.get_it})"]
    assert not list(tmp_path.glob("results/**/*.ipynb"))


# R itself


@pytest.fixture
def with_r():
    if not shutil.which("R"):
        pytest.skip("no R here")
    needed = "for (p in c('IRkernel', 'reticulate', 'jsonlite')) loadNamespace(p)"
    done = subprocess.run(["R", "--vanilla", "--no-echo", "-e", needed], capture_output=True)
    if done.returncode:
        pytest.skip(f"R lacks a package: {done.stderr.decode().strip()}")


def test_a_script_in_r_is_run_in_its_own_kernel(tmp_path, with_r):
    [script] = (project := write(tmp_path, "r")).scripts
    report = refresh(project, OPTIONS, Transcript())
    assert report.failed == []
    record = records.read(tmp_path / FOLDER / "gamma_tiny.short.synthetic.ipynb")
    # The override of the profile is an integer of R, so that 1L can be added.
    losses = pytest.approx([1 / 3], rel=1e-14)
    assert record.reported == {"device": "cpu", "epochs": 2, "losses": losses}
    assert record.notebook.metadata.language_info.name == "r"
    assert "EPOCHS <- 1L" in [cell.source for cell in record.notebook.cells]
    assert record.outputs()[2][0]["text"] == "training 1 \n"
    assert {"R", "reticulate", "numpy"} == set(record.about["versions"])
    assert record.about["python"].startswith("3.")
    assert record.about["peak_memory_bytes"] > 2e7
    assert refresh(project, OPTIONS, Transcript()).ran == []
    assert records.is_current(record, script)


@pytest.mark.parametrize(
    ("old", "new", "failure"),
    [
        ("plus(EPOCHS)", 'stop("no more")', "scripts/tiny/gamma_tiny.R:18: step results: Error"),
        ("plus(EPOCHS)", "NaN", "plain dict of finite numbers"),
        ("plus(EPOCHS)", "plus", "the last cell must evaluate to a plain dict"),
    ],
)
def test_a_failure_in_r(tmp_path, with_r, old, new, failure):
    report = refresh(write(tmp_path, "r", R.replace(old, new)), OPTIONS, Transcript())
    assert failure in report.failed[0][1]
    assert records.read(tmp_path / FOLDER / "gamma_tiny.short.synthetic.failed.ipynb")


# Pages


def test_the_pages_of_scripts_that_were_never_run(tmp_path):
    """Their own highlighting, anchors and downloads; "not run yet" instead of outputs."""
    site = TinySite(tmp_path)
    toml = site.root / "frameworks.toml"
    for language, text in SCRIPTS.items():
        table = FRAMEWORKS.partition("[beta]")[0].replace("alpha", f"in_{language}")
        toml.write_text(f"{toml.read_text()}\n{table.replace('python', language)}")
        name = f"in_{language}_line{LANGUAGES[language].extension}"
        (site.root / "scripts/line" / name).write_text(text)
    done = site.draw()
    assert done.returncode == 0, done.stderr
    for language, text in SCRIPTS.items():
        address = f"line/in_{language}"
        page = BeautifulSoup(site.page(address), "html.parser")
        assert "Not run yet" in page.text
        fifth = page.select_one(f"div.highlight-{language} #L-5").text
        assert fifth.removeprefix("5").rstrip() == text.splitlines()[4]
        name = f"in_{language}_line{LANGUAGES[language].extension}"
        assert page.select_one(f"a[href='{name}']")
        assert (site.html / address / name).read_text() == text
