"""The results pages of the miniature site: its table, its data, the records it leads to."""

import csv
import io
import json
import re
from statistics import median, quantiles

import pytest
from tinysite import draw_tiny, lent, soup, words

HARDWARE = "test-machine-cpu"
ABACUS = "../test-machine/line/abacus.full/"
SLATE = "../test-machine/line/slate.full.synthetic/"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A miniature site: Abacus ran on real data, Slate on a synthetic stand-in."""
    return draw_tiny(tmp_path_factory.mktemp("site"))


@pytest.fixture
def site(drawn):
    """The same site, to be changed: what a test edits, adds or removes is put back after it."""
    with lent(drawn) as site:
        yield site


def rows(site, address: str = "results/line") -> dict:
    table = soup(site, address).select_one("table.comparison")
    return {row.th.contents[0].get_text(): row for row in table.select("tbody tr")}


def columns(site) -> list[str]:
    """Return the headings of all columns in order, with those of their groups."""
    first, second = soup(site, "results/line").select("table.comparison thead tr")
    below = iter(second.select("th"))
    found = []
    for head in first.select("th"):
        if head["scope"] == "col":
            found.append(words(head))
        else:
            parts = (next(below) for _ in range(int(head["colspan"])))
            found += [f"{words(head)}: {words(part)}" for part in parts]
    return found


def notebook(site, pattern: str) -> dict:
    """Read what a notebook says of its run, with nothing of this project."""
    (path,) = site.root.glob(f"results/test-machine/line/{pattern}.ipynb")
    return json.loads(path.read_text("utf-8"))["metadata"]["rosetta"]


def data(site) -> list[dict]:
    return json.loads((site.html / "results/line/line.json").read_text("utf-8"))["entries"]


# ---- Our own figures ------------------------------------------------------------------------


def test_a_row_for_each_framework_and_every_figure_opens_its_record(drawn):
    found = rows(drawn)
    assert list(found) == ["Abacus", "Slate + Chalk", "Tally <sticks>"]
    assert [row["data-family"] for row in found.values()] == ["current", "retired", "retired"]
    for name, address in (("Abacus", ABACUS), ("Slate + Chalk", SLATE)):
        figures = found[name].select("a.figure")
        assert len(figures) >= 4
        assert {item["href"] for item in figures} == {address}
        assert (drawn.html / "results/line" / address / "index.html").resolve().exists()
    assert "retired, last release 2.0 (1899)" in words(found["Slate + Chalk"].th)
    assert len({sum(int(c.get("colspan", 1)) for c in row) for row in found.values()}) == 1


def test_units_stand_in_the_headings(drawn):
    processor = columns(drawn)[2].partition(" this project: ")[0]
    assert columns(drawn) == [
        "Framework",
        "Lines of code",
        f"{processor} this project: Run",
        f"{processor} this project: Training step, ms median; quartiles",
        f"{processor} this project: Training, s all epochs; the first",
        f"{processor} this project: Test accuracy, % a check",
        f"{processor} this project: Peak memory, GiB of the process",
        "Oak desk published, 1899: Training, min",
        "Oak desk published, 1899: Test accuracy, % a check",
        "Oak desk published, 1899: Ruled paper",
        "2 × Oak desk published, 1899: Training, min:s",
    ]


@pytest.mark.parametrize(("name", "pattern"), [("Abacus", "abacus*"), ("Slate + Chalk", "slate*")])
def test_the_tables_numbers_are_recomputed_from_the_notebooks(drawn, name, pattern):
    about = notebook(drawn, pattern)
    reported = about["reported"]
    steady = reported["step_seconds"][1:]
    expected = {
        "training step": median(steady),
        "training": sum(reported["epoch_seconds"]),
        "first epoch": reported["epoch_seconds"][0],
        "test accuracy": reported["test_accuracy"],
        "peak memory": about["peak_memory_bytes"],
    }
    given = {
        entry["quantity"]: entry["value"]
        for entry in data(drawn)
        if entry["label"] == name and entry["origin"] == "record"
    }
    assert given == pytest.approx(given | expected, rel=1e-12)
    _, _, _, step, training, accuracy, memory, *_ = rows(drawn)[name].select("th, td")
    assert float(step["data-value"]) == pytest.approx(expected["training step"], rel=1e-12)
    assert float(step.a.text) == pytest.approx(1e3 * expected["training step"], rel=5e-3)
    low, high = re.search(r"([\d.]+) to ([\d.]+)", words(step)).groups()
    first, _, third = quantiles(steady, n=4, method="inclusive")
    assert float(low) == pytest.approx(1e3 * first, rel=5e-3)
    assert float(high) == pytest.approx(1e3 * third, rel=5e-3)
    assert f"{len(steady)} blocks of 20" in words(step)
    assert float(training["data-value"]) == pytest.approx(expected["training"], rel=1e-12)
    assert accuracy.a.text == f"{100 * expected['test accuracy']:.2f}"
    assert memory.a.text == f"{expected['peak memory'] / 2**30:.2f}"


def test_lines_of_code_are_counted_without_comments_and_markdown(drawn):
    for name, stem in (("Abacus", "abacus"), ("Slate + Chalk", "slate")):
        lines = (drawn.root / f"scripts/line/{stem}_line.py").read_text("utf-8").splitlines()
        count = sum(1 for line in lines if line.strip() and not line.strip().startswith("#"))
        assert rows(drawn)[name].td.text == str(count)
    assert rows(drawn)["Tally <sticks>"].td.text == "no script"


def test_an_accuracy_is_a_check_and_cannot_be_sorted(drawn):
    table = soup(drawn, "results/line").select_one("table.comparison")
    for head in table.select("thead th"):
        if "accuracy" in head.text:
            assert "data-sort" not in head.attrs
        if "Training" in head.text:
            assert head["data-sort"] == "number"
    abacus, slate, _ = rows(drawn).values()
    assert "100.00 ✓ as expected 90 % to 100 %" in words(abacus).replace("as exp", "✓ as exp")
    own = slate.select(f'[data-group="{HARDWARE}"]')
    assert not any("expected" in cell.text for cell in own), "synthetic data"


def test_which_run_it_was_is_in_the_first_column_of_its_hardware(drawn):
    abacus, slate, tally = (
        row.select(f'[data-group="{HARDWARE}"]') for row in rows(drawn).values()
    )
    assert words(abacus[0]).startswith("all four epochs ")
    assert words(abacus[0]).endswith("official data")
    assert not abacus[0].select(".mark")
    assert [mark.text for mark in slate[0].select(".mark")] == ["synthetic data"]
    assert words(tally[0]) == "no script"


def test_the_page_of_a_record_has_the_seconds_of_each_step_and_what_was_not_read_back(drawn):
    page = soup(drawn, "results/test-machine/line/abacus.full")
    facts = {words(item.dt): words(item.dd) for item in page.select(".facts > div")}
    assert facts["Precision"] == "no switch to read back"
    assert re.search(r"load \d+(\.\d+)? in the minute before", facts["Before the run"])
    taken = {words(row.th): words(row.td) for row in page.select("#steps tbody tr")}
    seconds = notebook(drawn, "abacus*")["step_seconds"]
    assert list(taken) == ["Set-up", "Hyperparameters", "The model", "Train", "Results"]
    expected = [seconds[step] for step in ("setup", "hyperparameters", "model", "train", "results")]
    assert list(taken.values()) == [f"{value:,.2f}" for value in expected]


# ---- Published figures ----------------------------------------------------------------------


def published(site, name: str) -> list[str]:
    cells = rows(site)[name].select('[data-group*="1899"]')
    return [words(cell) for cell in cells]


def test_published_figures_stand_beside_ours_as_they_were_printed(drawn):
    assert published(drawn, "Abacus") == [
        "12.5 1 Abacus by a novice: 31",
        "95.20 1 as expected 90 % to 100 % Abacus by a novice: 72 not as expected 90 % to 100 %",
        "no 1",
        "7:30 1",
    ]
    assert published(drawn, "Slate + Chalk") == ["9 2 on a Stool", "", "", "not run 3"]
    assert published(drawn, "Tally <sticks>") == ["not run 4", "", "", ""]
    notes = [words(item) for item in soup(drawn, "results/line").select(".footnotes li")]
    assert notes[:2] == ["With & without beads.", "Timed on a stool."]
    assert "whoever still has a Stool with chalk and Slate could fill this cell" in notes[2]
    assert "python -m rosetta run line/slate --profile full" in notes[2]
    assert "ink and Tally <sticks> could" in notes[3]
    page = soup(drawn, "results/line")
    for mark in page.select("table.comparison sup a"):
        assert page.find(id=mark["href"].removeprefix("#")).name == "li"
    assert page.select_one("thead a.external")["href"] == "https://study.example/blob/0/table"


def test_where_published_figures_come_from_is_said_below(drawn):
    page = soup(drawn, "results/line")
    facts = {words(item.dt): words(item.dd) for item in page.select("dl.facts > div")}
    assert facts["Date"] == "31 December 1899"
    assert facts["Hardware"] == "2 × Oak desk: ink; Oak desk: ink; Slate on Stool: chalk"
    assert facts["Versions"] == "Abacus: Abacus 3"
    assert facts["Kept as"] == "results/published/line-1899.toml"


def test_a_workload_that_only_a_study_had_has_its_page(drawn):
    (row,) = rows(drawn, "results/circle").values()
    assert [words(cell) for cell in row.select("th, td")] == [
        "Slate + Chalk retired, last release 2.0 (1899)", "3"
    ]  # fmt: skip
    page = soup(drawn, "results/circle").select_one("article")
    heads = [words(item) for item in page.select("table.comparison th[scope=col]")]
    assert heads == ["Framework", "Training, s"]
    assert "no program for it yet; all figures are published ones" in words(page)
    assert "so there is nothing to prove" in words(page)
    summary = soup(drawn, "results").select_one(".summary")
    assert words(summary.select("dd")[1]) == "Only published figures yet."


# ---- The table's data, and what is where ----------------------------------------------------


def test_the_data_can_be_had_as_json_and_as_csv(drawn):
    page = soup(drawn, "results/line")
    links = [item["href"] for item in page.select(".table-data a.download")]
    assert links == ["line.json", "line.csv"]
    text = (drawn.html / "results/line/line.csv").read_text("utf-8")
    found = list(csv.DictReader(io.StringIO(text)))
    assert [
        {key: "" if value is None else str(value) for key, value in entry.items()}
        for entry in data(drawn)
    ] == found
    assert {entry["origin"] for entry in found} == {"script", "record", "published"}
    on_a_stool = next(entry for entry in found if entry["as_published"] == "9 min")
    assert (on_a_stool["value"], on_a_stool["unit"]) == ("540", "s")
    assert on_a_stool["hardware"] == "Stool"
    left_open = next(e for e in found if e["framework"] == "tally")
    assert (left_open["value"], left_open["as_published"]) == ("", "not run")


def test_the_matrix_has_the_state_of_every_cell(drawn):
    page = soup(drawn, "results")
    assert words(page.select_one(".coverage-count")) == (
        "3 cells: 2 executed on CPU, 1 cannot be expressed. The darker a cell, the more time it "
        "takes beside the fastest program of its workload on the same hardware."
    )
    found = {words(row.th): words(row.td) for row in page.select("table.coverage tbody tr")}
    assert re.search(r"^\S+ m?s .* executed on CPU , \d+ \w+ \d{4}$", found["Abacus"])
    assert found["Quipu"] == (
        "cannot be expressed : knots keep numbers, but nothing in them computes"
    )
    links = [item["href"] for item in page.select("table.coverage a")]
    assert links[:3] == ["line/", "../line/abacus/", "test-machine/line/abacus.full/"]


def test_the_matrix_says_how_many_times_the_fastest_a_program_takes(drawn):
    """In words, of which the color of the cell is a repetition."""
    page = soup(drawn, "results")
    taken = {}
    for name, pattern in (("Abacus", "abacus*"), ("Slate + Chalk", "slate*")):
        _, *steady = notebook(drawn, pattern)["reported"]["step_seconds"]
        taken[name] = median(steady)
    for row in page.select("table.coverage tbody tr")[:2]:
        ratio = taken[words(row.th)] / min(taken.values())
        told = words(row.select_one("td .spread"))
        if ratio == 1:
            assert told == "the fastest"
        else:
            given = float(told.removesuffix(" times the fastest").replace(",", ""))
            assert given == pytest.approx(ratio, rel=5e-3)
        shade = sum(ratio > bound for bound in (1.1, 1.5, 2.5, 4))
        assert row.select_one(".heat")["class"] == ["heat", f"heat-{shade}"]


def test_the_parity_table_says_what_there_is_to_prove(drawn):
    parity = words(soup(drawn, "results/line").select_one("table.parity"))
    assert "Abacus reported nothing to judge" in parity


# ---- What may be wrong with a record --------------------------------------------------------


def marks(site, name: str) -> list[str]:
    return [mark.text for mark in rows(site)[name].select(".mark")]


def test_a_tampered_record_is_shown_as_such(site):
    (path,) = site.root.glob("results/*/line/abacus*")
    content = path.read_text("utf-8")
    faster = re.sub(r'("epoch_seconds": \[\s*)([\d.e-]+)', r"\g<1>0.5", content)
    assert faster != content
    path.write_text(faster, "utf-8")
    done = site.draw()
    assert done.returncode == 0, done.stderr
    assert marks(site, "Abacus") == ["edited by hand"]
    cell = soup(site, "results").select_one("table.coverage tbody td")
    assert "recorded, but edited by hand" in words(cell)
    told = [entry for entry in data(site) if entry["framework"] == "abacus" and entry["marks"]]
    assert {entry["marks"] for entry in told} == {"edited by hand"}


def test_a_reason_that_was_changed_is_drawn_again(site):
    site.edit("scripts/line/cannot.toml", "but nothing in them computes", "and no more")
    assert site.draw().returncode == 0
    assert "knots keep numbers, and no more" in words(soup(site, "results"))


def test_a_record_of_older_code_is_marked_and_so_is_a_run_that_failed(site):
    site.edit("scripts/line/abacus_line.py", 'print("weights", weights)', 'print("w", weights)')
    site.edit("scripts/line/slate_line.py", "\nx = np", "\nraise ValueError('no chalk')\nx = np")
    for path in site.root.glob("results/*/line/slate*"):
        path.unlink()
    assert not site.run("line/slate").ok
    done = site.draw()
    assert done.returncode == 0, done.stderr
    assert marks(site, "Abacus") == ["older code"]
    assert marks(site, "Slate + Chalk") == ["failed"]
    assert "ValueError: no chalk" in words(rows(site)["Slate + Chalk"])
    states = [words(row.td) for row in soup(site, "results").select("table.coverage tbody tr")]
    assert states[0].startswith("recorded, but stale")
    assert states[1].startswith("failed")


def test_a_published_figure_that_was_changed_stops_the_build(site):
    site.edit("results/published/line-1899.toml", "desk = 12.5", "desk = 12.4")
    done = site.draw()
    assert done.returncode == 2
    assert "line-1899.toml: checksum is" in done.stderr


def test_a_short_run_is_called_what_its_profile_calls_it(site):
    """One epoch of fewer images is not "one epoch", nor is its time that of one."""
    for path in site.root.glob("results/*/line/slate*"):
        path.unlink()
    toml = site.root / "scripts/line/workload.toml"
    toml.write_text(
        toml.read_text("utf-8").replace(
            "[profiles.full]",
            '[profiles.tiny]\ntitle = "twenty steps"\nseconds = 60\nEPOCHS = 1\n\n[profiles.full]',
        ),
        "utf-8",
    )
    assert site.run("line/slate", "tiny").ok
    assert site.draw().returncode == 0
    told = [row.select_one("td[data-length]") for row in rows(site).values()]
    assert words(told[1]).endswith(" twenty steps")
    assert [cell and cell["data-length"] for cell in told] == ["2", "1", None]
