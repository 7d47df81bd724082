"""Pictures on pages: SVG that belongs to its page, drawn once, and what proves the proof."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from browsing import DESKTOP, PHONE
from bs4 import BeautifulSoup
from tinysite import SYNTHETIC, TinySite, serve, soup, words

from rosetta.project import numbers
from rosetta.project.workloads import load_project
from rosetta.records import describe, records, seeds
from rosetta.records.series import PICTURES, Line, Mark, Panel, Series
from rosetta.site.base.catalog import Catalog
from rosetta.site.results import pictures

ROOT = Path(__file__).resolve().parents[2]
FAST = Mark("Fast & Furious", 0.0861234, 0.08, 0.09, "0.0861 s")
SLOW = Mark("Slow", 1.1, 1.0, 1.2, "1.10 s", retired=True, current=False)
MARKS = (FAST, SLOW)
LINE = Line("Fast & Furious", (20.0, 40.0, 60.0), (2.3, 2.2, 2.1))
SERIES = {
    "speed": Series((Panel("Box", MARKS), Panel("Other box", MARKS)), "Alt <1>", "Caption <1>"),
    "memory": Series((Panel("Box", MARKS),), "Alt", "Caption"),
    "published": Series((Panel("", MARKS),), "Alt", "Caption"),
    "curve": Series((Panel("", lines=(LINE, LINE)),), "Alt", "Caption"),
    "check": Series(
        (Panel("Box", (Mark("A", 0.7, 0.7, 0.7, ""),) * 3, band=(0.6, 0.8)),),
        "Alt",
        "Caption",
    ),
}


def drawn(kind) -> str:
    return pictures.figure(SERIES[kind], kind, f"line-{kind}")


# ---- The drawing ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_part_of_its_page(kind):
    """Its colors are the page's, its ids its own, and nothing in it speaks for other elements."""
    markup = drawn(kind)
    page = BeautifulSoup(markup, "html.parser")
    assert [svg["class"] for svg in page.select("svg")] == [["wide"], ["narrow"]]
    assert not page.select("style, metadata, script, image")
    assert not re.search(r"#[0-9a-f]{6}\b", markup), "a color that is not of the style sheet"
    assert "font-family" not in markup
    ids = [part["id"] for part in page.select("[id]")]
    assert len(ids) == len(set(ids))
    assert all(f"line-{kind}" in name for name in ids)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', markup))
    assert used == {part["id"] for part in page.select("svg [id]")}


def test_what_is_written_is_text_and_untouched():
    page = BeautifulSoup(drawn("speed"), "html.parser")
    for svg in page.select("svg"):
        written = [text.get_text() for text in svg.select("text")]
        for expected in ("Fast & Furious", "0.0861 s", "1.10 s", "Box", "Other box"):
            assert expected in written
        assert (svg["role"], svg["aria-label"]) == ("img", "Alt <1>")
    assert page.figcaption.get_text() == "Caption <1>"


def test_nothing_in_a_picture_changes_by_itself():
    assert drawn("speed") == drawn("speed")
    assert not re.search(r"20\d\d-|matplotlib", drawn("speed"))


def test_a_line_is_named_where_the_pointer_is():
    page = BeautifulSoup(drawn("curve"), "html.parser")
    titles = [title.get_text() for title in page.select("svg.wide title")]
    assert titles == ["Fast & Furious"] * 2


@pytest.mark.parametrize("limits", [(600, 1617), (0.08, 1.3), (0.9, 1.1), (3, 90_000)])
def test_ticks_are_round_numbers_that_have_room(limits):
    from matplotlib.figure import Figure

    from rosetta.site.results.plots import NUMBER, round_ticks

    axes = Figure(figsize=(340 / 72, 1)).add_axes((0.25, 0, 0.5, 1))
    axes.set_xlim(*limits)
    axes.set_xscale("log")
    round_ticks(axes, few=True)
    ticks = list(axes.xaxis.get_majorticklocs())
    places = axes.transData.transform([(tick, 0) for tick in ticks])[:, 0] * 72 / axes.figure.dpi
    assert len(ticks) >= 1
    assert all(b - a >= NUMBER for a, b in pairwise(places))
    assert all(limits[0] <= tick <= limits[1] for tick in ticks)
    written = [axes.xaxis.get_major_formatter()(tick) for tick in ticks]
    assert all(len(number) <= 6 for number in written), written


# ---- Drawn once -----------------------------------------------------------------------------


def test_a_picture_is_kept_until_what_it_shows_or_how_has_changed(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(pictures, "figure", lambda *told: calls.append(told) or f"no {len(calls)}")

    def kept(series=SERIES["speed"], machinery="m"):
        return pictures.kept(tmp_path / "a/b.html", series, "speed", "line-steps", machinery)

    assert [kept(), kept()] == ["no 1", "no 1"]
    assert kept(SERIES["memory"]) == "no 2"
    assert kept(SERIES["memory"], "other code") == "no 3"


def test_every_picture_of_the_records_can_be_drawn():
    catalog = Catalog(ROOT)
    for workload in catalog.project.workloads.values():
        scripts = catalog.project.scripts_of(workload.id)
        runs = [(script, record) for script in scripts for record in catalog.records(script)]
        made = {kind: make(workload, runs, catalog.published) for kind, make in PICTURES.items()}
        for kind, series in made.items():
            assert not series or "<svg" in pictures.figure(series, kind, kind)
        assert runs == [] or any(made.values())


# ---- On the miniature site ------------------------------------------------------------------

PAGE = """---
orphan: true
---
# Pictures and proof

```{picture} line steps
```

```{picture} line memory
```

```{picture} line published
```

```{picture} line losses
```

```{tolerances} line
```

```{planted} line
```

```{seeds} line full
```

```{provenance} line/abacus
```
"""
PLANTED = {
    "abacus": {
        "untouched": {"errors": {"beads": 2e-7}},
        "one bead too many": {"errors": {"beads": 0.25}, "said": "beads are off. Count again."},
    },
    "slate": {
        "untouched": {"errors": {"beads": 3e-7}},
        "one bead too many": {"errors": {"beads": 0.5}, "said": "beads are off as well."},
    },
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The miniature site with a page of pictures and of proof."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        world.delenv("RESULTS", raising=False)
        site = TinySite(tmp_path_factory.mktemp("pictures"))
        with (site.root / "scripts/line/workload.toml").open("a", encoding="utf-8") as toml:
            toml.write("\n[tolerances]\nbeads = { tolerance = 1e-6, spread = 2e-7 }\n")
        write_planted(site, PLANTED)
        write_seeds(site, 0.93, 0.95, 0.97)
        assert site.run("line/abacus").ok
        assert site.run("line/slate", data=SYNTHETIC).ok
        (site.root / "docs/pictures.md").write_text(PAGE, "utf-8")
        done = site.draw()
    assert done.returncode == 0, done.stderr
    return site


def write_planted(site, content) -> None:
    path = site.root / "results/planted/line.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), "utf-8")


def write_seeds(site, *accuracies: float) -> None:
    """Write what two programs came to, the second of which has changed since.

    The first one has a run on synthetic data, too, which says nothing about its accuracy.
    """
    script = load_project(site.root).script("line/abacus")
    now = records.key(script, environment="here", profile="full", digest="d")
    data = {"source": "official", "digest": "d"}
    rest = ("2026", "box", "here", data, {}, None)
    told = enumerate(accuracies, 1)
    runs = [seeds.Run("abacus", "full", seed, accuracy, *rest, now) for seed, accuracy in told]
    older = seeds.Run("slate", "full", 1, 0.9, *rest, "older")
    stand_in = replace(runs[0], check=0.1, data={**data, "source": "synthetic"})
    seeds.write(seeds.seeds_path(site.root, "line"), [*runs, stand_in, older])


def test_a_page_shows_the_figures_of_its_records(site):
    page = soup(site, "pictures")
    steps, memory, published = page.select("figure.picture")
    script = load_project(site.root).script("line/abacus")
    record = records.read(next(site.root.glob("results/*/line/abacus*.ipynb")))
    expected = numbers.milliseconds(describe.timing(record, script).middle)
    assert expected in steps.text
    assert expected in steps.svg["aria-label"]
    assert "Slate" not in steps.text, "which ran on synthetic data"
    assert numbers.memory(record.about["peak_memory_bytes"]) in memory.text
    assert "Abacus, 1899: Oak desk" in published.text
    assert "750\u00a0s" in published.text
    assert script.workload.title in published.svg["aria-label"]
    assert "Nothing to draw yet" in page.text, "for losses, which these scripts do not report"


def test_tolerances_and_planted_faults_are_drawn(site):
    page = soup(site, "pictures")
    tolerances, planted = page.select("table.proof:not(.seeds)")
    assert words(tolerances.tbody) == "Beads absolute 1 × 10⁻⁶ 2 × 10⁻⁷ 5 times"
    nothing, fault = planted.select("tbody tr")
    assert words(nothing) == "nothing 2 3 × 10⁻⁷"
    assert words(fault) == "one bead too many 2 0.25 to 0.5"
    assert [cell.text for cell in fault.select(".moved")] == ["0.25", "0.5"]
    assert not nothing.select(".moved")
    assert fault.abbr["title"] == "Abacus, Slate + Chalk"
    folded = words(page.select_one("details.folded"))
    assert "one bead too many, in Abacus beads are off. Count again." in folded


def test_what_the_seed_does_stands_beside_the_record(site):
    page = soup(site, "pictures")
    [table] = page.select("table.seeds")
    record = records.read(next(site.root.glob("results/*/line/abacus*.ipynb")))
    own = numbers.percent(record.reported["test_accuracy"]).replace("\u00a0", " ")
    abacus, slate = table.select("tbody tr")
    others = "93.00 %, 95.00 %, 97.00 % 95.00 % 4.0 points"
    assert words(abacus) == f"Abacus {own} {others}"
    assert words(slate) == "Slate + Chalk older code not run 90.00 % 90.00 % 0.0 points", (
        "its record is of synthetic data"
    )
    assert "4 runs of 2 programs, all four epochs each" in page.text
    assert "moves by up to 4.0\u00a0points; the means of the programs lie within 5.0" in page.text


def test_an_edited_record_is_not_held_against_the_seeds(site):
    path = next(site.root.glob("results/*/line/abacus*.ipynb"))
    before = path.read_text("utf-8")
    edited = json.loads(before)
    edited["metadata"]["rosetta"]["reported"]["test_accuracy"] = 0.99
    path.write_text(json.dumps(edited), "utf-8")
    assert site.draw().returncode == 0
    row = soup(site, "pictures").select_one("table.seeds tbody tr")
    assert words(row).startswith("Abacus not run 93.00 %")
    path.write_text(before, "utf-8")
    assert site.draw().returncode == 0


@pytest.mark.parametrize("name", ["seeds", "planted"])
def test_a_damaged_file_fails_the_build_and_is_named(site, name):
    path = site.root / f"results/{name}/line.json"
    before = path.read_text("utf-8")
    path.write_text("[{", "utf-8")
    done = site.draw()
    path.write_text(before, "utf-8")
    assert done.returncode == 1
    assert f"results/{name}/line.json: not readable as JSON" in done.stderr
    assert "Traceback" not in done.stderr
    assert site.draw().returncode == 0


def test_a_record_says_what_it_holds(site):
    told = words(soup(site, "pictures").select_one("dl.facts"))
    assert "Seal genuine: as the runner wrote it" in told
    assert "Before the run" in told
    assert "a fixed loop scattered by" in told


def test_a_page_is_drawn_again_when_what_it_shows_has_changed_and_only_then(site):
    assert read_again(site) == set()
    write_planted(site, {**PLANTED, "slate": {}})
    assert read_again(site) == {"pictures"}
    assert words(soup(site, "pictures").select("table.planted tbody tr")[1]).endswith("1 0.25")
    write_seeds(site, 0.94, 0.95)
    assert read_again(site) == {"pictures"}


@pytest.mark.parametrize(
    ("viewport", "seen", "unseen"), [(DESKTOP, "wide", "narrow"), (PHONE, "narrow", "wide")]
)
def test_a_screen_shows_the_picture_of_its_width_in_the_colors_of_the_hour(
    site, browser, viewport, seen, unseen
):
    inks = set()
    with serve(site.html) as base:
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=viewport, color_scheme=scheme)
            page.goto(f"{base}/pictures/")
            assert page.locator(f".picture .{seen}").first.is_visible()
            assert not page.locator(f".picture .{unseen}").first.is_visible()
            label = page.locator(f".picture .{seen} text").first
            assert label.bounding_box()["height"] >= 11
            inks.add(label.evaluate("text => getComputedStyle(text).fill"))
            page.close()
    assert len(inks) == 2
    assert not any(ink in ("none", "rgb(0, 0, 0)") for ink in inks)


def read_again(site) -> set[str]:
    done = site.draw()
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", done.stdout))


@pytest.mark.parametrize(
    ("directive", "said"),
    [
        ("{picture} line lemon", "there is no picture 'lemon'; there are: steps, losses, "),
        ("{picture} lime steps", "there is no workload 'lime'"),
        ("{seeds} line long", "line has no profile 'long'; there are: short, full."),
        ("{provenance} line/papyrus", "no script is called 'line/papyrus'"),
        ("{lessons} lime", "none permitted"),
    ],
)
def test_a_mistake_fails_the_build_and_offers_what_is_there(site, directive, said):
    page = site.root / "docs/mistakes.md"
    page.write_text(f"---\norphan: true\n---\n# Mistakes\n\n```{directive}\n```\n", "utf-8")
    done = site.draw()
    page.unlink()
    assert done.returncode == 1
    assert said in done.stderr
