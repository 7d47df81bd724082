"""The list of lessons, narrowed by framework, workload and verdict."""

import pytest
from browsing import DESKTOP, PHONE, the_real_site, violations, visiting

ENTRIES = "ul.lessons > li"


@pytest.fixture(scope="module")
def site():
    """The real site: the miniature one has one lesson, which nothing narrows."""
    with visiting(*the_real_site()) as drawn:
        yield drawn


def names(page) -> list[str]:
    return [one.inner_text() for one in page.locator(f"{ENTRIES}:visible .lesson-name a").all()]


def choose(page, kind: str, value: str) -> None:
    page.locator(f".lesson-filter select[name={kind}]").select_option(value)


def told(page) -> str:
    return page.get_by_role("status").inner_text()


def offered(page, kind: str, value: str) -> str:
    return page.locator(f"select[name={kind}] option[value={value}]").text_content()


def test_each_lesson_is_listed_once_and_narrowed_by_all_three_choices(site, visit):
    page = visit(f"{site.base}/lessons/")
    every = names(page)
    assert len(every) == len(set(every)) == len(site.project.lessons)
    assert told(page) == f"{len(every)} lessons."
    choose(page, "framework", "pytorch")
    some = names(page)
    assert 0 < len(some) < len(every)
    assert told(page) == f"{len(some)} of {len(every)} lessons."
    assert offered(page, "framework", "pytorch") == f"PyTorch ({len(some)})"
    promised = offered(page, "workload", "gru")
    choose(page, "workload", "gru")
    fewer = names(page)
    assert promised.endswith(f"({len(fewer)})")
    assert set(fewer) < set(some)
    choose(page, "verdict", "true")
    assert set(names(page)) <= set(fewer)
    for badge in page.locator(f"{ENTRIES}:visible .lesson-badge").all():
        assert badge.inner_text() == "still true"


def test_a_narrowed_list_has_an_address(site, visit):
    page = visit(f"{site.base}/lessons/")
    choose(page, "workload", "gru")
    choose(page, "verdict", "depends")
    assert page.url.endswith("?workload=gru&verdict=depends")
    other = visit(page.url)
    assert names(other) == names(page) != []
    page.get_by_role("button", name="Show all").click()
    assert page.url.endswith("/lessons/")
    assert len(names(page)) == len(site.project.lessons)
    assert page.evaluate("document.activeElement.name") == "framework"
    odd = visit(f"{site.base}/lessons/?framework=papyrus&verdict=true")
    assert names(odd)
    assert odd.locator("select[name=framework]").input_value() == ""


def test_the_list_is_narrowed_by_keys(site, visit):
    page = visit(f"{site.base}/lessons/")
    page.locator("select[name=framework]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "workload"
    page.keyboard.press("ArrowDown")
    assert 0 < len(names(page)) < len(site.project.lessons)


def test_without_a_script_all_are_listed_and_nothing_narrows_them(site, visit):
    page = visit(f"{site.base}/lessons/", java_script_enabled=False)
    assert len(names(page)) == len(site.project.lessons)
    assert not page.locator(".lesson-filter").is_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrowed_list_bars_nobody(site, visit, viewport, scheme):
    address = f"{site.base}/lessons/?framework=pytorch"
    page = visit(address, viewport=viewport, color_scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("NHWC", "channels-first-or-last"),
        ("channels last", "channels-first-or-last"),
        ("NHWC", "flatten-in-the-other-order"),
        ("Kaiming", "initializers"),
    ],
)
def test_the_search_finds_a_lesson_by_its_keywords(site, visit, asked, found):
    page = visit(f"{site.base}/search/?q={asked}")
    # Results are listed one after the other.
    page.wait_for_selector(f'ul.search li a[href*="lessons/{found}/"]')
