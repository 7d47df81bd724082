"""What the keyboard reaches, and in which order: shown panels, both columns, the contents list."""

import shutil

import pytest
from browsing import (
    PHONE,
    SHOWN,
    beside,
    crowded_site,
    shown,
    tab,
)
from conftest import BROWSERS, FLAGS

site = crowded_site

TABLET = {"width": 1100, "height": 800}
CONTENTS = "#pst-secondary-sidebar-modal"


# ---- The contents list ----------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [PHONE, TABLET], ids=["phone", "tablet"])
@pytest.mark.parametrize("leave", ["Escape", "outside", "link"])
def test_the_contents_open_and_close_beside_another_framework(site, visit, viewport, leave):
    page = visit(beside(site, *site.frameworks[:2]), viewport=viewport)
    page.locator(".secondary-toggle").click()
    contents = page.locator(CONTENTS)
    assert contents.is_visible()
    if leave == "link":
        contents.locator("a").last.click()
    elif leave == "Escape":
        page.keyboard.press("Escape")
    else:
        page.mouse.click(5, viewport["height"] // 2)
    contents.wait_for(state="hidden", timeout=3000)
    page.mouse.move(viewport["width"] / 2, viewport["height"] / 2)
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, -200 if before > 400 else 200)
    page.wait_for_function(f"scrollY !== {before}", timeout=3000)
    assert shown(page) == set(site.frameworks[:2])


# ---- What is closed -------------------------------------------------------------------------

# The panel of the focused element, whether it is shown, and what comes next in the page.
FOCUSED = """() => {
    const { activeElement: one } = document;
    const panel = one.closest('.tab-panel');
    return {
        end: one === document.body,
        panel: panel === one ? panel.id : null,
        framework: panel && panel.dataset.framework,
        left: panel && panel.getBoundingClientRect().left,
        closed: Boolean(panel && panel.hasAttribute('hidden')),
    };
}"""


def stops(page, limit: int = 600) -> list[dict]:
    """Press Tab from the page's beginning to its end; return what was focused, in that order."""
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    page.locator("#pst-skip-link a").focus()
    found = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["end"]:
            return found
        found.append(at)
    raise AssertionError("the Tab key comes to no end")


def told(page) -> int:
    """Count the panels that a screen reader is told of."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in tree if not node["ignored"] and "role" in node]
    return roles.count("tabpanel")


def reached(page) -> int:
    """Count the panels that are stops of the Tab key by themselves."""
    return page.locator('.tab-panel[tabindex="0"]').count()


def test_the_tab_key_stops_at_shown_panels_only(site, visit):
    page = visit(site.page)
    assert told(page) == reached(page) == site.steps
    found = stops(page)
    assert not [at for at in found if at["closed"]]
    assert len([at for at in found if at["panel"]]) == site.steps


def test_closed_panels_stay_out_of_reach_whatever_is_chosen(site, visit):
    a, b, c = site.frameworks[0], site.frameworks[1], site.frameworks[-1]
    page = visit(site.page)

    def only(*names: str) -> None:
        assert shown(page) == set(names)
        assert reached(page) == len(names) * site.steps
        open_ones = page.locator(f'{SHOWN}[tabindex="0"]:not([aria-hidden])').count()
        assert open_ones == len(names) * site.steps
        assert page.locator('.tab-panel[hidden="until-found"][aria-hidden="true"]').count() == (
            site.steps * (len(site.frameworks) - len(names))
        )

    tab(page, b).click()
    only(b)
    assert told(page) == site.steps
    page.locator(f'.tab-panel[data-framework="{c}"]').first.dispatch_event("beforematch")
    only(c)
    page.locator(".pick-second").select_option(a)
    only(c, a)
    assert not [at for at in stops(page) if at["closed"]]
    page.locator(".leave").click()
    only(c)
    assert told(page) == site.steps


def test_beside_another_framework_the_focus_goes_from_left_to_right(site, visit):
    a, b = site.frameworks[-1], site.frameworks[0]
    page = visit(beside(site, a, b))
    names = [at["framework"] for at in stops(page) if at["panel"]]
    assert names == [a, b] * site.steps
    page.locator(".swap").click()
    names = [at["framework"] for at in stops(page) if at["panel"]]
    assert names == [b, a] * site.steps


# ---- What is focused can be seen ------------------------------------------------------------


def test_every_stop_of_the_header_can_be_seen(site, visit):
    page = visit(f"{site.base}/lessons/")
    page.locator("#pst-skip-link a").focus()
    seen = []
    while True:
        page.keyboard.press("Tab")
        name, style, width = page.evaluate(
            """() => {
                const one = document.activeElement;
                const { outlineStyle, outlineWidth } = getComputedStyle(one);
                const inside = one.closest('header');
                return [inside && one.textContent.trim(), outlineStyle, parseFloat(outlineWidth)];
            }"""
        )
        if name is None:
            break
        assert (style, width >= 2) == ("solid", True), name
        seen.append(name)
    assert any("Search" in name for name in seen)


# ---- The steps ------------------------------------------------------------------------------

WIDE = {"width": 1600, "height": 900}


@pytest.mark.parametrize("viewport", [PHONE, TABLET, WIDE], ids=["phone", "tablet", "wide"])
def test_beside_another_framework_the_steps_stay_in_reach(site, visit, viewport):
    page = visit(beside(site, *site.frameworks[:2]), viewport=viewport)
    links = page.locator(".step-links a")
    assert links.count() == site.steps
    for number in (site.steps - 2, 1):
        links.nth(number).click()
        page.wait_for_function(
            "n => document.querySelectorAll('.step-links a')[n].hasAttribute('aria-current')",
            arg=number,
        )
        assert page.locator(".step-links a[aria-current]").count() == 1
        place = links.nth(number).bounding_box()
        assert 0 <= place["y"] < 200
        assert 0 <= place["x"] < viewport["width"] - 20
        heading = page.locator(".tab-set").nth(number).locator("xpath=../h2").bounding_box()
        bar = page.locator(".pick-bar").bounding_box()
        assert bar["y"] + bar["height"] - 2 <= heading["y"] < 400


def test_the_first_code_is_one_click_away(site, visit):
    page = visit(site.page)
    first = page.locator(".step-links a").first
    assert first.bounding_box()["y"] < 900
    page.goto(f"{site.base}/")
    page.locator(".chips a").first.click()
    page.wait_for_url(f"{site.page}*#first-step")
    page.wait_for_load_state("load")
    assert 0 < page.locator(".tab-set").first.bounding_box()["y"] < 500


# ---- The rows -------------------------------------------------------------------------------


def test_what_was_chosen_before_stands_first_in_every_row(site, visit):
    *_, a, b = site.frameworks
    page = visit(site.page)
    tab(page, a).click()
    tab(page, b).click()
    row = "row => Array.from(row.querySelectorAll('.tab'), one => one.dataset.framework)"
    # Nothing moves under the pointer.
    assert page.locator(".tab-row").first.evaluate(row) == site.frameworks
    page.reload()
    rest = [name for name in site.frameworks if name not in (a, b)]
    for number in (0, site.steps - 1):
        assert page.locator(".tab-row").nth(number).evaluate(row) == [b, a, *rest]
    tab(page, b).focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == {a}
    page.keyboard.press("Home")
    assert shown(page) == {b}


def test_a_row_offers_all_frameworks_as_a_menu(site, visit):
    page = visit(site.page)
    last = site.frameworks[-1]
    menus = page.get_by_label(f"All {len(site.frameworks)} frameworks")
    assert menus.count() == site.steps
    menu = menus.nth(1)
    assert menu.locator("option:not([hidden])").count() == len(site.frameworks)
    menu.scroll_into_view_if_needed()
    before = menu.bounding_box()["y"]
    menu.select_option(last)
    assert shown(page) == {last}
    assert menu.input_value() == ""
    assert abs(menu.bounding_box()["y"] - before) < 3
    assert page.evaluate("document.activeElement.dataset.framework") == last
    row = page.locator(".tab-row").nth(1).bounding_box()
    assert row["x"] + row["width"] <= menu.bounding_box()["x"]


# ---- Large letters, no script ---------------------------------------------------------------


@pytest.mark.parametrize("address", ["", "?a={}&b={}"])
def test_letters_twice_as_large_leave_nothing_out_of_reach(site, browser, address):
    """The browser's own size of letters, which widths in rem follow and the window does not."""
    flags = [*FLAGS, "--blink-settings=defaultFontSize=32"]
    large = browser.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, BROWSERS))), args=flags
    )
    page = large.new_page(viewport={"width": 1280, "height": 900})
    page.goto(site.page + address.format(*site.frameworks))
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.locator("h1").bounding_box()["x"] >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    large.close()


@pytest.mark.parametrize("viewport", [PHONE, WIDE], ids=["phone", "wide"])
def test_the_foot_of_a_page_leads_everywhere_without_a_script(site, visit, viewport):
    page = visit(f"{site.base}/lessons/", viewport=viewport, java_script_enabled=False)
    foot = page.get_by_role("navigation", name="All pages")
    links = foot.locator("a")
    folded = page.locator("header .bd-navbar-elements :is(a.nav-link, a.dropdown-item)")
    wanted = {one.text_content().strip() for one in folded.all()}
    assert wanted <= {one.inner_text().strip() for one in links.all()}
    links.filter(has_text="Results").first.click()
    page.wait_for_url(f"{site.base}/results/")
