"""Many tabs: the row, their groups, the picker that stays in view, the drawing of the network.

Visits the miniature site with as many frameworks as the real one is to have, and the real one.
"""

import gzip
import re
from urllib.request import urlopen

import pytest
from browsing import (
    DESKTOP,
    FIRST,
    PHONE,
    SCHEMES,
    SCREENS,
    SECOND,
    SHOWN,
    a_line,
    beside,
    box,
    crowded_site,
    offered,
    scroll_to,
    shown,
    tab,
    the_real_site,
    violations,
)
from tinysite import REPOSITORY

from rosetta.project.workloads import load_project

site = crowded_site

# How far the page has shifted by itself, from its beginning to now.
SHIFTED = """() => new Promise(done => {
    setTimeout(done, 300, 0);
    new PerformanceObserver(list => done(
        list.getEntries().reduce((sum, one) => sum + one.value, 0)
    )).observe({ type: 'layout-shift', buffered: true });
})"""


def row_of(page, number: int = 0) -> list[str]:
    """Return the frameworks whose tabs can be seen in a row."""
    row = page.locator(".tab-row").nth(number).locator(".tab")
    return [one.get_attribute("data-framework") for one in row.all() if one.is_visible()]


def retired(site) -> list[str]:
    frameworks = [script.framework for script in site.scripts]
    return [framework.id for framework in frameworks if framework.family == "retired"]


def uncheck(page, group: str) -> None:
    page.locator(".groups summary").click()
    page.locator(f".groups input[value={group}]").uncheck()


# ---- The row --------------------------------------------------------------------------------


def test_retired_frameworks_stand_last_and_say_their_last_release(site, visit):
    page = visit(site.page)
    kinds = page.locator(".tab-row").first.evaluate(
        "row => Array.from(row.children, one => one.dataset.groups.split(' ')[0])"
    )
    assert kinds == sorted(kinds)
    assert page.locator(".tab-row").first.locator(".row-group").inner_text() == "Retired"
    for script in site.scripts:
        found = tab(page, script.framework.id)
        release = script.framework.last_release
        told = f", retired, last release {release}" if script.framework.family == "retired" else ""
        name = re.compile(rf"^{re.escape(script.framework.label)} ?{re.escape(told)}$")
        assert page.get_by_role("tab", name=name).count() == site.steps
        assert (release or "") in found.inner_text()


@SCREENS
def test_a_row_is_one_line_that_goes_on_where_it_fades(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    row = page.locator(".tab-row").first
    row.scroll_into_view_if_needed()
    assert row.bounding_box()["height"] < 50
    tops = row.evaluate("row => Array.from(row.children, one => one.getBoundingClientRect().top)")
    assert max(tops) - min(tops) < 10
    if not row.evaluate("row => row.scrollWidth > row.clientWidth"):
        assert not page.locator(".row-end-right").first.is_visible()
        return
    page.wait_for_function("document.querySelector('.tab-row').classList.contains('more-right')")
    last = tab(page, site.frameworks[-1])
    for _ in range(30):
        if not page.locator(".row-end-right").first.is_visible():
            break
        page.locator(".row-end-right").first.click()
        page.wait_for_timeout(50)
    right = last.bounding_box()["x"] + last.bounding_box()["width"]
    assert right <= row.bounding_box()["x"] + row.bounding_box()["width"] + 1
    assert page.locator(".row-end-left").first.is_visible()


def test_the_chosen_tab_is_in_sight_in_every_row_of_a_phone(site, visit):
    for name in (site.frameworks[-1], site.frameworks[len(site.frameworks) // 2]):
        page = visit(f"{site.page}?framework={name}", viewport=PHONE)
        for number in range(site.steps):
            found = tab(page, name, number).bounding_box()
            assert found["x"] >= 0
            assert found["x"] + found["width"] <= PHONE["width"]


# ---- The picker -----------------------------------------------------------------------------


@SCREENS
def test_the_picker_stays_in_view_and_opens_every_step_in_place(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    last = site.frameworks[-1]
    read = page.locator(".tab-set").nth(site.steps - 2)
    scroll_to(read, 250)
    picker = box(page, ".picker")
    assert 0 <= picker["y"] < 80
    top = read.bounding_box()["y"]
    page.locator(FIRST).select_option(last)
    assert shown(page) == {last}
    assert page.locator(SHOWN).count() == site.steps
    assert abs(read.bounding_box()["y"] - top) < 3
    assert box(page, ".picker")["y"] == picker["y"]
    # It tells what is chosen elsewhere, and its choice is kept.
    tab(page, site.frameworks[1], site.steps - 2).click()
    assert page.locator(FIRST).input_value() == site.frameworks[1]
    later = visit(site.page, storage_state=page.context.storage_state())
    assert later.locator(FIRST).input_value() == site.frameworks[1]


def test_a_heading_that_is_linked_stops_below_the_picker(site, visit):
    page = visit(site.page)
    name = page.locator("h2").nth(-2).evaluate("one => one.closest('section').id")
    page = visit(f"{site.page}?framework={site.frameworks[-1]}#{name}")
    page.wait_for_timeout(100)
    picker, heading = box(page, ".picker"), box(page, f"#{name} h2")
    assert picker["y"] + picker["height"] <= heading["y"] + 2
    assert heading["y"] < 300


def test_nothing_moves_by_itself_when_the_page_opens(site, visit):
    chosen = visit(site.page)
    chosen.locator(FIRST).select_option(site.frameworks[-1])
    uncheck(chosen, "retired")
    kept = chosen.context.storage_state()
    pair = beside(site, site.frameworks[0], site.frameworks[-1])
    for viewport in (DESKTOP, PHONE):
        for address in (site.page, pair):
            page = visit(address, storage_state=kept, viewport=viewport)
            page.wait_for_load_state("load")
            page.wait_for_timeout(200)
            assert page.evaluate(SHIFTED) < 0.02, (address, viewport)


# ---- Groups ---------------------------------------------------------------------------------


def test_a_group_can_be_hidden_and_stays_so(site, visit):
    page = visit(site.page)
    old = retired(site)
    left = [name for name in site.frameworks if name not in old]
    uncheck(page, "retired")
    assert row_of(page) == row_of(page, site.steps - 1) == left
    assert not page.locator(".row-group").first.is_visible()
    assert offered(page, FIRST) == left
    assert offered(page, SECOND) == ["", *left[1:]]
    told = f"{len(left)} of {len(site.frameworks)} shown"
    assert page.locator(".groups summary").inner_text() == told
    tab(page, left[0]).focus()
    page.keyboard.press("End")
    assert shown(page) == {left[-1]}
    page.keyboard.press("ArrowRight")
    assert shown(page) == {left[0]}
    later = visit(site.page, storage_state=page.context.storage_state())
    assert sorted(row_of(later)) == sorted(left)
    later.locator(".groups summary").click()
    later.locator(".groups input[value=retired]").check()
    assert sorted(row_of(later)) == sorted(site.frameworks)
    assert offered(later, FIRST) == site.frameworks


def test_what_is_open_is_offered_though_its_group_is_hidden(site, visit):
    page = visit(site.page)
    hidden = retired(site)[0]
    uncheck(page, "retired")
    kept = page.context.storage_state()
    script = next(script for script in site.scripts if script.framework.id == hidden)
    for address in (f"?framework={hidden}", f"#{hidden}-L-{a_line(script)}"):
        later = visit(f"{site.page}{address}", storage_state=kept)
        assert shown(later) == {hidden}
        assert [name for name in row_of(later) if name in retired(site)] == [hidden]
        assert later.locator(FIRST).input_value() == hidden
    tab(later, site.frameworks[0]).click()
    assert hidden not in row_of(later)


def test_another_open_page_follows_the_groups(site, visit):
    page = visit(site.page)
    other = page.context.new_page()
    other.goto(site.page)
    uncheck(other, "retired")
    name = retired(site)[0]
    page.wait_for_function(
        f"!document.querySelector('.tab[data-framework={name}]').checkVisibility()"
    )


def test_the_groups_are_worked_with_the_keyboard_and_get_out_of_the_way(site, visit):
    page = visit(site.page, viewport=PHONE)
    summary, groups = page.locator(".groups summary"), page.locator(".groups-box")
    summary.focus()
    page.keyboard.press("Enter")
    place = groups.bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= PHONE["width"]
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked") is False
    page.keyboard.press("Escape")
    assert not groups.is_visible()
    assert summary.evaluate("one => one === document.activeElement")
    summary.click()
    page.locator("h1").click()
    assert not groups.is_visible()


def test_without_javascript_there_is_no_picker_and_all_can_be_read(site, visit):
    page = visit(beside(site, *site.frameworks[:2]), java_script_enabled=False)
    assert not page.locator(".picker").is_visible()
    assert page.locator(".tab-panel").count() == site.steps * len(site.frameworks)
    assert page.locator(".tab-panel").last.is_visible()


# ---- The drawing of the network -------------------------------------------------------------


@SCREENS
def test_the_network_is_drawn_in_text_that_fits(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    drawing = page.get_by_role("img", name=re.compile("^The network of "))
    frame = drawing.bounding_box()
    assert frame["width"] <= viewport["width"]
    network = site.scripts[0].workload.network
    described = drawing.evaluate(
        "one => document.getElementById(one.getAttribute('aria-describedby')).textContent"
    )
    for layer in network:
        assert f"{layer.name}, {layer.kind}" in described or not layer.weights
    texts = drawing.evaluate(
        """one => Array.from(one.querySelectorAll('text'), text => {
            const { left, right, top, bottom } = text.getBoundingClientRect();
            return [text.textContent, left, right, top, bottom];
        })"""
    )
    assert len(texts) > 2 * len(network)
    for content, left, right, top, bottom in texts:
        assert frame["x"] - 1 <= left < right <= frame["x"] + frame["width"] + 1, content
        others = [other for other in texts if other[3] < bottom - 4 and top + 4 < other[4]]
        apart = [other for other in others if other[1] >= right + 6 or other[2] + 6 <= left]
        assert len(apart) == len(others) - 1, content


def test_the_network_has_its_day_and_its_night(site, visit):
    ink = "getComputedStyle(document.querySelector('.network text')).fill"

    def color(scheme: str) -> list[int]:
        told = visit(site.page, color_scheme=scheme).evaluate(ink)
        return [int(part) for part in re.findall(r"\d+", told)]

    assert max(color("light")) < 100
    assert min(color("dark")) > 150


# ---- Every reader, and lightly --------------------------------------------------------------


@SCREENS
@SCHEMES
def test_open_groups_and_two_columns_bar_nobody(site, visit, scheme, viewport):
    for address in (site.page, beside(site, site.frameworks[0], site.frameworks[-1])):
        page = visit(address, color_scheme=scheme, viewport=viewport)
        if page.locator(".groups").is_visible():  # on a phone, two columns leave no room for it
            page.locator(".groups summary").click()
        assert violations(page) == [], address


def test_the_page_weighs_at_most_100_kilobytes(site):
    with urlopen(site.page) as answer:
        assert weight(answer.read()) <= 100_000


@pytest.mark.parametrize("workload", load_project(REPOSITORY).workloads)
def test_so_does_the_page_of_every_workload(workload):
    folder, _, _ = the_real_site()
    assert weight((folder / workload / "index.html").read_bytes()) <= 100_000


def weight(page: bytes) -> int:
    """Return the bytes that a server sends which compresses as most do."""
    return len(gzip.compress(page, 6))
