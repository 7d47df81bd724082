"""What a page asks for besides itself: little, and nothing that holds up its drawing."""

import gzip
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import the_real_site
from bs4 import BeautifulSoup
from tinysite import draw_tiny

from rosetta.site.base.repository import icon_links
from rosetta.site.weight import ICONS, LETTER, SHEET, lightened

ALLOWED = 115_000  # bytes of all style sheets, scripts and icons together, compressed
SHEETS = "link[rel=stylesheet], link[rel=icon], link[rel=preload]"
END = "</script>"


@pytest.fixture(scope="module", params=["tiny", "real"])
def site(request, tmp_path_factory) -> Path:
    if request.param == "tiny":
        return draw_tiny(tmp_path_factory.mktemp("weight")).html
    return the_real_site()[0]


def pages(site: Path) -> dict[str, BeautifulSoup]:
    """Return a page of each kind that has another head."""
    names = ["", "search/", "results/", "lessons/", "line/" if (site / "line").exists() else "cnn/"]
    found = {name: (site / name / "index.html").read_text("utf-8") for name in names}
    return {name: BeautifulSoup(page, "html.parser") for name, page in found.items()}


def asked(site: Path, name: str, page: BeautifulSoup) -> set[Path]:
    """Return the files that a page loads by itself, and those that its style sheets load."""
    addresses = [tag["href"] for tag in page.select(SHEETS)]
    addresses += [tag["src"] for tag in page.select("script[src], img[src]")]
    found = {(site / name / urlsplit(address).path).resolve() for address in addresses}
    for path in [path for path in found if path.suffix == ".css"]:
        for address in re.findall(r"@import [\"']?(?:url\()?([^\"')]+)", path.read_text("utf-8")):
            found.add((path.parent / address).resolve())
    return found


def test_what_a_page_asks_for_weighs_little(site):
    for name, page in pages(site).items():
        if name != "search/":
            files = asked(site, name, page)
            weight = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
            assert weight <= ALLOWED, (name, sorted(path.name for path in files))


def test_only_the_search_page_asks_for_the_index(site):
    for name, page in pages(site).items():
        files = {path.name for path in asked(site, name, page)}
        for wanted in ("searchindex.js", "searchtools.js", "language_data.js"):
            assert (wanted in files) == (name == "search/"), name


def test_no_page_asks_for_the_themes_icons(site):
    for name, page in pages(site).items():
        assert not {path.name for path in asked(site, name, page)} & ICONS


def test_the_themes_style_sheet_names_no_letters_of_its_font(site):
    sheet = (site / SHEET).read_text("utf-8")
    assert not LETTER.search(sheet)
    assert sheet.count("{") == sheet.count("}") > 1_000
    assert ".navbar" in sheet


def test_of_a_style_sheet_only_the_letters_go():
    sheet = '.a{color:red}.fa-0{--fa:"\\30 "}.fa-x,.fa-y{--fa:"\\f";--fa--fa:"\\f"}.b{top:0}'
    assert LETTER.sub("", sheet) == ".a{color:red}.b{top:0}"


def test_no_script_holds_up_a_page(site):
    for page in pages(site).values():
        assert all("defer" in tag.attrs for tag in page.select("script[src]"))


def test_every_icon_that_pages_name_is_drawn(site):
    sheet = (site / "_static" / "icons.css").read_text("utf-8")
    drawn = set(re.findall(r"\.(fa-[a-z-]+) \{ --rs-icon", sheet))
    sizes = {"fa-solid", "fa-lg"}
    links = [link["icon"].split() for link in icon_links("https://example.org")]
    assert {name for names in links for name in names} - sizes <= drawn
    for page in pages(site).values():
        named = {name for tag in page.select("[class*=fa-]") for name in tag["class"]}
        named = {name for name in named if name.startswith("fa-")} - sizes
        assert named
        assert named <= drawn


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ('<script src="../_static/a.js?v=1"></script>',
         '<script defer src="../_static/a.js?v=1"></script>'),
        ('<script defer="defer" src="a.js">' + END,) * 2,
        ('<script async src="a.js">' + END,) * 2,
        ('<b/>\n  <script src="x/heavy.js?digest=1"></script>\n<i/>', "<b/>\n<i/>"),
        ("<script>DOCUMENTATION_OPTIONS.pagename = 'a';</script>",
         "<script type=\"module\">DOCUMENTATION_OPTIONS.pagename = 'a';</script>"),
        ("<script>go('heavy.js');" + END,) * 2,
    ],
)  # fmt: skip
def test_a_head_is_lightened(given, made):
    assert lightened(given, {"heavy.js"}) == made
