"""What pictures show: which runs, which figures, and what is said of them in words."""

from dataclasses import replace

import pytest
from projects import SCRIPT, timed, write_project, write_record

from rosetta.project.published import Column, Footnote, Row, Table
from rosetta.project.workloads import load_project
from rosetta.records import series

BOX = {"processor": "Abacus 8", "cores": 2}
STARTED = "2026-11-21T10:00:00+00:00"


@pytest.fixture
def project(tmp_path):
    """Two programs; of three epochs a correct one reaches 70 % to 80 %."""
    write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    toml = tmp_path / "scripts/tiny/workload.toml"
    text = toml.read_text().replace(
        'title = "three epochs"', 'title = "three epochs"\nexpected = [0.7, 0.8]'
    )
    toml.write_text(text)
    return load_project(tmp_path)


def run(project, number=0, per_step=0.1, **more):
    """Write a run; return it with its script."""
    facts = {"started": STARTED, "machine": BOX, "profile": "full", "reported": timed(per_step)}
    return project.scripts[number], write_record(project, number, **{**facts, **more})


def drawn(kind, project, *runs, tables=()):
    return series.PICTURES[kind](project.workloads["tiny"], list(runs), tables)


def labels(panel) -> list[str]:
    return [mark.label for mark in panel.marks]


# ---- Which runs -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", series.PICTURES)
def test_without_records_there_is_no_picture(project, kind):
    assert drawn(kind, project) is None
    assert drawn(kind, project, run(project, ok=False)) is None


def test_what_failed_or_was_edited_is_not_drawn(project):
    script, edited = run(project, 1)
    edited.about["reported"]["test_accuracy"] = 0.99
    found = drawn("speed", project, run(project), (script, edited))
    assert labels(found.panels[0]) == ["Alpha"]


def test_synthetic_data_is_drawn_only_where_there_is_no_other(project):
    made_up = run(project, 1, source="synthetic")
    assert labels(drawn("speed", project, made_up).panels[0]) == ["Beta"]
    assert labels(drawn("speed", project, run(project), made_up).panels[0]) == ["Alpha"]


def test_the_first_of_a_programs_runs_on_a_machine_is_drawn(project):
    """Runs come best first."""
    best, worse = run(project, per_step=0.2), run(project, profile="short")
    other = run(project, box="other", machine={**BOX, "cores": 8})
    panels = drawn("speed", project, best, worse, other).panels
    assert [panel.title for panel in panels] == ["Abacus 8, 2 cores", "Abacus 8, 8 cores"]
    assert [mark.told for panel in panels for mark in panel.marks] == ["200\u00a0ms", "100\u00a0ms"]


def test_a_run_of_older_code_is_marked(project):
    ran = run(project)
    assert drawn("speed", project, ran).panels[0].marks[0].current
    project.scripts[0].path.write_text(SCRIPT.replace("training", "trained"))
    script = load_project(project.root).scripts[0]
    assert not drawn("speed", project, (script, ran[1])).panels[0].marks[0].current


# ---- Each picture ---------------------------------------------------------------------------


def test_steps_are_medians_with_quartiles_the_fastest_first(project):
    found = drawn("speed", project, run(project, per_step=0.3), run(project, 1))
    beta, alpha = found.panels[0].marks
    assert (beta.label, beta.told, beta.retired) == ("Beta", "100\u00a0ms", True)
    assert (alpha.label, alpha.retired) == ("Alpha", False)
    assert beta.low == pytest.approx(99.56, abs=1e-2)
    assert beta.high == pytest.approx(100.44, abs=1e-2)
    assert found.alt == (
        "Tiny, milliseconds per training step: 2 programs on Abacus 8, 2 cores, "
        "from 100\u00a0ms (Beta) to 300\u00a0ms (Alpha)."
    )


def test_memory_is_of_the_process_and_of_the_gpu(project):
    sizes = {"peak_memory_bytes": 2 * 2**30, "peak_gpu_memory_bytes": 2**29}
    found = drawn("memory", project, run(project, **sizes))
    host, gpu = found.panels[0].marks
    assert (host.value, host.kind, host.told) == (2, "", "2.00\u00a0GiB")
    assert (gpu.value, gpu.kind, gpu.told) == (0.5, "GPU", "0.50\u00a0GiB")
    assert "1 program on Abacus 8, 2 cores, 2.00\u00a0GiB (Alpha)" in found.alt
    assert "of the GPU’s memory 0.50\u00a0GiB (Alpha)" in found.alt
    assert drawn("memory", project, run(project)) is None


def test_losses_are_averaged_on_a_logarithmic_scale_and_lose_nothing(project):
    """The first blocks stand for themselves; far out, many are one point."""
    reported = {**timed(0.1), "train_losses": [2.0, 1.8, *([1.0, 0.6] * 199)]}
    [line] = drawn("curve", project, run(project, reported=reported)).panels[0].lines
    assert line.steps[:3] == (20, 40, 60)
    assert line.values[:3] == (2.0, 1.8, 1.0)
    assert line.values[-1] == pytest.approx(0.8, abs=0.05)
    assert 7_000 < line.steps[-1] <= 8_000
    assert len(line.steps) < 60


def test_the_longest_run_of_each_program_is_its_line_and_the_words_say_how_close_they_are(project):
    def reported(last):
        return {**timed(0.1), "train_losses": [2.3, 2.0, last]}

    short = run(project, profile="short", reported={**timed(0.1), "train_losses": [2.3]})
    found = drawn(
        "curve", project, short, run(project, reported=reported(1.5)),
        run(project, 1, reported=reported(1.75)),
    )  # fmt: skip
    assert [line.steps for line in found.panels[0].lines] == [(20, 40, 60)] * 2
    assert found.alt.endswith("At step 60, 2 of them lie between 1.50 and 1.75.")


def test_an_accuracy_stands_against_its_time_and_the_band_of_its_profile(project):
    good = {**timed(0.1), "test_accuracy": 0.75, "epoch_seconds": [40, 35]}
    poor = {**good, "test_accuracy": 0.65}
    runs = run(project, reported=good), run(project, 1, reported=poor)
    found = drawn("check", project, *runs, run(project, profile="short"))
    [panel] = found.panels
    assert panel.title == "three epochs on Abacus 8, 2 cores"
    assert panel.band == (0.7, 0.8)
    assert [(mark.value, mark.told.replace("\u00a0", " ")) for mark in panel.marks] == [
        (0.75, "75.00 % after 75 s"),
        (0.65, "65.00 % after 75 s"),
    ]
    assert "1 of them in the range that correct programs reach, 70\u00a0% to 80\u00a0%" in found.alt


def table(edition: int, **cells) -> Table:
    from datetime import date
    from pathlib import Path

    columns = tuple(
        Column(name, "Training", "time", "s", hardware=name, profile="full") for name in cells
    )
    rows = (Row("alpha", "Alpha 0.1", cells), Row("gamma", "Gamma", cells))
    return Table(
        Path("old.toml"), "tiny", "Tiny", "Old", str(edition), "https://old.example",
        date(edition, 1, 1), "a box", (), columns, rows, (Footnote("Gamma", "gone"),),
    )  # fmt: skip


def test_published_times_stand_beside_todays_where_there_are_both(project):
    today = run(project, reported={**timed(0.1), "epoch_seconds": [40, 35]})
    tables = [table(2018, K80=300, P100=60, V100="not run"), table(2017, K80=351)]
    found = drawn("published", project, today, run(project, 1), tables=tables)
    told = [(mark.label, mark.kind, mark.told) for mark in found.panels[0].marks]
    assert told == [
        ("Alpha", "2017: K80", "351\u00a0s"),
        ("Alpha", "2018: K80", "300\u00a0s"),
        ("Alpha", "2018: P100", "60\u00a0s"),
        ("Alpha", "today: Abacus 8, 2 cores", "75\u00a0s"),
    ]
    assert "Alpha, 2018: K80: 300\u00a0s" in found.alt


def test_only_whole_trainings_are_set_beside_published_ones(project):
    tables = [table(2018, K80=300)]
    assert drawn("published", project, run(project, profile="short"), tables=tables) is None
    other = replace(tables[0], workload="another")
    assert drawn("published", project, run(project), tables=[other]) is None
