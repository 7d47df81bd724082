"""What a workload's page holds beside outputs: drawn without records, so nothing is run."""

import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from tinysite import TinySite, soup, words

from rosetta.project.workloads import load_project
from rosetta.site import output
from rosetta.site.tabs.picker import boxes


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    site = TinySite(tmp_path_factory.mktemp("site"))
    done = site.draw()
    assert done.returncode == 0, done.stderr
    return site


def panel(site, step: str, framework: str):
    return soup(site, "line").find(id=f"panel-line-{step}-{framework}")


def test_a_panels_prose_and_code_are_apart_so_that_they_can_stand_beside_anothers(drawn):
    body = panel(drawn, "train", "slate").select_one(".panel-body")
    assert [part["class"][0] for part in body.find_all(recursive=False)] == [
        "panel-prose", "panel-code"
    ]  # fmt: skip
    assert not body.select(".panel-prose .cell")
    assert body.select_one(".panel-code > .cell:first-child")
    bare = panel(drawn, "hyperparameters", "slate").select_one(".panel-body")
    assert [part["class"][0] for part in bare.find_all(recursive=False)] == ["panel-code"]


def test_only_words_that_have_a_color_are_elements(drawn):
    sheet = (output.STATIC / "rosetta.css").read_text()
    kinds = re.findall(r"\.highlight :is\(([^)]*)\) \{ color", sheet)
    assert {kind.strip(" .") for group in kinds for kind in group.split(",")} == output.COLORED
    for address in ("line", "line/slate"):
        spans = soup(drawn, address).select(".highlight pre span[class]")
        assert {name for span in spans for name in span["class"]} <= {*output.COLORED, "linenos"}
    assert "x.T @ (x @ slope_and_offset - y)" in drawn.page("line")


def test_the_network_is_told_in_words_with_computed_numbers(drawn):
    drawing = soup(drawn, "line").select_one("figure.network svg[role=img]")
    assert drawing["aria-label"] == "The network of A straight line"
    told = "input: 1. line, dense: 1, 2 parameters. In all 2 parameters."
    assert drawing.find(id=drawing["aria-describedby"]).text == told
    assert {words(item) for item in drawing.select("text")} >= {"line dense", "input", "1", "2"}


def test_the_picker_lists_frameworks_under_what_they_are(drawn):
    bar = soup(drawn, "line").select_one(".picker")
    lists = {
        group["label"]: [(one["value"], one.text) for one in group.select("option")]
        for group in bar.select(".pick-first optgroup")
    }
    assert lists == {
        "Current": [("abacus", "Abacus")], "Retired": [("slate", "Slate + Chalk")]
    }  # fmt: skip
    # There is one language, so there is nothing to choose between.
    assert [words(item) for item in bar.select("legend")] == ["Status"]
    scripts = load_project(drawn.root).scripts
    other = replace(scripts[1], framework=replace(scripts[1].framework, language="julia"))
    offered = BeautifulSoup(boxes([scripts[0], other]), "html.parser")
    assert [words(item) for item in offered.select("legend")] == ["Status", "Language"]
    assert [words(item) for item in offered.select("fieldset + fieldset label")] == [
        "Python 1", "Julia 1"
    ]  # fmt: skip


def test_a_retired_framework_is_offered_beside_its_successor(drawn):
    found = soup(drawn, "line/slate").find("a", string="the two side by side")
    assert found["href"] == "../?a=slate&b=abacus"
    assert not soup(drawn, "line/abacus").find("a", string="the two side by side")


def test_home_offers_the_retired_frameworks_apart(drawn):
    lists = soup(drawn, ".").select("ul.chips")
    assert [item["aria-label"] for item in lists] == ["Current frameworks", "Retired frameworks"]
    assert [[words(one) for one in item.select("a")] for item in lists] == [
        ["Abacus"], ["Slate + Chalk"]
    ]  # fmt: skip


def test_results_say_of_every_program_that_it_was_not_run(drawn):
    table = soup(drawn, "results/line").select_one("table.comparison")
    assert "No machine yet" in words(table.thead)
    own = [words(cell) for cell in table.select('tbody td.group-start[data-group="nowhere-cpu"]')]
    assert own == ["not run yet", "not run yet", "no script"]
    assert words(soup(drawn, "results").select_one(".summary dd")) == (
        "2 not run yet, 1 cannot be expressed."
    )


PROSE = """\
# Beads[^1] of wood[^why]; `[^1]` is code.
#
# [^1]: Beads of {name}.
# [^why]: Wood of {name}.
#
# ```python
# # a remark that stays
# x = 1
# # another one
# ```
#
"""


def test_scripts_may_share_the_labels_of_footnotes_and_quote_remarks(tmp_path):
    site = TinySite(tmp_path)
    for name in ("abacus", "slate"):
        marker = "# %% model [markdown]\n"
        site.edit(f"scripts/line/{name}_line.py", marker, marker + PROSE.format(name=name))
    done = site.draw()
    assert done.returncode == 0, done.stderr
    for address, names in (
        ("line", ["abacus", "slate"]),
        ("line/abacus", ["abacus"]),
        ("line/slate", ["slate"]),
    ):
        page = soup(site, address)
        expected = [f"{kind} of {name}." for name in names for kind in ("Beads", "Wood")]
        calls = page.select("a.footnote-reference")
        notes = [page.find(id=call["href"].removeprefix("#")) for call in calls]
        assert [words(note.p) for note in notes] == expected
        assert [call.text for call in calls] == [f"[{n + 1}]" for n in range(len(expected))]
        quoted = [block.text for block in page.select("pre") if "a remark" in block.text]
        assert quoted == ["# a remark that stays\nx = 1\n# another one\n"] * len(names)
        assert sum("[^1]" in code.text for code in page.select("code")) == len(names)
