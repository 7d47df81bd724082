"""One script's failure is its own: commands go on, the others run, the site is drawn."""

import pytest
from projects import OPTIONS, SCRIPT, Transcript, write_project, write_record
from test_languages import JULIA, R, write
from tinysite import STAND_IN, TinySite, soup, words

from rosetta import __main__ as command
from rosetta.project.workloads import load_project
from rosetta.run.refresh import refresh

BROKEN = {
    "syntax": (SCRIPT.replace("EPOCHS)", "EPOCHS) = = 1").encode(), 14),
    "Latin-1": (SCRIPT.replace("Prose", "Prosé").encode("latin-1"), 11),
    "empty": (b"", 1),
    "a mark": (SCRIPT.encode("utf-8-sig"), 1),
    "prose": (SCRIPT.replace("# Prose.", "# Prose.\nRATE = 0.1").encode(), 12),
    "no text": (bytes(range(256)), 2),
}


@pytest.fixture(params=BROKEN)
def broken(request, tmp_path, monkeypatch):
    """Return a repository in which commands run, whose first script is none, and what is said."""
    write_project(tmp_path, alpha=SCRIPT, beta=SCRIPT)
    content, line = BROKEN[request.param]
    (tmp_path / "scripts/tiny/alpha_tiny.py").write_bytes(content)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    return load_project(tmp_path), f"scripts/tiny/alpha_tiny.py:{line}: "


def test_check_says_it_in_one_line(broken, capsys):
    assert command.main(["check"]) == 1
    said, closing = capsys.readouterr().out.strip().split("\n")
    assert said.startswith(broken[1])
    assert closing == "2 scripts checked, 1 problems."


def test_the_other_script_is_run(broken):
    transcript = Transcript()
    report = refresh(broken[0], OPTIONS, transcript)
    assert [script.name for script in report.ran] == ["tiny/beta"]
    assert "1 FAILED: tiny/alpha" in report.sentence()
    assert len([line for line in transcript.lines if line.startswith(broken[1])]) == 1


def test_its_records_are_listed(tmp_path, monkeypatch, capsys):
    write_record(write_project(tmp_path), started="2026-11-21T10:00:00+00:00")
    (tmp_path / "scripts/tiny/alpha_tiny.py").write_bytes(b"")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    assert command.main(["results", "list"]) == 0
    assert "stale" in capsys.readouterr().out
    assert command.main(["results", "show", "tiny/alpha"]) == 1
    assert "has changed since this run" in " ".join(capsys.readouterr().out.split())
    assert command.main(["results", "diff", "tiny/alpha", "tiny/alpha"]) == 0


@pytest.mark.parametrize(
    ("status", "told"),
    [(0, "index.html"), (1, "index.html, with warnings, see above"), (2, "NOT drawn, see above")],
)
def test_html_tells_a_site_with_warnings_from_none(tmp_path, monkeypatch, capsys, status, told):
    write_project(tmp_path)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "draw", lambda site: status)
    assert command.main(["html", "--frameworks", "none"]) == (1 if status else 0)
    assert capsys.readouterr().out.strip().endswith(told)


@pytest.mark.parametrize(("language", "text"), [("r", R), ("julia", JULIA)])
def test_in_other_languages(tmp_path, monkeypatch, capsys, language, text):
    project = write(tmp_path, language)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    script = project.scripts[0]
    for content in (text.replace("Prose", "Prosé").encode("latin-1"), b"", text.encode()[9:]):
        script.path.write_bytes(content)
        assert command.main(["check"]) == 1
        said, closing = capsys.readouterr().out.strip().split("\n")
        assert said.startswith(f"{script.relative}:")
        assert closing == "1 scripts checked, 1 problems."


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Draw a site in which scripts and an experiment are broken, each in its own way."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        world.delenv("RESULTS", raising=False)
        site = TinySite(tmp_path_factory.mktemp("faults"))
        assert site.run("line/abacus").ok
        assert site.run("line/slate").ok
        with (site.root / "frameworks.toml").open("a", encoding="utf-8") as tables:
            for name in ("latin", "empty", "broken", "gone", "folder"):
                tables.write(STAND_IN.format(name=name, label=name, family="current", release=""))
        folder = site.root / "scripts"
        text = (folder / "line/slate_line.py").read_text("utf-8")
        (folder / "line/latin_line.py").write_bytes(f"{text}# é\n".encode("latin-1"))
        (folder / "line/empty_line.py").write_bytes(b"")
        (folder / "line/broken_line.py").write_text(f'{text}\nx = "open\n', "utf-8")
        (folder / "line/gone_line.py").symlink_to(folder / "nowhere.py")
        (folder / "line/folder_line.py").mkdir()
        # Of these, docs and lessons quote lines, and one has a record.
        abacus = folder / "line/abacus_line.py"
        abacus.write_text(abacus.read_text("utf-8").replace("EPOCHS = 4", "EPOCHS = = 4"), "utf-8")
        (folder / "lessons/abacus_steady_hand.py").write_text("beads\n", "utf-8")
        site.done = site.draw()
    return site


def test_the_site_is_drawn_and_each_fault_is_told_in_one_line(site):
    assert site.done.returncode == command.WITH_WARNINGS
    told = [line for line in site.done.stderr.split("\n") if "WARNING" in line]
    for place in ("line/latin_line.py:", "line/empty_line.py:1:", "line/broken_line.py:",
                  "line/gone_line.py:1:", "line/folder_line.py:1:",
                  "line/abacus_line.py:17:", "lessons/abacus_steady_hand.py:1:"):  # fmt: skip
        assert len([line for line in told if f"scripts/{place}" in line]) == 1, told
    assert len(told) == 7, told


def test_every_tab_says_what_is_wrong_and_the_other_is_as_it_was(site):
    page = soup(site, "line")
    for name in ("abacus", "latin", "empty", "broken", "gone", "folder"):
        for step in ("setup", "train"):
            panel = page.find(id=f"panel-line-{step}-{name}")
            assert "This program cannot be shown: scripts/line/" in words(panel)
            assert not panel.select(".cell_input, .stamp")
        assert f"scripts/line/{name}_line.py:" in words(soup(site, f"line/{name}"))
    assert "A matrix product does the work" in words(page)
    assert "loss 0." in words(page)


def test_no_line_is_counted_of_it(site):
    row = next(row for row in soup(site, "results/line").select("tr") if "latin" in row.text)
    assert row.td.text == "cannot be read"


def test_the_file_is_offered_as_it_is(site):
    offered = site.html / "line/latin/latin_line.py"
    assert offered.read_bytes() == (site.root / "scripts/line/latin_line.py").read_bytes()


# ---- What Sphinx says of the prose in a script ----------------------------------------------

PROSE = """\
# A line is a slope and an offset.
#
# ![none](none.png)
#
# [gone](gone.md) and a note[^1].
#
# [^1]: A foot.
#
# ## A heading
#
# ```python
# # a comment
# x = 1
# ```
"""


@pytest.fixture(scope="module")
def prose(tmp_path_factory):
    """Draw a site whose scripts have prose that Sphinx complains of."""
    site = TinySite(tmp_path_factory.mktemp("prose"))
    old = "# A line is a slope and an offset; both start at zero.\n"
    site.edit("scripts/line/abacus_line.py", old, PROSE)
    twice = "# [^1]: One.\n#\n# [^1]: Another.\n#\n"  # that both scripts have one is no fault
    note = f"# %% train [markdown]\n# A note[^1].\n#\n{twice}"
    site.edit("scripts/line/slate_line.py", "# %% train [markdown]\n", note)
    site.done = site.draw()
    return site


@pytest.mark.parametrize(
    ("script", "quoted", "told"),
    [
        ("abacus", "![none]", "image file not readable"),
        ("abacus", "[gone]", "cross-reference target not found"),
        ("abacus", "## A heading", "Document headings start at H2"),
        ("slate", "[^1]: Another", "Duplicate footnote definition"),
    ],
)
def test_warnings_of_prose_name_the_script_and_its_line(prose, script, quoted, told):
    path = prose.root / f"scripts/line/{script}_line.py"
    lines = path.read_text("utf-8").split("\n")
    [number] = [number for number, line in enumerate(lines, start=1) if quoted in line]
    said = [line for line in prose.done.stderr.split("\n") if told in line]
    assert said
    assert all(f"{path}:{number}: " in line for line in said), said


def test_a_comment_in_quoted_code_stays_on_the_programs_own_page(prose):
    for address in ("line", "line/abacus"):
        assert "# a comment x = 1" in words(soup(prose, address)), address
    page = soup(prose, "line/abacus")
    assert page.h1.text.startswith("A straight line in Abacus")
    assert "Counted by hand" in page.text
    assert "# A straight line in Abacus" not in page.text
