"""Draw the miniature site and read its pages; see also test_browser.py."""

import gzip
import json
import re

import pytest
from bs4 import BeautifulSoup
from tinysite import OFFICIAL, SYNTHETIC, draw_tiny, lent, soup, words

from rosetta.project import numbers
from rosetta.records import describe, records

RECORD = "results/test-machine/line/abacus.full"
SLATE = "results/test-machine/line/slate.full.synthetic"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A miniature site: Abacus ran on real data, Slate on a synthetic stand-in."""
    return draw_tiny(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site(drawn):
    """The same site, to be changed: what a test edits, adds or removes is put back after it."""
    with lent(drawn) as site:
        yield site


def panel(site, step: str, framework: str):
    return soup(site, "line").find(id=f"panel-line-{step}-{framework}")


def read_again(done) -> set[str]:
    return set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", done.stdout))


# ---- The workload's page --------------------------------------------------------------------


def test_every_step_is_a_tab_set_in_the_order_of_frameworks_toml(drawn):
    page = soup(drawn, "line")
    sets = page.select(".tab-set")
    assert len(sets) == 5
    for tabs in sets:
        spoken = ["Abacus", "Slate + Chalk, retired, last release 2.0 (1899)"]
        assert [tab.text for tab in tabs.select("[role=tab]")] == spoken
        assert [mark.text for mark in tabs.select(".row-group")] == ["Retired"]
        panels = tabs.select("[role=tabpanel]")
        assert [item["data-framework"] for item in panels] == ["abacus", "slate"]
        assert "hidden" not in panels[0].attrs
        assert panels[1]["hidden"] == "until-found"
        for tab in tabs.select("[role=tab]"):
            assert page.find(id=tab["aria-controls"])["aria-labelledby"] == tab["id"]
    names = [item["aria-label"] for item in page.select("[role=tablist]")]
    assert names[3] == "Framework, step: Train"
    assert len(set(names)) == 5


def test_a_panel_has_prose_code_output_and_its_stamp(drawn):
    train = panel(drawn, "train", "slate")
    assert "A matrix product does the work" in train.select_one(".panel-body").text
    assert "x.T @ (x @ slope_and_offset - y)" in train.select_one(".cell_input").text
    assert "loss 0." in train.select_one(".cell_output").text
    stamp = train.select_one(".stamp")
    about = records.read(next(drawn.root.glob("results/*/line/slate*.ipynb")))
    assert stamp.a["href"] == f"../{SLATE}/"
    for fact in (
        describe.day(about),
        "all four epochs",
        f"numpy {about.about['versions']['numpy']}",
        f"Python {about.about['python']}",
        "this step took",
    ):
        assert fact in words(stamp)


def test_lines_have_their_number_in_the_file_as_id(drawn):
    lines = (drawn.root / "scripts/line/abacus_line.py").read_text().splitlines()
    number = next(i for i, text in enumerate(lines, 1) if "error = predict" in text)
    for address, anchor in (("line", f"abacus-L-{number}"), ("line/abacus", f"L-{number}")):
        found = soup(drawn, address).find(id=anchor)
        assert found.text.strip().endswith("error = predict(weights, x) - y")
        assert found.select_one(".linenos").text.strip() == str(number)


def test_a_step_elsewhere_has_ids_that_name_the_workload(drawn):
    page = soup(drawn, "lessons")
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert any(name.startswith("line-abacus-L-") for name in ids)
    # Earlier steps are not on this page, so there is nothing to copy from the top.
    assert not page.select("[data-from-top]")
    assert soup(drawn, "line").select("[data-from-top]")


def test_a_progress_bar_is_drawn_in_its_last_state(drawn):
    assert words(panel(drawn, "train", "abacus").select_one(".cell_output")) == "4/4 [====]"


def test_what_was_reported_is_a_table_with_units_and_the_value_is_folded(drawn):
    results = panel(drawn, "results", "abacus")
    rows = {words(row.th): words(row) for row in results.select("table.figures tbody tr")}
    assert re.search(r"^Test accuracy 100\.00 %", rows["Test accuracy"])
    (path,) = drawn.root.glob("results/*/line/abacus_line.full.ipynb")
    reported = json.loads(path.read_text("utf-8"))["metadata"]["rosetta"]["reported"]
    taken = numbers.seconds(sum(reported["epoch_seconds"])).replace("\u00a0", " ")
    assert rows["Training"] == f"Training {taken} 4 epochs"
    assert re.search(r" ms median of 7 blocks of 20; quartiles ", rows["Per training step"])
    folded = results.select_one("details.raw")
    assert "open" not in folded.attrs
    value = json.loads(folded.pre.text)
    assert value["long"] == [1000, 1001, 1002, "... 40 in all"]
    assert "'device'" not in results.select_one(".panel-body").text
    whole = soup(drawn, RECORD).select_one("details.raw pre")
    assert json.loads(whole.text)["long"] == list(range(1000, 1040))


def test_synthetic_data_is_said_at_the_top_and_in_every_stamp(drawn):
    page = soup(drawn, "line")
    warning = page.select_one(".admonition.synthetic")
    assert "synthetic" in warning.text
    assert "Slate + Chalk" in warning.text
    assert "Abacus" not in warning.text
    first_step = page.select_one(".tab-set")
    assert str(page).index(str(warning)) < str(page).index(str(first_step))
    stamps = page.select(".tab-panel[data-framework=slate] .stamp")
    assert len(stamps) == 5
    for stamp in stamps:
        assert stamp.select_one(".data-label.synthetic").text == SYNTHETIC["label"]
    assert not page.select(".tab-panel[data-framework=abacus] .data-label")


# ---- The other pages ------------------------------------------------------------------------


def test_the_page_of_a_script_has_it_whole_with_facts_and_downloads(drawn):
    page = soup(drawn, "line/slate")
    assert page.h1.text.startswith("A straight line in Slate + Chalk")
    assert [words(item).rstrip(" #") for item in page.select("h2")] == [
        "Set-up", "Hyperparameters", "The model", "Train", "Results"
    ]  # fmt: skip
    assert "last release 2.0 (1899); its users went to Abacus" in words(page.select_one(".facts"))
    for link in page.select(".facts a.download"):
        here = drawn.html / "line" / "slate" / link["href"]
        original = next(drawn.root.rglob(link["href"]))
        assert here.read_bytes() == original.read_bytes()
    assert [a["href"] for a in page.select(".facts a.download")] == [
        "slate_line.py", "slate_line.full.synthetic.ipynb"
    ]  # fmt: skip
    assert page.select_one(".siblings a")["href"] == "../abacus/"


def test_the_page_of_a_record_has_its_provenance_and_its_notebook(drawn):
    page = soup(drawn, RECORD)
    about = records.read(next(drawn.root.glob("results/*/line/abacus*.ipynb"))).about
    told = words(page.select_one(".facts"))
    for fact in ("test-machine", "the tests", OFFICIAL["digest"], f"{about['threads']}"):
        assert fact in told
    assert "abacusbead on the frame" in page.text
    assert "run-note" not in drawn.page(RECORD)


def test_home_draws_what_is_there(drawn):
    page = soup(drawn, ".")
    summary = page.select_one(".summary")
    assert words(summary.dd) == "2 executed on CPU, 1 cannot be expressed."
    assert summary.a["href"] == "results/line/"
    assert [a["href"] for a in page.select(".chips a")] == [
        "line/?framework=abacus#first-step", "line/?framework=slate#first-step"
    ]  # fmt: skip
    registers = page.select(".stone .register")
    assert [item.select_one(".register-name").text for item in registers] == [
        "Abacus", "Slate + Chalk"
    ]  # fmt: skip


def test_a_line_link_goes_to_the_tab_on_the_workloads_page_else_to_the_script(drawn):
    here = soup(drawn, "line").find("a", string="the gradient")
    assert re.fullmatch(r"#abacus-L-\d+", here["href"])
    there = soup(drawn, "lessons").find("a", string="how Abacus predicts")
    assert re.fullmatch(r"\.\./line/abacus/#L-\d+", there["href"])
    assert soup(drawn, "lessons").select_one("a code").text == "y = x @ np.array"


def test_404_finds_its_files_at_any_depth(drawn):
    page = BeautifulSoup((drawn.html / "404.html").read_text(), "html.parser")
    assert page.head.base["href"] == "/404/"
    sheet = next(a["href"] for a in page.select("link[rel=stylesheet]") if "rosetta" in a["href"])
    assert (drawn.html / "404" / sheet.split("?")[0]).resolve().exists()


def test_search_knows_the_code_and_output_of_every_tab_but_not_what_is_folded(drawn):
    index = (drawn.html / "searchindex.js").read_text()
    for word in ("slatechalk", "abacusbead", "slope_and_offset"):
        assert word in index
    assert "foldedaway" not in index


def test_no_page_asks_another_host_for_anything(drawn):
    asked = []
    for path in drawn.html.rglob("*.html"):
        page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        found = [tag.get("src") for tag in page.select("[src]")]
        found += [tag.get("href") for tag in page.select("link[href]")]
        asked += [(path, address) for address in found if re.match(r"(?:\w+:)?//", address)]
    for path in drawn.html.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", path.read_text())
        asked += [(path, address) for address in found]
    assert asked == []


def test_a_workloads_page_is_light(drawn):
    assert len(gzip.compress(drawn.page("line").encode())) < 20_000


# ---- Redrawing ------------------------------------------------------------------------------


def test_only_what_changed_is_drawn_again(site):
    assert read_again(site.draw()) == set()
    site.edit("scripts/line/abacus_line.py", 'print("weights", weights)', 'print("w", weights)')
    done = site.draw()
    assert done.returncode == 0, done.stderr
    assert read_again(done) == {
        "index", "line", "line/abacus", "results", "results/line", "lessons",
        "lessons/steady-hand", RECORD,
    }  # fmt: skip
    stale = panel(site, "model", "abacus").select_one(".run-note-stale")
    assert "The outputs are of an older run: the code, its environment" in stale.text
    assert not panel(site, "model", "slate").select(".run-note")
    # The code is the current one, the output still that of the record.
    assert 'print("w", weights)' in panel(site, "model", "abacus").text
    assert "weights [0. 0.]" in panel(site, "model", "abacus").text
    assert "has changed since this run" in soup(site, RECORD).text


def test_records_and_scripts_that_come_or_go_change_their_pages(site):
    site.draw()
    assert site.run("line/slate", profile="short").ok
    for path in site.root.glob("results/*/line/abacus*"):
        path.unlink()
    done = site.draw()
    assert done.returncode == 0, done.stderr
    short = "results/test-machine/line/slate.short"
    assert read_again(done) == {
        "index", "line", "line/abacus", "line/slate", "results", "results/line", "lessons",
        SLATE, short,
    }  # fmt: skip
    assert "Not run yet" in panel(site, "train", "abacus").text
    assert not panel(site, "train", "abacus").select(".stamp, .cell_output")
    assert "not run yet" in soup(site, "results").select_one("table.coverage tbody tr").text
    assert not (site.html / RECORD / "index.html").exists()
    # Real data comes before synthetic, however short; the page says what the run replaced.
    assert not soup(site, "line").select(".admonition.synthetic")
    assert "EPOCHS = 2" in panel(site, "hyperparameters", "slate").select_one(".run-note").text
    assert "# Written by the runner" in soup(site, short).text

    (site.root / "scripts/line/slate_line.py").unlink()
    done = site.draw()
    assert "no script is called 'line/slate'" in done.stderr
    assert done.returncode == 1
    assert not (site.html / "line/slate/index.html").exists()
    assert [tab.text for tab in soup(site, "line").select("[role=tab]")] == ["Abacus"] * 5


def test_a_failed_run_is_shown_where_it_stopped_and_keeps_the_good_outputs(site):
    site.edit("scripts/line/abacus_line.py", "y = 2 * x + 1\n", "y = 2 * x + 1\nstones = 1 / 0\n")
    failed = site.run("line/abacus")
    assert failed.status == "error"
    done = site.draw()
    assert done.returncode == 0, done.stderr
    train = panel(site, "train", "abacus")
    told = words(train.select_one(".run-note-failed"))
    assert "failed" in told
    assert "ZeroDivisionError" in told
    number = failed.about["failure"]["line"]
    assert f"line {number}" in told
    assert train.find(id=f"abacus-L-{number}").text.strip().endswith("stones = 1 / 0")
    assert "4/4 [====]" in train.text
    assert not panel(site, "model", "abacus").select(".run-note-failed")
    assert "division by zero" in soup(site, f"{RECORD}.failed").text


def test_a_script_that_never_ended_well_says_so_and_shows_how_far_it_came(site):
    for path in site.root.glob("results/*/line/abacus*"):
        path.unlink()
    site.edit("scripts/line/abacus_line.py", "y = 2 * x + 1\n", "raise ValueError('no beads')\n")
    site.run("line/abacus")
    done = site.draw()
    assert done.returncode == 0, done.stderr
    assert "abacusbead on the frame" in panel(site, "setup", "abacus").text
    assert "ValueError: no beads" in panel(site, "train", "abacus").select_one(".run-note").text
    assert "Not reached" in panel(site, "results", "abacus").select_one(".run-note").text
    assert not panel(site, "setup", "abacus").select(".run-note")


def test_an_unreadable_record_is_named_and_costs_no_page(site):
    bad = next(site.root.glob("results/*/line/abacus*"))
    bad.write_text('{"half": ')
    edited = next(site.root.glob("results/*/line/slate*"))
    edited.write_text(edited.read_text().replace("slatechalk is ready", "slatechalk is great"))
    done = site.draw()
    assert done.returncode == 1
    assert f"{bad}: not a readable notebook" in done.stderr
    assert "[rosetta.record]" in done.stderr
    assert "Not run yet" in panel(site, "train", "abacus").text
    assert "cannot be read" in soup(site, RECORD).text
    assert "edited by hand" in panel(site, "train", "slate").text


# ---- What authors get wrong -----------------------------------------------------------------


@pytest.fixture(scope="module")
def complaints(drawn):
    """What the build says of a page full of mistakes."""
    page = drawn.root / "docs" / "mistakes.md"
    mistakes = [
        "{line}`gone <line/abacus: error = predcit(weights, x)>`",
        "{line}`twice <line/abacus: perf_counter()>`",
        "{line}`nobody <line/papyrus: x>`",
        "{line}`nothing quoted`",
        "```{step} line tarin\n```",
        "```{step} lime train\n```",
        "```{network} lemon\n```",
    ]
    page.write_text("---\norphan: true\n---\n# Mistakes\n\n" + "\n\n".join(mistakes) + "\n")
    done = drawn.draw()
    page.unlink()
    assert done.returncode == 1
    return done.stderr


@pytest.mark.parametrize(
    "said",
    [
        "stands in no code line of scripts/line/abacus_line.py; close to it: error = predict(",
        r"stands in 2 lines of scripts/line/abacus_line.py; quote more of one: 4",
        "no script is called 'line/papyrus'; there are: line/abacus, line/slate.",
        "'nothing quoted' is not of the form cnn/pytorch: quoted code",
        "line has no step 'tarin'; it has: setup, hyperparameters, model, train, results.",
        "there is no workload 'lime'; there are: line.",
        "there is no workload 'lemon'; there are: line.",
    ],
)
def test_a_mistake_fails_the_build_and_offers_what_is_there(complaints, said):
    assert said in complaints
    assert "mistakes.md" in complaints


def test_a_file_of_the_repository_that_is_wrong_is_named(site):
    site.edit("frameworks.toml", 'label = "Slate + Chalk"\n', "")
    done = site.draw()
    assert done.returncode == 2
    assert "frameworks.toml: [slate]: incomplete, missing" in done.stderr
