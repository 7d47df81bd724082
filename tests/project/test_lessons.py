"""What a lesson's page must say, what its experiment must report, and the verdict made of both."""

import shutil
from pathlib import Path

import nbformat
import pytest
from tinysite import edit

from rosetta import __main__ as command_line
from rosetta.cli import new
from rosetta.project import checks
from rosetta.project.lessons import VERDICTS, load_lesson
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.records import verdicts
from rosetta.records.records import Record
from rosetta.records.verdicts import Unmeasured
from rosetta.run import environments
from rosetta.run.progress import Progress
from rosetta.run.refresh import Options, refresh, select

TINY = Path(__file__).resolve().parents[1] / "tiny"
PAGE = "docs/lessons/steady-hand.md"
EXPERIMENT = "scripts/lessons/abacus_steady_hand.py"
NAME = "lessons/steady-hand/abacus"


@pytest.fixture
def root(tmp_path) -> Path:
    return shutil.copytree(TINY, tmp_path / "tiny")


# ---- Pages ----------------------------------------------------------------------------------


def test_a_lesson_says_its_claim_as_an_inequality(root):
    lesson = load_lesson(root / PAGE)
    assert (lesson.id, lesson.title, lesson.docname) == (
        "steady-hand", "A steady hand", "lessons/steady-hand"
    )  # fmt: skip
    assert lesson.workloads == ("line",)
    assert lesson.expect.holds(1.51)
    assert not lesson.expect.holds(1.5)
    assert str(lesson.expect) == "more than 1.5"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("---\nlesson:", "lesson:", "opens with front matter"),
        ("# A steady hand", "A steady hand", "opens with front matter"),
        ("  unit: s", "  unit: [s", "not readable as YAML"),
        ("lesson:", "lessons:", "no table `lesson:`"),
        ("  unit: s", "  unti: s", "unknown unti; known: workloads, source"),
        ("  unit: s", "  path: s", "unknown path"),
        ("  unit: s", "  unit: 1", "unit is 1; expected a text, in quotation marks"),
        ("  with: two pushes", "  with: on", "with is True; expected a text"),
        ("  workloads: [line]", "  workloads: line", "workloads is 'line'; expected a list"),
        ("  workloads: [line]", "  workloads: [1]", r"workloads is \[1\]; expected a list"),
        ("  claim: A bead that is pushed twice goes twice as far.\n", "", "missing claim"),
        ('  keywords: [push, "bead-by-bead"]\n', "", "missing keywords"),
        ('[push, "bead-by-bead"]', "push", "keywords is 'push'; expected a list of texts"),
        ('[push, "bead-by-bead"]', "[push, Push]", "keyword 'Push'; expected a word or two"),
        ('[push, "bead-by-bead"]', "[]", "keyword ''; expected a word or two"),
        ('[push, "bead-by-bead"]', '[" "]', "keyword ' '; expected a word or two"),
        ('"bead-by-bead"', f'"{"bead " * 9}"', "keyword '(bead )+'; expected a word or two"),
        ("  prose: still true", "  prose: true enough", "prose is 'true enough'; known: still"),
        ("  source: project", "  source: hearsay", "source is 'hearsay'; known: study"),
        ('  expect: "> 1.5"', '  expect: "about 2"', "expect is 'about 2'; it is an inequality"),
        ("  without: one push\n", "", "missing without; only a lesson that says what it"),
    ],
)
def test_a_page_that_does_not_say_what_it_must_is_named(root, old, new, complaint):
    page = root / PAGE
    edit(page, old, new)
    with pytest.raises(WorkloadError, match=complaint) as raised:
        load_project(root)
    assert str(raised.value).startswith(str(page))


COMPARED = """  quantity: Way of a bead
  unit: s
  with: two pushes
  without: one push
  expect: "> 1.5"
"""


def test_a_lesson_without_an_experiment_says_what_it_needs(root):
    page = root / PAGE
    edit(page, COMPARED, "")
    with pytest.raises(WorkloadError, match="missing quantity, with, without, expect"):
        load_lesson(page)
    edit(page, "  prose: still true", "  needs: several beads\n  prose: not measured here")
    assert load_lesson(page).needs == "several beads"
    with pytest.raises(WorkloadError, match=r"abacus_steady_hand\.py, but the lesson does not say"):
        load_project(root)
    edit(page, "  needs", "  quantity: Way of a bead\n  needs")
    with pytest.raises(WorkloadError, match="missing with, without, expect"):
        load_lesson(page)


def test_a_comment_of_the_front_matter_is_no_title(root):
    edit(root / PAGE, "  unit: s", "# seconds\n  unit: s")
    assert load_lesson(root / PAGE).title == "A steady hand"


# ---- Experiments ----------------------------------------------------------------------------


def test_an_experiment_belongs_to_a_lesson_and_a_framework(root):
    project = load_project(root)
    (script,) = project.experiments
    assert script.name == NAME
    assert script not in project.scripts
    assert project.script(NAME) is script
    assert project.experiments_of("steady-hand") == (script,)
    assert list(project.workloads) == ["line"]
    (root / EXPERIMENT).rename(root / "scripts/lessons/abacus_shaky_hand.py")
    with pytest.raises(WorkloadError, match="no such lesson in docs"):
        load_project(root)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("import numpy as np", "from rosetta.datasets import cifar10", "imports nothing"),
        (
            "# %% experiment [markdown]",
            "# %% measure [markdown]",
            "step 'measure' stands where an experiment has",
        ),
        ('    "with"', f'    "{"w" * 80}"', "columns; at most 80"),
    ],
)
def test_an_experiment_keeps_the_rules(root, old, new, complaint):
    assert checks.check(load_project(root).script(NAME)) == []
    edit(root / EXPERIMENT, old, new)
    problems = checks.check(load_project(root).script(NAME))
    assert any(complaint in str(problem) for problem in problems), problems
    assert problems[0].file == EXPERIMENT


def options(**more) -> Options:
    return Options(**{"here": True, "device": "cpu", "names": (NAME,), **more})


def test_an_experiment_is_run_and_reused_like_any_script(root):
    project = load_project(root)
    report = refresh(project, options(), Progress())
    ((script, record),) = report.records
    expected = f"results/test-machine/lessons/{Path(EXPERIMENT).stem}.experiment.ipynb"
    assert record.path.relative_to(root).as_posix() == expected
    assert record.about["script"] == NAME
    assert record.about["data"]["label"] == "made by the experiment itself"
    assert refresh(project, options(profile="short"), Progress()).reused == [script]
    edit(root / EXPERIMENT, "PUSHES = 2", "PUSHES = 3")
    assert len(refresh(load_project(root), options(), Progress()).records) == 1


def test_an_experiment_is_selected_with_its_framework_but_proves_nothing(root):
    project = load_project(root)
    everything = options(names=(), frameworks=("all",))
    assert NAME in [script.name for script in select(project, everything)]
    lessons = options(names=(), frameworks=("all",), workloads=("lessons",))
    assert [script.name for script in select(project, lessons)] == [NAME]
    proofs = options(names=(), frameworks=("all",), verify=True)
    assert NAME not in [script.name for script in select(project, proofs)]
    nothing = options(names=(), workloads=("lessons",), verify=True)
    with pytest.raises(WorkloadError, match="no workload is called lessons; there are: line"):
        select(project, nothing)


def test_an_environment_is_made_once_for_all_programs(root, monkeypatch, capsys):
    made = []

    def ensure(root, name):
        made.append(name)
        return environments.Environment(name, Path("python"))

    monkeypatch.setattr(command_line, "ROOT", root)
    monkeypatch.setattr(environments, "ensure", ensure)
    assert command_line.main(["env", "--frameworks", "abacus"]) == 0
    assert len(made) == 1, "though a workload and a lesson have a program in it"


def test_what_needs_a_gpu_waits_for_one(root):
    edit(root / PAGE, "  prose", "  needs: a GPU\n  prose")
    report = refresh(load_project(root), options(), Progress())
    assert [why for _, why in report.not_run] == ["the experiment needs a GPU"]
    assert report.failed == []
    ((_, record),) = refresh(load_project(root), options(device="cuda"), Progress()).records
    assert record.ok


def test_what_no_machine_can_be_asked_for_keeps_no_experiment_back(root):
    edit(root / PAGE, "  prose", "  needs: a table that does not rock\n  prose")
    assert len(refresh(load_project(root), options(), Progress()).records) == 1


# ---- Verdicts -------------------------------------------------------------------------------


def measured(root: Path, *pairs: tuple[list, list]) -> list[verdicts.Measurement]:
    """Measure the tiny lesson, once for each pair of lists that an experiment reported.

    Each pair is of a version of its own: 1.1, 1.2 and so on.
    """
    script = load_project(root).script(NAME)
    records = [record(*pair, f"1.{number}") for number, pair in enumerate(pairs, 1)]
    return [verdicts.measure(script, record) for record in records]


def record(with_: object, without: object, version: str) -> Record:
    about = {
        "reported": {"with": with_, "without": without},
        "versions": {"numpy": version},
        "status": "ok",
    }
    return Record(Path("x.ipynb"), nbformat.v4.new_notebook(metadata={"rosetta": about}))


ONES = [1.0, 1.0, 1.0, 1.0]
TRUE, FALSE, WIDE = ([2.0, 2.2, 2.1, 2.3], ONES), ([1.1, 1.2, 1.0, 0.9], ONES), ([1, 2, 1, 2], ONES)


@pytest.mark.parametrize(
    ("pairs", "verdict", "headline"),
    [
        ([], "not measured here", "Not measured yet"),
        ([TRUE], "still true", "Still true in Abacus 1.1"),
        ([TRUE] * 3, "still true", "Still true in Abacus 1.1, Abacus 1.2 and Abacus 1.3"),
        ([FALSE], "no longer true", "No longer true since Abacus 1.1, or earlier"),
        ([FALSE, TRUE], "depends", "It depends: true in Abacus 1.2; not in Abacus 1.1"),
        ([WIDE], "depends", "It depends: undecided in Abacus 1.1"),
    ],
)
def test_the_verdict_is_that_of_all_experiments(root, pairs, verdict, headline):
    found = measured(root, *pairs)
    lesson = load_lesson(root / PAGE)
    assert verdicts.verdict(found) == verdict
    assert verdict in VERDICTS
    assert verdicts.headline(lesson, found) == headline


def test_figures_have_their_quartiles_and_units(root):
    (found,) = measured(root, ([0.002, 0.0022, 0.0018], [0.0005, 0.0005, 0.0005]))
    assert found.pairs == 3
    assert verdicts.figures(found) == (
        "2\u00a0ms (1.90 to 2.10)", "500\u00a0µs", "4\u00a0× (3.80 to 4.20)"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("with_", "without", "complaint"),
    [
        (None, ONES, "'with' is not a list of finite numbers"),
        (ONES, [1.0, float("nan"), 1.0, 1.0], "'without' is not a list of finite numbers"),
        ([True, True, True], ONES, "'with' is not a list"),
        ([1.0, 1.0], ONES, "'with' has 2 values; at least 3"),
        ([1.0, 1.0, 1.0], ONES, "'with' has 3 values, 'without' 4"),
        (ONES, [1.0, 0.0, 1.0, 1.0], "'without' is zero"),
    ],
)
def test_what_cannot_be_compared_is_no_measurement(root, with_, without, complaint):
    with pytest.raises(Unmeasured, match=complaint):
        measured(root, (with_, without))


def test_what_is_noted_beside_is_numbers_with_names(root):
    script, made = load_project(root).script(NAME), record(ONES, ONES, "1.2")
    assert verdicts.measure(script, made).notes == {}
    made.reported["notes"] = {"beads": 3}
    assert verdicts.measure(script, made).notes == {"beads": 3}
    for wrong in ([3], {"beads": "three"}, {"beads": float("nan")}):
        made.reported["notes"] = wrong
        with pytest.raises(Unmeasured, match="'notes' is not a table of finite numbers"):
            verdicts.measure(script, made)


# ---- The command ----------------------------------------------------------------------------


def skeleton(root: Path, monkeypatch, name: str, framework: str = "abacus") -> int:
    monkeypatch.setattr(command_line, "ROOT", root)
    given = ("--framework", framework, "--workload", "line")
    return command_line.main(["new", "lesson", name, *given])


def test_the_skeleton_of_a_lesson_is_complete_and_runs(root, monkeypatch, capsys):
    assert skeleton(root, monkeypatch, "counting-aloud") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "Run it: python -m rosetta run lessons/counting-aloud/abacus"
    project = load_project(root)
    script = project.script("lessons/counting-aloud/abacus")
    assert checks.check(script) == []
    assert project.lessons["counting-aloud"].prose == "not measured here"
    report = refresh(project, options(names=(script.name,)), Progress())
    ((_, record),) = report.records
    assert verdicts.measure(script, record).pairs == 10


def test_the_skeleton_writes_over_nothing_and_wants_a_plain_name(root, monkeypatch, capsys):
    before = (root / PAGE).read_text("utf-8")
    assert skeleton(root, monkeypatch, "steady-hand") == 4
    assert "is there already" in capsys.readouterr().err
    assert (root / PAGE).read_text("utf-8") == before
    assert skeleton(root, monkeypatch, "../steady") == 4
    assert "no name for a lesson" in capsys.readouterr().err


def test_a_lesson_gets_an_experiment_in_another_framework(root, monkeypatch, capsys):
    before = (root / PAGE).read_text("utf-8")
    assert skeleton(root, monkeypatch, "steady-hand", "slate") == 0
    assert (root / PAGE).read_text("utf-8") == before
    names = [script.name for script in load_project(root).experiments_of("steady-hand")]
    assert names == [NAME, "lessons/steady-hand/slate"]


def test_the_skeleton_is_of_a_program_in_python(root, monkeypatch, capsys):
    table = root / "frameworks.toml"
    edit(table, 'label = "Slate + Chalk"\nlanguage = "python"', 'label = "Slate"\nlanguage = "r"')
    (root / "scripts/line/slate_line.py").rename(root / "scripts/line/slate_line.R")
    assert skeleton(root, monkeypatch, "counting-aloud", "slate") == 4
    assert "slate is written in R, of which there is no skeleton" in capsys.readouterr().err
    assert not (root / "docs/lessons/counting-aloud.md").exists()


def test_a_line_that_is_part_of_another_is_not_offered_for_quotation():
    assert new.unique_lines({1: "a", 2: "ab", 3: "", 4: "  c"}) == ["ab", "c"]
