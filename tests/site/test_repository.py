"""Links to where the project is kept: none, until the project says where."""

from rosetta.site.base.repository import icon_links, page_links, repository_of

HOME = "https://host.example/them/stone"


def test_the_address_is_what_the_project_states(tmp_path):
    assert repository_of(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nRepository = "{HOME}"\n')
    assert repository_of(tmp_path) == HOME
    (tmp_path / "CITATION.cff").write_text(f"title: x\nrepository-code: '{HOME}2/'\n")
    assert repository_of(tmp_path) == f"{HOME}2"


def test_without_an_address_nothing_is_drawn():
    assert icon_links("") == []
    assert page_links("", "docs/index.md", "") == ""


def test_a_page_leads_to_its_source_and_to_its_mistakes():
    assert icon_links(HOME)[0]["url"] == HOME
    drawn = page_links(HOME, "docs/lessons/a.md", "%2Flessons%2Fa%2F")
    assert f'href="{HOME}/blob/HEAD/docs/lessons/a.md">Source of this lesson<' in drawn
    assert f'href="{HOME}/issues/new?title=%2Flessons%2Fa%2F">Report a mistake<' in drawn
    assert page_links(HOME, "../elsewhere.md", "") == ""
