"""Runs, and every way in which a run can end badly: real kernels, nothing mocked."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from projects import OPTIONS, SCRIPT, Transcript, write_project

from rosetta.records import records
from rosetta.run import runner
from rosetta.run.lock import Busy
from rosetta.run.refresh import alone, refresh

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "results/test-machine/tiny"


def edited(train: str, results: str = '{"device": "cpu"}') -> str:
    return SCRIPT.replace('print("training", EPOCHS)', train).replace(
        '{"device": "cpu", "epochs": EPOCHS}', results
    )


def test_a_good_run_leaves_a_complete_record(tmp_path):
    project = write_project(tmp_path)
    transcript = Transcript()
    report = refresh(project, OPTIONS, transcript)
    assert [script.name for script in report.ran] == ["tiny/alpha"]
    record = records.read(tmp_path / FOLDER / "alpha_tiny.short.synthetic.ipynb")
    about = record.about
    assert record.ok
    assert record.genuine
    assert record.reported == {"device": "cpu", "epochs": 1}  # the profile's override was injected
    assert [o[0]["text"] for o in record.outputs() if o and "text" in o[0]] == ["training 1\n"]
    assert about["versions"].keys() == {"numpy"}
    assert about["peak_memory_bytes"] > 2e7
    assert set(about["step_seconds"]) == {"setup", "hyperparameters", "train", "results"}
    assert about["machine"]["cores"] >= 1
    assert about["data"]["source"] == "synthetic"
    assert about["threads"] >= 1
    assert about["noise"].keys() == {"turns", "turn_seconds", "scatter", "waited"}
    assert about["command"] == "python -m rosetta run tiny/alpha --profile short"
    assert transcript.steps == ["setup", "hyperparameters", "train", "results"]


def test_what_a_library_writes_past_python_is_not_on_the_page(tmp_path, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # under pytest a kernel captures none of it anyway
    train = 'import os; os.write(2, b"greeting"); print("training", EPOCHS)'
    project = write_project(tmp_path, alpha=edited(train))
    assert refresh(project, OPTIONS, Transcript()).failed == []
    [record] = records.records_of(project, project.scripts[0])
    printed = [o["text"] for outputs in record.outputs() for o in outputs if "text" in o]
    assert printed == ["training 1\n"]


def test_the_precision_in_force_is_read_back_after_the_run(tmp_path, monkeypatch):
    """Of the packages that a script has imported, and of variables that it has set itself."""
    (tmp_path / "theano").mkdir()
    stand_in = "import types\nconfig = types.SimpleNamespace(floatX='float64')\n"
    (tmp_path / "theano/__init__.py").write_text(stand_in)
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    train = (
        "import os, theano\nos.environ['NVIDIA_TF32_OVERRIDE'] = '0'\n"
        "theano.config.floatX = 'float32'\nprint('training', EPOCHS)"
    )
    project = write_project(tmp_path, alpha=edited(train), beta=SCRIPT)
    assert refresh(project, OPTIONS, Transcript()).failed == []
    alpha, beta = (records.records_of(project, script)[0] for script in project.scripts)
    expected = {"NVIDIA_TF32_OVERRIDE": "0", "theano.config.floatX": "float32"}
    assert alpha.about["precision"] == expected
    assert beta.about["precision"] == {"NVIDIA_TF32_OVERRIDE": "1"}


def test_what_is_current_is_reused_and_prose_does_not_count(tmp_path):
    refresh(write_project(tmp_path), OPTIONS, Transcript())
    prose = SCRIPT.replace("# Prose.", "# Better prose.")
    assert refresh(write_project(tmp_path, alpha=prose), OPTIONS, Transcript()).ran == []
    code = SCRIPT.replace('print("training", EPOCHS)', 'print("trained", EPOCHS)')
    report = refresh(write_project(tmp_path, alpha=code), OPTIONS, Transcript())
    assert [script.name for script in report.ran] == ["tiny/alpha"]


def test_a_short_run_is_not_made_where_a_longer_one_is_current(tmp_path):
    from dataclasses import replace

    project = write_project(tmp_path)
    refresh(project, replace(OPTIONS, profile="full"), Transcript())
    assert refresh(project, OPTIONS, Transcript()).ran == []
    forced = refresh(project, replace(OPTIONS, force=True), Transcript())
    assert len(forced.ran) == 1
    script = project.scripts[0]
    assert [r.profile for r in records.records_of(project, script)] == ["full", "short"]


def run_both(tmp_path, alpha):
    """Run a faulty alpha and a sound beta; return the report and alpha's failed record."""
    project = write_project(tmp_path, alpha=alpha, beta=SCRIPT)
    report = refresh(project, OPTIONS, Transcript())
    assert [script.name for script in report.ran] == ["tiny/beta"], "the other script still runs"
    path = tmp_path / FOLDER / "alpha_tiny.short.synthetic.failed.ipynb"
    return report, records.read(path) if path.exists() else None


def test_a_cell_that_raises(tmp_path):
    report, record = run_both(tmp_path, edited('print("before")\n1 / 0'))
    assert report.failed[0][1] == (
        "scripts/tiny/alpha_tiny.py:15: step train: ZeroDivisionError: division by zero"
    )
    assert record.status == "error"
    assert record.about["failure"]["line"] == 15
    assert "before" in json.dumps(record.outputs()), "what was printed until then is kept"


def test_an_error_deep_in_a_function_names_the_line_of_the_script(tmp_path):
    report, _ = run_both(tmp_path, edited("import json\nx = 1\njson.loads('{')"))
    assert "alpha_tiny.py:16: step train: JSONDecodeError" in report.failed[0][1]


def test_a_cell_over_its_time_limit(tmp_path):
    script = edited("import time; print('on'); time.sleep(60)")
    project = write_project(tmp_path, alpha=script, beta=SCRIPT)
    toml = tmp_path / "scripts/tiny/workload.toml"
    toml.write_text(toml.read_text().replace("seconds = 20", "seconds = 2"))
    from rosetta.project.workloads import load_project

    project = load_project(tmp_path)
    report = refresh(project, OPTIONS, Transcript())
    assert report.failed[0][1] == (
        "scripts/tiny/alpha_tiny.py:14: step train: ran longer than the 2 s allowed"
    )
    assert [script.name for script in report.ran] == ["tiny/beta"]


def test_a_kernel_killed_mid_run(tmp_path):
    report, record = run_both(
        tmp_path, edited("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    )
    assert "step train: the kernel died" in report.failed[0][1]
    assert record.status == "died"


def test_a_kernel_that_cannot_start(tmp_path, monkeypatch):
    """ipykernel is hidden from the interpreter, so it never becomes a kernel."""
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('no kernel today')\n")
    report, record = None, None
    project = write_project(tmp_path, alpha=SCRIPT)
    report = refresh(project, OPTIONS, Transcript())
    assert "the kernel of environment here did not start: no kernel today" in report.failed[0][1]
    assert record is None
    assert not list(tmp_path.glob("results/**/*.ipynb"))


@pytest.mark.parametrize("value", ["1.0", "{'a': object()}", "{'loss': float('nan')}", "None"])
def test_a_last_cell_that_is_no_plain_dict(tmp_path, value):
    # checks.py would already refuse most of these; the runner must too, when it is handed one.
    script = edited('print("training")', f"{{**{value}}}" if value.startswith("{") else value)
    project = write_project(tmp_path, alpha=script)
    from rosetta.project import checks

    assert checks.check(project.scripts[0]) or value.startswith("{")
    report = run_unchecked(project)
    assert "the last cell must evaluate to a plain dict" in report


def run_unchecked(project):
    from rosetta.datasets import prepare
    from rosetta.run import runner

    script = project.scripts[0]
    job = runner.Job(
        script,
        script.workload.profiles["short"],
        "cpu",
        "here",
        Path(sys.executable),
        prepare("cifar10"),
        "test",
        project.root / "results",
    )
    return str(runner.run(job, lambda step: None).failure)


def test_a_failed_run_never_replaces_a_good_record(tmp_path):
    refresh(write_project(tmp_path), OPTIONS, Transcript())
    good = tmp_path / FOLDER / "alpha_tiny.short.synthetic.ipynb"
    before = good.read_bytes()
    project = write_project(tmp_path, alpha=edited("1 / 0"))
    refresh(project, OPTIONS, Transcript())
    assert good.read_bytes() == before
    first, second = records.records_of(project, project.scripts[0])
    assert first.path == good
    assert second.status == "error"
    refresh(write_project(tmp_path, alpha=edited("2 / 1")), OPTIONS, Transcript())
    assert not list(good.parent.glob("*.failed.ipynb")), "a failure that was mended is forgotten"


def cli(tmp_path, **kwargs):
    """Start the real command line on a repository, as a terminal would."""
    code = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        import rosetta.__main__ as main
        main.ROOT = Path(sys.argv[1])
        sys.exit(main.main(["run", "--here"]))
        """
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **kwargs,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_kernel_and_no_record(tmp_path, monkeypatch, number):
    """The script says its process id, so that its end can be seen."""
    mark = tmp_path / "kernel.pid"
    write_project(
        tmp_path,
        alpha=edited(
            "import os, time\n"
            "with open(os.environ['MARK'], 'w') as file:\n"
            "    file.write(str(os.getpid()))\n"
            "time.sleep(60)"
        ),
    )
    monkeypatch.setenv("MARK", str(mark))
    process = cli(tmp_path)
    while not (mark.exists() and mark.read_text()):
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.1)
    process.send_signal(number)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 130, output
    assert "interrupted; every record is as it was" in output
    assert not list(tmp_path.glob("results/**/*"))
    assert not Path(f"/proc/{mark.read_text()}").exists(), "the kernel is gone"


def test_a_full_disk_keeps_the_old_record(tmp_path):
    """The size of files is limited for the runner's process, as a full disk would."""
    refresh(write_project(tmp_path), OPTIONS, Transcript())
    good = tmp_path / FOLDER / "alpha_tiny.short.synthetic.ipynb"
    before = good.read_bytes()
    write_project(tmp_path, alpha=edited('for _ in range(900): print("x" * 300)'))

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    process = cli(tmp_path, preexec_fn=limit)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 1, output
    assert "not written: File too large" in output
    assert "untouched" in output
    assert good.read_bytes() == before
    assert not list(good.parent.glob(".*")), "no half-written file is left"


def test_two_runs_at_once(tmp_path):
    write_project(tmp_path)
    with alone(tmp_path):
        process = cli(tmp_path)
        output, _ = process.communicate(timeout=600)
        assert process.returncode == 3
        assert f"another run is under way here (process {os.getpid()})" in output
        with pytest.raises(Busy), alone(tmp_path):
            pass
    assert cli(tmp_path).wait(timeout=600) == 0, "the lock is given back"


def test_machine_paths_are_stripped_from_the_output(tmp_path):
    script = edited("import os, sys\nprint(sys.path[1:2], os.path.expanduser('~/x'), os.getcwd())")
    refresh(write_project(tmp_path, alpha=script), OPTIONS, Transcript())
    text = (tmp_path / FOLDER / "alpha_tiny.short.synthetic.ipynb").read_text()
    assert str(tmp_path) not in text
    assert str(Path.home()) + "/" not in text
    assert "/rosetta-" not in text


def test_the_commit_says_when_more_than_a_record_had_changed(tmp_path):
    def git(*arguments):
        command = ["git", "-C", tmp_path, "-c", "user.name=A", "-c", "user.email=a@b.example"]
        subprocess.run([*command, *arguments], check=True, capture_output=True)

    assert runner.commit(tmp_path) is None
    (tmp_path / "results").mkdir()
    for name in ("script.py", "results/record.ipynb"):
        (tmp_path / name).write_text("before")
    git("init")
    git("add", ".")
    git("commit", "-m", "all")
    clean = runner.commit(tmp_path)
    assert re.fullmatch("[0-9a-f]{12}", clean)
    (tmp_path / "results/record.ipynb").write_text("a later run")
    assert runner.commit(tmp_path) == clean
    (tmp_path / "script.py").write_text("other code")
    assert runner.commit(tmp_path) == clean + "+"
