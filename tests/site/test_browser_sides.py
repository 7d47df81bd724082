"""Two frameworks side by side, on a site with many of them and on the real one."""

import pytest
from browsing import (
    DESKTOP,
    FIRST,
    PHONE,
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
)

site = crowded_site


def test_a_link_sets_two_frameworks_side_by_side_step_by_step(site, visit):
    a, b = site.frameworks[-1], site.frameworks[0]
    page = visit(beside(site, a, b))
    assert page.locator(SHOWN).count() == 2 * site.steps
    assert not page.locator(".tab-row").first.is_visible()
    assert [page.locator(name).input_value() for name in (FIRST, SECOND)] == [a, b]
    for step in (step.id for step in site.scripts[0].workload.steps):
        left, right = (f"#panel-{site.workload}-{step}-{name}" for name in (a, b))
        one, two = box(page, left), box(page, right)
        assert one["y"] == two["y"]
        assert one["height"] == two["height"]
        assert one["width"] == pytest.approx(two["width"], abs=1)
        assert two["x"] > one["x"] + one["width"]
        for part in (".panel-title", ".panel-bar", ".panel-code", ".stamp"):
            parts = [page.locator(f"{panel} {part}").first for panel in (left, right)]
            if all(part.count() for part in parts):
                tops = [part.bounding_box()["y"] for part in parts]
                assert tops[0] == pytest.approx(tops[1], abs=1), (step, part)
    # A link is not a choice: the next visit is as before.
    page.goto(site.page)
    assert shown(page) == {site.frameworks[0]}
    assert page.locator(".tab-row").first.is_visible()


def test_on_a_phone_the_two_stand_one_above_the_other_under_their_names(site, visit):
    a, b = site.frameworks[-1], site.frameworks[1]
    page = visit(beside(site, a, b), viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for step in (step.id for step in site.scripts[0].workload.steps):
        panels = [f"#panel-{site.workload}-{step}-{name}" for name in (a, b)]
        upper, lower = (box(page, panel) for panel in panels)
        assert upper["x"] == lower["x"]
        assert upper["y"] + upper["height"] <= lower["y"]
        for panel in panels:
            assert page.locator(f"{panel} > .panel-title").is_visible()


@SCREENS
def test_side_by_side_is_entered_and_left_in_place(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    a, b = site.frameworks[0], site.frameworks[1]
    read = page.locator(".tab-set").nth(site.steps - 2)
    scroll_to(read, 200)
    top = read.bounding_box()["y"]

    def in_place() -> bool:
        return abs(read.bounding_box()["y"] - top) < 3

    page.locator(SECOND).select_option(b)
    assert page.url == beside(site, a, b)
    assert shown(page) == {a, b}
    assert in_place()
    page.go_back()
    page.wait_for_function("!document.documentElement.classList.contains('side-by-side')")
    assert (page.url, shown(page)) == (site.page, {a})
    page.locator(SECOND).select_option(b)
    scroll_to(read, top)
    # By the mouse itself: Playwright's own click scrolls to what is sticky.
    button = box(page, ".leave")
    page.mouse.click(button["x"] + 9, button["y"] + 9)
    assert (page.url, shown(page)) == (site.page, {a})
    assert in_place()
    assert not page.locator(".leave").is_visible()
    assert page.evaluate("document.activeElement.className") == "pick-second"
    assert page.get_by_role("tabpanel").first.is_visible()


def test_side_by_side_is_worked_with_the_keyboard(site, visit):
    page = visit(site.page)
    a, b = site.frameworks[0], site.frameworks[1]
    page.locator(FIRST).focus()
    page.keyboard.press("Tab")
    label = page.locator(f"{SECOND} option").nth(1).inner_text()
    page.keyboard.type(label[:4])
    page.wait_for_function("document.documentElement.classList.contains('side-by-side')")
    assert shown(page) == {a, b}
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert page.url == beside(site, b, a)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == {b}


def test_picking_the_other_one_swaps_the_two(site, visit):
    a, b = site.frameworks[:2]
    page = visit(beside(site, a, b))
    page.locator(FIRST).select_option(b)
    assert page.url == beside(site, b, a)
    left, right = (box(page, f"{SHOWN}[data-framework={name}]")["x"] for name in (b, a))
    assert left < right
    assert a in offered(page, SECOND)
    assert b not in offered(page, SECOND)


def test_an_address_that_names_nobody_changes_nothing(site, visit):
    page = visit(f"{site.page}?a=papyrus&b=scroll")
    assert shown(page) == {site.frameworks[0]}
    assert page.locator(".tab-row").first.is_visible()


@pytest.mark.parametrize("query", ["a={0}&b=papyrus", "a=papyrus&b={0}", "a={0}&b={0}", "a={0}"])
def test_an_address_that_names_no_two_frameworks_shows_one(site, visit, query):
    last = site.frameworks[-1]
    page = visit(f"{site.page}?{query.format(last)}")
    assert shown(page) == {last}
    assert page.locator(".tab-row").first.is_visible()


def test_a_link_or_a_find_opens_the_right_hand_column(site, visit):
    a, b = site.frameworks[0], site.frameworks[1]
    script = site.scripts[-1]
    c = script.framework.id
    page = visit(f"{beside(site, a, b)}#{c}-L-{a_line(script)}")
    assert shown(page) == {a, c}
    assert 0 < box(page, f"#{c}-L-{a_line(script)}")["y"] < DESKTOP["height"]
    page.locator(f'.tab-panel[data-framework="{b}"]').first.dispatch_event("beforematch")
    assert shown(page) == {a, b}
    page.evaluate(f"location.hash = '{b}-L-{a_line(site.scripts[1])}'")
    page.wait_for_timeout(100)
    assert shown(page) == {a, b}


def test_print_has_both_under_their_names(site, visit):
    a, b = site.frameworks[0], site.frameworks[-1]
    page = visit(beside(site, a, b))
    page.emulate_media(media="print")
    assert not page.locator(".picker").is_visible()
    for name in (a, b):
        assert page.locator(f'{SHOWN}[data-framework="{name}"] .panel-title').first.is_visible()
    page.emulate_media(media="screen")
    page.locator(".leave").click()
    page.emulate_media(media="print")
    assert shown(page) == {a}
