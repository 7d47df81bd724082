"""Names, notes, tables and outputs that hold HTML are shown as they are typed, on every page.

One site is drawn in which every text of a file that a contributor writes holds markup of its own.
Prose is not among them: Markdown lets its author write HTML.
"""

import json
import tomllib

import pytest
from bs4 import BeautifulSoup
from tinysite import TinySite

from rosetta.project import published

TABLE = "results/published/line-1899.toml"
LESSON = "docs/lessons/steady-hand.md"
EVIL = "<img src=x onerror=evil()></script><b id=evil-{}>&amp;\\\"' `"


def evil(place: str) -> str:
    """Return markup that tells by its id where it came from, as TOML and YAML quote it."""
    return EVIL.format(place)


def shown(place: str) -> str:
    return evil(place).replace('\\"', '"')


# What holds markup: where it is said, before, and after.
PLACES = {
    "label": ("frameworks.toml", 'label = "Abacus"', 'label = "{}"'),
    "release": ("frameworks.toml", '"2.0 (1899)"', '"{}"'),
    "workload": ("scripts/line/workload.toml", '"A straight line"', '"{}"'),
    "summary": ("scripts/line/workload.toml", '"Two numbers, found by gradient descent."', '"{}"'),
    "step": ("scripts/line/workload.toml", '"The model"', '"{}"'),
    "layer": ("scripts/line/workload.toml", 'name = "line"', 'name = "{}"'),
    "profile": ("scripts/line/workload.toml", '"all four epochs"', '"{}"'),
    "reason": ("scripts/line/cannot.toml", '"knots keep numbers, but nothing in them computes"',
               '"{}"'),
    "claim": (LESSON, "A bead that is pushed twice goes twice as far.", '"{}"'),
    "quantity": (LESSON, "Way of a bead", '"{}"'),
    "with": (LESSON, "two pushes", '"{}"'),
    "title": (TABLE, '"Time and accuracy by hand"', '"{}"'),
    "machine": (TABLE, '"A desk"', '"{}"'),
    "remark": (TABLE, '"One run per figure."', '"{}"'),
    "column": (TABLE, 'title = "Ruled paper"', 'title = "{}"'),
    "cell": (TABLE, 'ruled = "no"', 'ruled = "{}"'),
    "row": (TABLE, 'label = "Abacus by a novice"', 'label = "{}"'),
    "footnote": (TABLE, '"Timed on a stool."', '"{}"'),
    "output": ("scripts/line/slate_line.py", '"slatechalk is ready"', '"{}"'),
    "reported": ("scripts/line/slate_line.py", '    "device": "cpu",',
                 '    "device": "cpu",\n    "note": "{}",'),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Draw the site; return all its pages, parsed, and where they lie."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        world.delenv("RESULTS", raising=False)
        site = TinySite(tmp_path_factory.mktemp("html"))
        for place, (file, old, new) in PLACES.items():
            site.edit(file, old, new.format(evil(place)))
        table = site.root / TABLE
        text = table.read_text("utf-8")
        known = tomllib.loads(text)
        before = known.pop("checksum")
        table.write_text(text.replace(before, published.checksum(known)), "utf-8")
        assert site.run("line/abacus").ok
        assert site.run("line/slate").ok
        assert site.run("lessons/steady-hand/abacus").ok
        done = site.draw()
    assert done.returncode == 0, done.stderr
    drawn = {}
    for path in site.html.rglob("*.html"):
        drawn[path.relative_to(site.html).as_posix()] = BeautifulSoup(
            path.read_text("utf-8"), "html.parser"
        )
    return site, drawn


@pytest.mark.parametrize("place", PLACES)
def test_markup_is_text(pages, place):
    """It stands on a page, or in the data of a table, and is nowhere an element."""
    _, drawn = pages
    for name, page in drawn.items():
        assert not page.find(id=f"evil-{place}"), name
        assert not page.select("img[src=x], [onerror]"), name
    begin = f"<b id=evil-{place}>"
    said = [name for name, page in drawn.items() if begin in page.get_text()]
    marked = [
        name
        for name, page in drawn.items()
        if any(begin in str(value) for tag in page() for value in tag.attrs.values())
    ]
    assert said or marked, f"{place} is on no page"


def test_scripts_of_a_page_end_where_they_should(pages):
    """Of the texts none closes a script early: what follows one is markup of our own."""
    _, drawn = pages
    for name, page in drawn.items():
        for script in page("script"):
            assert "onerror=evil()" not in script.text or script.get("type"), name


def test_drawings_hold_no_markup_of_others(pages):
    site, _ = pages
    for path in site.html.rglob("*.svg"):
        text = path.read_text("utf-8")
        assert "<img" not in text, path
        assert "<b id" not in text, path


def test_the_data_of_a_table_say_it_as_it_is(pages):
    site, _ = pages
    data = json.loads((site.html / "results/line/line.json").read_text("utf-8"))
    assert data["title"] == shown("workload")
    assert data["published"][0]["machine"] == shown("machine")
