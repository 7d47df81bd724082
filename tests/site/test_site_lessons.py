"""A lesson on the drawn site: its verdict, its lines, and the marks that lead back to it."""

import re

import pytest
from tinysite import draw_tiny, lent, soup, words

PAGE = "lessons/steady-hand"
SOURCE = f"docs/{PAGE}.md"
EXPERIMENT = "scripts/lessons/abacus_steady_hand.py"
RECORD = "results/test-machine/lessons/steady-hand/abacus.experiment"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The miniature site, with its lesson's experiment run."""
    return draw_tiny(tmp_path_factory.mktemp("site"), "lessons/steady-hand/abacus")


@pytest.fixture
def site(drawn):
    """The same site, to be changed: what a test edits, adds or removes is put back after it."""
    with lent(drawn) as site:
        yield site


def box(site):
    return soup(site, PAGE).select_one(".lesson-verdict")


# ---- The verdict ----------------------------------------------------------------------------


def test_the_verdict_stands_at_the_top_with_figure_and_spread(drawn):
    found = box(drawn)
    assert found["data-verdict"] == "true"
    headline = words(found.select_one(".lesson-headline"))
    assert re.match(r"Still true in Abacus \d+\.\d+\.\d+\. A bead that is pushed", headline)
    cells = [words(cell) for cell in found.select("tbody tr > *")]
    assert cells[:5] == [
        "Abacus", "40 ms (30 to 60)", "20 ms (15 to 30)", "2 ×", "true here"
    ]  # fmt: skip
    assert found.select("tbody td a")[-1]["href"].endswith(f"{RECORD}/".removeprefix("results/"))
    assert words(found.select_one(".lesson-notes")) == "Abacus noted, too: beads: 3."
    assert not found.select(".run-note")


def test_experiment_and_record_have_pages_that_lead_to_the_lesson(drawn):
    page = soup(drawn, f"{PAGE}/abacus")
    assert page.select_one(".lead a")["href"] == "../"
    assert "pushed" in page.select_one(".cell_output").text
    assert (drawn.html / PAGE / "abacus" / "abacus_steady_hand.py").exists()
    reported = words(soup(drawn, RECORD).select_one("table.figures"))
    assert "Ratio 2 × true here , the claim is more than 1.5; 3 pairs Noted: beads 3" in reported


def test_the_list_of_lessons_has_each_with_its_verdict(drawn):
    (entry,) = soup(drawn, "lessons").select("ul.lessons li")
    assert entry.a["href"] == "steady-hand/"
    assert entry.select_one(".lesson-badge").text == "still true"
    told = [entry[f"data-{kind}"] for kind in ("framework", "workload", "verdict")]
    assert told == ["abacus slate", "line", "true"]
    assert entry.select_one(".lesson-keywords").text == "push, bead-by-bead"
    options = [words(option) for option in soup(drawn, "lessons").select("option[value]")]
    assert [option for option in options if option != "any"] == [
        "Abacus (1)", "Slate + Chalk (1)", "A straight line (1)", "still true (1)"
    ]  # fmt: skip


def test_a_lessons_keywords_stand_on_its_page_and_in_its_head(drawn):
    page = soup(drawn, PAGE)
    assert words(page.select_one(".lesson-keywords")) == "Keywords: push, bead-by-bead."
    assert page.select_one('meta[name="keywords"]')["content"] == "push, bead-by-bead"


def test_another_claim_redraws_the_pages_of_the_experiment(site):
    site.edit(SOURCE, '"> 1.5"', '"> 3"')
    done = site.draw()
    assert done.returncode == 0, done.stderr
    for page in (f"{PAGE}/abacus", RECORD):
        told = words(soup(site, page).select_one("table.figures"))
        assert "Ratio 2 × not true here , the claim is more than 3" in told, page


def test_a_lesson_of_an_older_study_names_and_links_it(site):
    site.edit(SOURCE, "source: project", "source: study")
    assert site.draw().returncode == 0
    origin = box(site).select_one(".lesson-source")
    assert words(origin) == "From the older study, study.example ."
    assert origin.a["href"] == "https://study.example"


def test_a_measurement_that_contradicts_the_text_is_flagged(site):
    site.edit(EXPERIMENT, "PUSHES = 2", "PUSHES = 1")
    assert site.run("lessons/steady-hand/abacus").ok
    done = site.draw()
    assert done.returncode == 0, done.stderr
    found = box(site)
    assert found["data-verdict"] == "false"
    assert "No longer true since Abacus" in found.text
    assert "written for the verdict “still true”" in found.select_one(".run-note-failed").text
    site.edit(SOURCE, "prose: still true", "prose: no longer true")
    assert site.draw().returncode == 0
    assert not box(site).select(".run-note-failed")


def test_without_a_record_it_is_not_measured_and_the_experiment_waits(site):
    for path in site.root.glob("results/*/lessons/*.ipynb"):
        path.unlink()
    assert site.draw().returncode == 0
    found = box(site)
    assert found["data-verdict"] == "open"
    assert "Not measured yet." in found.text
    assert "waits for its run: Abacus" in words(found.select_one(".run-note-missing"))
    assert not found.select("table")


def test_a_changed_experiment_says_that_its_figures_are_old(site):
    site.edit(EXPERIMENT, "PUSHES = 2", "PUSHES = 5")
    assert site.draw().returncode == 0
    found = box(site)
    assert found["data-verdict"] == "true"
    told = words(found.select_one(".run-note-stale"))
    assert told == "In Abacus, the code or its environment has changed since this run."


def test_a_record_without_pairs_is_no_ground_for_a_verdict(site):
    site.edit(EXPERIMENT, "pushed.tolist(),\n}", "[],\n}")
    assert site.run("lessons/steady-hand/abacus").ok
    done = site.draw()
    assert "'without' has 0 values; at least 3 are needed" in done.stderr
    assert done.returncode == 1


# ---- Lines and marks ------------------------------------------------------------------------


def test_every_line_of_a_lesson_leads_to_both_pages_and_back(drawn):
    rows = soup(drawn, PAGE).select("table.lesson-lines tbody tr")
    assert [words(row.th) for row in rows] == ["Abacus", "Slate + Chalk"]
    assert rows[0].code.text == "def predict(weights, x):"
    marked = 0
    for row in rows:
        program, beside = row.th.a["href"], row.select("a")[-1]["href"]
        for address in (program, beside):
            path, _, anchor = address.removeprefix("../../").partition("#")
            line = soup(drawn, path).find(id=anchor)
            mark = line.select_one("a.lesson-mark")
            assert mark["href"].endswith("lessons/steady-hand/")
            assert mark["aria-label"] == "Lesson: A steady hand"
            assert mark.text == "", "it would be copied with the code"
            marked += 1
    total = sum(
        len(soup(drawn, page).select("a.lesson-mark"))
        for page in ("line", "line/abacus", "line/slate")
    )
    assert total == marked == 4


def test_several_lessons_about_a_line_have_one_mark_that_lists_them(site):
    site.add_lesson("sure-eye", "A sure eye")
    assert site.draw().returncode == 0
    for page, root in (("line", "../"), ("line/abacus", "../../")):
        (mark,) = soup(site, page).select("button.lesson-mark")
        assert mark["aria-label"] == "2 lessons about this line"
        listed = mark.find_next_sibling(id=mark["popovertarget"])
        assert listed.has_attr("popover"), "or it would stand in the code"
        found = [(link["href"], link.text) for link in listed.select("a")]
        assert found == [
            (f"{root}lessons/steady-hand/", "A steady hand"),
            (f"{root}lessons/sure-eye/", "A sure eye"),
        ]
        assert "def predict(weights, x):" in mark.parent.text
    assert len(soup(site, "line").select("a.lesson-mark")) == 1, "beside Slate's line"


def test_a_lesson_may_speak_of_a_line_of_an_experiment(site):
    site.edit(SOURCE, 'line/slate: y = x @ np.array"', 'lessons/steady-hand/abacus: PUSHES ="')
    done = site.draw()
    assert done.returncode == 0, done.stderr
    row = soup(site, PAGE).select("table.lesson-lines tbody tr")[-1]
    assert "beside the others" not in row.text
    address, _, anchor = row.a["href"].partition("#")
    assert address.endswith("abacus/")
    line = soup(site, f"{PAGE}/abacus").find(id=anchor)
    assert "PUSHES = 2" in line.text
    assert line.select_one("a.lesson-mark")["href"].endswith("../")


def test_a_line_that_is_gone_fails_the_build_with_what_is_close(site):
    script = "scripts/line/abacus_line.py"
    site.edit(script, "def predict(weights, x)", "def forecast(weights, x)")
    site.edit(script, "predict(weights, x) - y\n", "forecast(weights, x) - y\n")
    done = site.draw()
    assert done.returncode == 1
    assert f"steady-hand.md: 'def predict' stands in no code line of {script}" in done.stderr


def test_a_line_that_stands_twice_fails_the_build_with_both(site):
    script = "scripts/line/slate_line.py"
    site.edit(script, "y = x @ np.array", "y = x @ np.array([0])\ny = x @ np.array")
    done = site.draw()
    assert done.returncode == 1
    told = f"steady-hand.md: 'y = x @ np.array' stands in 2 lines of {script}; quote more of one"
    assert told in done.stderr


def test_other_lines_redraw_the_pages_that_carry_the_marks(site):
    site.draw()
    site.edit(SOURCE, 'line/abacus: def predict"', 'line/abacus: weights = np.zeros(2)"')
    done = site.draw()
    assert done.returncode == 0, done.stderr
    for page in ("line", "line/abacus"):
        mark = soup(site, page).select_one("a.lesson-mark")
        assert "weights = np.zeros(2)" in mark.parent.text, page


def test_a_lesson_leads_on_to_its_neighbors_and_back_to_all(site):
    site.add_lesson("unsteady-hand", "An unsteady hand")
    assert site.draw().returncode == 0
    found = soup(site, PAGE).select_one("nav.lesson-neighbors")
    assert [words(item) for item in found.select("li")] == [
        "Next: An unsteady hand",
        "About the same lines: An unsteady hand",
        "All lessons",
    ]
    assert [link["href"] for link in found.select("a")] == [
        "../unsteady-hand/", "../unsteady-hand/", "../",
    ]  # fmt: skip
    assert words(soup(site, "lessons").select_one(".coverage-count")) == "2 lessons."


PLANTED = """{"abacus": {
    "untouched": {"errors": {"logits": 0.0}},
    "sign lost": {"errors": {"logits": 1.0}, "said": "The logits are off by 1e-02."}
}}"""


def test_a_planted_fault_and_its_lesson_lead_to_each_other(site):
    (site.root / "results/planted").mkdir(parents=True)
    (site.root / "results/planted/line.json").write_text(PLANTED, "utf-8")
    page = "---\norphan: true\n---\n\n# How we prove\n\n```{planted} line\n```\n"
    (site.root / "docs/how-we-prove.md").write_text(page, "utf-8")
    site.edit(SOURCE, "  lines:", '  faults:\n    - "line: sign lost"\n  lines:')
    done = site.draw()
    assert done.returncode == 0, done.stderr
    names = soup(site, "how-we-prove").select("table.planted tbody th")
    assert [words(name) for name in names] == ["nothing", "sign lost"]
    assert [name.a and name.a["href"] for name in names] == [None, "../lessons/steady-hand/"]
    told = soup(site, PAGE).select_one("dl.said")
    assert words(told) == "LINE in Abacus: sign lost The logits are off by 1e-02."
