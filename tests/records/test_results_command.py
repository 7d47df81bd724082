"""python -m rosetta results: records listed, shown and compared, also through git."""

import subprocess

import pytest
from projects import SCRIPT, timed, write_project, write_record

from rosetta import __main__ as command
from rosetta.records import history

BOX = {"processor": "Abacus 8", "cores": 2, "memory_bytes": 2**30, "system": "Linux 1.0"}
STARTED = "2026-11-21T10:00:00+00:00"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A repository with two scripts, of which one has a record, and in which commands run."""
    made = write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def write(project, number=0, per_step=0.1, **more):
    facts = {"started": STARTED, "machine": BOX, "threads": 2, "versions": {"numpy": "2.0"}}
    return write_record(project, number, **{**facts, "reported": timed(per_step), **more})


def said(capsys, *arguments) -> tuple[int, str, str]:
    status = command.main(["results", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, " ".join(printed.out.split()), printed.err


# ---- list -----------------------------------------------------------------------------------


def test_a_list_has_the_best_record_of_each_script_first(project, capsys):
    write(project)
    write(project, profile="full", per_step=0.2)
    status, out, _ = said(capsys, "list")
    assert status == 0
    full, short = "three epochs 21 November 2026 200 ms", "one epoch 21 November 2026 100 ms"
    assert out.index(full) < out.index(short)
    assert "75.00 % current results/cpu-box/tiny/alpha_tiny.full.ipynb" in out
    assert "No record yet: tiny/beta." in out


def test_a_list_says_what_is_not_to_be_believed(project, capsys):
    edited = write(project).path
    edited.write_text(edited.read_text().replace("Abacus 8", "Abacus 9"))
    write(project, profile="full", source="synthetic")
    write(project, 1, ok=False)
    project.scripts[1].path.write_text(SCRIPT.replace("training", "trained"))
    _, out, _ = said(capsys, "list")
    assert "EDITED results/" in out
    assert "synthetic results/" in out
    assert "error, stale results/" in out


def test_a_list_can_be_of_some_scripts(project, capsys):
    write(project)
    write(project, 1)
    _, out, _ = said(capsys, "list", "--frameworks", "beta")
    assert "beta_tiny" in out
    assert "alpha_tiny" not in out


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_listed(project, capsys):
    write(project).path.with_name("alpha_tiny.full.ipynb").write_text("{")
    status, out, err = said(capsys, "list")
    assert status == 1
    assert "alpha_tiny.short.ipynb" in out
    assert "alpha_tiny.full.ipynb: not a readable notebook" in err


# ---- show -----------------------------------------------------------------------------------


def test_a_record_is_shown_with_all_that_it_knows(project, capsys):
    gpu = {**BOX, "gpu": "Bead 100", "driver": "1.2"}
    noise = {"turns": 40, "turn_seconds": 0.004, "scatter": 0.012, "waited": 0.0}
    record = write(
        project, device="cuda", machine=gpu, noise=noise, load_before=0.25, commit="abc",
        precision={"beads.exact": "yes"}, peak_memory_bytes=2**30, command="python -m rosetta run",
    )  # fmt: skip
    status, out, _ = said(capsys, "show", record.path)
    assert status == 0
    for fact in (
        "Tiny in Alpha: one epoch on Bead 100, 21 November 2026",
        "Seal genuine: as the runner wrote it",
        "State current",
        "Parity reported nothing to judge",
        "Per training step 100 ms (median of 9 blocks of 20; quartiles 99.6 to 100)",
        "Driver 1.2",
        "Processor Abacus 8, 2 cores",
        "quiet: a fixed loop scattered by 1.2 % and waited 0.0 % of its time; load 0.25 in the",
        "Threads 2",
        "Versions numpy 2.0",
        "Precision beads.exact = yes",
        "Peak memory 1.00 GiB",
        "Commit abc",
        "Command python -m rosetta run",
    ):
        assert fact in out, fact


def test_what_is_edited_or_stale_is_shown_as_such(project, capsys):
    path = write(project).path
    path.write_text(path.read_text().replace('"test_accuracy": 0.75', '"test_accuracy": 0.99'))
    status, out, _ = said(capsys, "show", path)
    assert status == 1
    assert "Seal BROKEN: edited by hand after its run" in out
    assert "State current" in out
    script = SCRIPT.replace("training", "trained")
    write(project)
    project.scripts[0].path.write_text(script)
    status, out, _ = said(capsys, "show", path)
    assert status == 1
    assert "Seal genuine" in out
    assert "State stale: the code, its environment" in out


def test_a_script_names_the_record_that_its_page_shows(project, capsys):
    write(project)
    write(project, profile="full")
    _, out, _ = said(capsys, "show", "tiny/alpha")
    assert "results/cpu-box/tiny/alpha_tiny.full.ipynb" in out


def test_an_old_record_says_which_precision_its_code_asked_for(project, capsys):
    line = 'beads.config.update("matmul_precision", "exact") # precision'
    project = write_project(project.root, alpha=SCRIPT.replace("import numpy as np", line))
    write(project)
    _, out, _ = said(capsys, "show", "tiny/alpha")
    assert f"Precision not read back; asked for by {line}" in out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "nothing: no such file or script; see python -m rosetta results list"),
        ("tiny/beta", "tiny/beta has no record yet: python -m rosetta run tiny/beta makes one"),
        ("HEAD:results/x.ipynb", "HEAD:results/x.ipynb: "),
    ],
)
def test_a_record_that_is_not_there(project, capsys, name, message):
    status, _, err = said(capsys, "show", name)
    assert status == 4
    assert message in err


# ---- diff -----------------------------------------------------------------------------------


def test_two_machines_are_compared(project, capsys):
    one = write(project).path
    other = write(project, box="other", per_step=0.2, machine={**BOX, "cores": 4}, threads=4).path
    status, out, _ = said(capsys, "diff", one, other)
    assert status == 0
    assert "2.0 times the time per training step, beyond both spreads" in out
    assert "the same code" in out
    assert "Threads one 2 other 4" in out
    assert "Abacus 8, 2 cores other" in out
    assert "Versions" not in out, "what is the same is left out"


@pytest.mark.parametrize(
    ("per_step", "said_of_it"),
    [
        (0.1002, "no difference in speed beyond the spread (0.2 % more time)"),
        (0.09, "10.0 % less time per training step, beyond both spreads"),
    ],
)
def test_a_difference_within_the_spread_is_none(project, capsys, per_step, said_of_it):
    one, other = write(project).path, write(project, box="other", per_step=per_step).path
    _, out, _ = said(capsys, "diff", one, other)
    assert said_of_it in out


def commit_all(root):
    command = ["git", "-C", root, "-c", "user.name=A", "-c", "user.email=a@b.example"]
    for arguments in (("init",), ("add", "."), ("commit", "-m", "one run")):
        subprocess.run([*command, *arguments], check=True, capture_output=True)


def test_two_commits_are_compared_through_git(project, capsys):
    path = write(project).path.relative_to(project.root)
    commit_all(project.root)
    project = write_project(project.root, alpha=SCRIPT.replace("training", "trained"))
    write(project, reported={**timed(0.1), "train_losses": [2.0] * 9})
    _, out, _ = said(capsys, "diff", f"HEAD:{path}", path)
    assert "2 lines of code removed or added" in out
    assert '-print("training", EPOCHS) +print("trained", EPOCHS)' in out
    assert "training losses 0.200 apart in the median of 9 blocks" in out
    assert "State one stale" in out


def test_a_revision_cannot_be_taken_for_an_option(project):
    commit_all(project.root)
    with pytest.raises(history.NotInHistory):
        history.text_at(project.root, "--output=written", "x")
    assert not list(project.root.rglob("written*"))
