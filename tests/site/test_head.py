"""What a page's head says of it, and where the site's own address is needed for that."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from tinysite import TinySite, lent, soup

from rosetta.site import head
from rosetta.site.base.repository import site_of

HOME = "https://host.example/stone"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    drawn = TinySite(tmp_path_factory.mktemp("head"))
    done = drawn.draw()
    assert done.returncode == 0, done.stderr
    return drawn


def pages(site):
    return [path for path in sorted(site.html.rglob("index.html")) if "_static" not in path.parts]


def meta(page: BeautifulSoup) -> dict[str, str]:
    return {
        tag.get("name") or tag["property"]: tag["content"]
        for tag in page.select("head meta[name], head meta[property]")
    }


def test_every_page_has_a_description_of_its_own(site):
    told = {}
    for path in pages(site):
        if path.parent.name not in ("404", "search"):
            page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
            found = meta(page)
            assert found["description"] == found["og:description"]
            assert 10 < len(found["description"]) <= head.LENGTH, path
            assert "<" not in found["og:title"]
            told.setdefault(found["description"], []).append(path.parent.name)
    assert len(told) > 5
    assert [paths for paths in told.values() if len(paths) > 1] == []
    about = soup(site, "about")
    first = " ".join(about.select_one("article section > p").text.split())
    assert meta(about)["description"].rpartition(". ")[2].rstrip(".…") in first


def test_a_description_ends_with_a_sentence_or_at_least_with_a_word():
    assert head.shortened("Short.") == "Short."
    long = "One sentence is whole. " + "Another one goes on and on, " * 10
    assert head.shortened(long) == "One sentence is whole."
    endless = head.shortened("word and " * 40)
    assert len(endless) <= head.LENGTH
    assert re.search(r"(word|and)…$", endless)


def test_a_page_without_a_lead_is_described_with_its_title():
    section = nodes.section("", nodes.title("", "Title"), nodes.paragraph("", "First."))
    document = nodes.section("", section)
    assert head.describe(document, named=False) == "Title. First."
    section[1]["classes"] = ["lead"]
    assert head.describe(document, named=False) == "First."
    assert head.describe(document, named=True) == "Title. First."


def test_a_window_is_described_once(site):
    for path in pages(site):
        found = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        if path.parent.name != "search":
            assert len(found.select('meta[name="viewport"]')) == 1, path


def test_without_an_address_of_the_site_none_is_written(site):
    assert not (site.html / "sitemap.xml").exists()
    for path in pages(site):
        text = path.read_text("utf-8")
        assert "og:url" not in text
        assert 'rel="canonical"' not in text


def test_with_an_address_there_are_canonical_ones_and_a_whole_sitemap(site, monkeypatch):
    with lent(site):
        monkeypatch.setenv("ROSETTA_BASEURL", HOME)
        assert site.draw().returncode == 0
        page = soup(site, "line")
        assert page.select_one("link[rel=canonical]")["href"] == f"{HOME}/line/"
        assert meta(page)["og:url"] == f"{HOME}/line/"
        listed = (site.html / "sitemap.xml").read_text("utf-8")
        site.edit("docs/about.md", "# ", "# All ")
        assert site.draw().returncode == 0
        assert (site.html / "sitemap.xml").read_text("utf-8") == listed
    addresses = re.findall("<loc>(.*?)</loc>", listed)
    expected = {
        path.parent.relative_to(site.html).as_posix()
        for path in pages(site)
        if path.parent.name not in ("404", "search")
    }
    assert set(addresses) == {f"{HOME}/{name}/".replace("/./", "/") for name in expected}


@pytest.mark.parametrize("address", ["", "/stone/"])
def test_a_path_alone_is_no_address(address):
    assert not head.known(SimpleNamespace(config=SimpleNamespace(html_baseurl=address)))


def test_the_sites_address_is_what_the_project_states(tmp_path):
    assert site_of(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nDocumentation = "{HOME}/"\n')
    assert site_of(tmp_path) == HOME
    (tmp_path / "CITATION.cff").write_text(f"title: x\nurl: '{HOME}2'\nrepository-code: '{HOME}3'")
    assert site_of(tmp_path) == f"{HOME}2"
