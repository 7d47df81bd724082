"""Which scripts are run, and what the closing line says of the others."""

from dataclasses import replace

import pytest
from projects import OPTIONS, SCRIPT, Transcript, write_project

from rosetta.__main__ import main
from rosetta.cli.selection import words
from rosetta.project.workloads import WorkloadError, load_project
from rosetta.records import describe, records
from rosetta.run.refresh import Options, profile_for, refresh, select


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)


@pytest.mark.parametrize(
    ("frameworks", "expected"),
    [
        (None, ["tiny/alpha"]),  # the core ones
        (("all",), ["tiny/alpha", "tiny/beta"]),
        (("none",), []),
        (("beta",), ["tiny/beta"]),
    ],
)
def test_selection(project, frameworks, expected):
    assert [s.name for s in select(project, Options(frameworks=frameworks))] == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(frameworks=("gamma",)), "no framework is called gamma; there are: alpha, beta"),
        (Options(workloads=("huge",)), "no workload is called huge; there are: tiny"),
        (Options(names=("tiny/gamma",)), "no script is called 'tiny/gamma'"),
    ],
)
def test_a_selection_that_does_not_exist(project, options, message):
    with pytest.raises(WorkloadError, match=message):
        select(project, options)


def test_profiles(project):
    script = project.scripts[0]
    assert profile_for(script, Options(), "cpu").id == "short"
    assert profile_for(script, Options(), "cuda").id == "full"
    assert profile_for(script, Options(profile="full"), "cpu").id == "full"
    with pytest.raises(WorkloadError, match="no profile 'long'; it has short, full"):
        profile_for(script, Options(profile="long"), "cpu")


def test_a_framework_that_is_slow_on_a_processor_runs_the_profile_for_such(tmp_path):
    write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    workload = tmp_path / "scripts/tiny/workload.toml"
    brief = '[profiles.brief]\ntitle = "no training"\nslow = true\nEPOCHS = 0\n\n[profiles.short]'
    workload.write_text(workload.read_text().replace("[profiles.short]", brief))
    toml = tmp_path / "frameworks.toml"
    toml.write_text(toml.read_text().replace("[beta]", "[beta]\nslow = true"))
    usual, slow = write_project_again(tmp_path).scripts
    asked = Options(profile="full")
    assert profile_for(usual, Options(), "cpu").id == "short"
    assert profile_for(slow, Options(), "cpu").id == "brief"
    assert profile_for(slow, asked, "cpu").id == "brief"
    assert profile_for(slow, asked, "cuda").id == "full"
    assert profile_for(slow, replace(asked, names=("tiny/beta",)), "cpu").id == "full"


def test_what_is_not_run_is_named_with_the_reason(tmp_path, project):
    toml = tmp_path / "frameworks.toml"
    toml.write_text(toml.read_text().replace('["numpy"]', '["no-such-framework"]', 1))
    project = write_project_again(tmp_path)
    report = refresh(project, OPTIONS, Transcript())
    assert [script.name for script in report.ran] == ["tiny/beta"]
    sentence = report.sentence()
    assert sentence.startswith("1 script ran, 0 reused, 1 not run here (tiny/alpha: no-such-frame")


def test_a_package_may_go_by_one_name_or_another(tmp_path, project):
    """A build for CPUs and one for CUDA can be packages of different names."""
    toml = tmp_path / "frameworks.toml"
    toml.write_text(toml.read_text().replace('["numpy"]', '["no-such-framework|numpy"]', 1))
    project = write_project_again(tmp_path)
    report = refresh(project, OPTIONS, Transcript())
    assert [script.name for script in report.ran] == ["tiny/alpha", "tiny/beta"]
    [record] = records.records_of(project, project.scripts[0])
    assert set(record.about["versions"]) == {"numpy"}
    assert describe.versions(record, project.scripts[0]).startswith("numpy ")


def test_a_verification_runs_whatever_records_there_are(tmp_path, monkeypatch):
    write_project(tmp_path, alpha=SCRIPT)
    workload = tmp_path / "scripts/tiny/workload.toml"
    workload.write_text(f"{workload.read_text()}\n[verification]\nEPOCHS = 0\n")
    project = load_project(tmp_path)
    monkeypatch.setenv("RESULTS", str(tmp_path / "kept"))
    assert refresh(project, OPTIONS, Transcript()).ran
    asked = replace(OPTIONS, verify=True, force=True, results=tmp_path / "passing")
    ((_, record),) = refresh(project, asked, Transcript()).records
    assert record.reported["epochs"] == 0
    assert refresh(project, OPTIONS, Transcript()).reused, "the record that was there is as it was"


def write_project_again(root):
    return load_project(root)


def test_a_script_that_breaks_a_rule_is_not_run_and_the_others_are(tmp_path):
    broken = SCRIPT.replace("EPOCHS = 3", "EPOCHS = 4")
    transcript = Transcript()
    report = refresh(write_project(tmp_path, alpha=broken, beta=SCRIPT), OPTIONS, transcript)
    assert [script.name for script in report.ran] == ["tiny/beta"]
    assert "1 FAILED: tiny/alpha" in report.sentence()
    assert any("EPOCHS is 4; scripts/tiny/workload.toml says 3." in x for x in transcript.lines)


def test_a_missing_environment_is_not_a_failure(tmp_path, project):
    """Without --here a lock is needed; there is none for these frameworks."""
    report = refresh(project, replace(OPTIONS, here=False), Transcript())
    assert report.failed == []
    assert "there is no lock requirements/alpha.txt" in report.sentence()


def test_nothing_selected_touches_nothing(tmp_path, project):
    report = refresh(project, replace(OPTIONS, frameworks=("none",)), Transcript())
    assert report.sentence() == "0 scripts ran, 0 reused"
    assert not (tmp_path / ".environments").exists()


def test_names_may_be_separated_by_spaces_or_commas():
    assert words("a b,c") == ("a", "b", "c")
    assert words("") is None


def test_an_unknown_framework_on_the_command_line(capsys):
    assert main(["run", "--frameworks", "tensorflaw"]) == 4
    assert "no framework is called tensorflaw; there are: pytorch" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["html", "run", "check", "env", "data"])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])
    assert end.value.code == 0
    assert f"rosetta {command}" in capsys.readouterr().out
