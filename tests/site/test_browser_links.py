"""Addresses that others wrote, what a browser has stored, and copying where it is not lent."""

import pytest
from browsing import DESKTOP, a_line, box, crowded_site, shown, tab

site = crowded_site

CHOICE, HIDDEN, RECENT = "rosetta-framework", "rosetta-hidden-groups", "rosetta-recent"


def test_a_link_does_not_replace_the_readers_own_choice(site, visit):
    _, second, *_, last = site.frameworks
    page = visit(site.page)
    tab(page, second).click()
    page.goto(f"{site.page}?framework={last}")
    assert shown(page) == {last}
    page.goto(site.page)
    assert shown(page) == {second}
    # What the home page offers is clicked, and so is chosen.
    page.goto(f"{site.base}/")
    page.locator(f'.chips a[href*="framework={last}"]').click()
    page.wait_for_url(f"{site.page}*")
    page.goto(site.page)
    assert shown(page) == {last}


def test_a_line_of_a_scripts_page_comes_with_what_stands_before_it(site, visit):
    script = site.scripts[0]
    line = max(cell.line for cell in script.code_cells)
    page = visit(f"{site.base}/{script.name}/#L-{line}")
    page.wait_for_load_state("load")
    header = box(page, ".bd-header")
    assert box(page, f"#L-{line}")["y"] > header["y"] + header["height"] + 100
    page = visit(f"{site.base}/{script.name}/#L-{line}", java_script_enabled=False)
    assert box(page, f"#L-{line}")["y"] > header["height"] + 40


def test_code_is_copied_where_the_browser_lends_no_clipboard(site, visit):
    page = visit(site.page, permissions=["clipboard-read", "clipboard-write"])
    page.context.add_init_script(
        "if (!location.hash) Object.defineProperty(navigator, 'clipboard', { value: undefined })"
    )
    page.reload()
    button = page.locator(".tab-panel:not([hidden]) button.copy").first
    button.click()
    page.wait_for_function("document.querySelector('[role=status]')?.textContent")
    assert page.locator("#rosetta-status").inner_text() == "Copied"
    assert button.evaluate("one => one === document.activeElement")
    reader = page.context.new_page()
    reader.goto(f"{site.base}/#reader")
    reader.bring_to_front()
    script = site.scripts[0]
    own = [cell.source.rstrip() for cell in script.code_cells]
    assert reader.evaluate("navigator.clipboard.readText()").startswith(own[0])


@pytest.mark.parametrize(
    "address",
    [
        "?framework=<img src=x onerror=alert(1)>", "?framework=__proto__", "?framework=%E0%A4%A",
        "?a=", "?a=&b=", "?a=<b>&b=%3Cimg%3E", "?framework", "#", "#%", "#%E0%A4%A",
        "#<img src=x>", "?a=constructor&b=toString#100%",
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_changes_nothing(site, visit, address):
    page = visit(f"{site.page}{address}")
    assert shown(page) == {site.frameworks[0]}
    assert page.locator("article img[src=x]").count() == 0
    works(page, site)


@pytest.mark.parametrize(
    "stored", ["{", "null", "5", '"text"', '{"a": 1}', '["papyrus", 7, null, {}]', "<img src=x>"]
)
def test_what_a_browser_has_stored_may_be_nonsense(site, visit, stored):
    keys = [CHOICE, HIDDEN, RECENT]
    items = [{"name": name, "value": stored} for name in keys]
    state = {"cookies": [], "origins": [{"origin": site.base, "localStorage": items}]}
    page = visit(site.page, storage_state=state)
    assert shown(page) == {site.frameworks[0]}
    works(page, site)


def works(page, site) -> None:
    """Choose another framework, and one to set beside it."""
    first, second, *_ = site.frameworks
    tab(page, second).click()
    assert shown(page) == {second}
    page.locator(".pick-second").select_option(first)
    assert shown(page) == {second, first}


def test_a_line_of_a_tab_still_comes_to_the_middle(site, visit):
    script = site.scripts[-1]
    page = visit(f"{site.page}#{script.framework.id}-L-{a_line(script)}")
    page.wait_for_load_state("load")
    place = box(page, f"#{script.framework.id}-L-{a_line(script)}")
    assert 150 < place["y"] < DESKTOP["height"] - 150


def test_on_paper_the_stone_is_ink_and_no_row_is_split(site, visit):
    page = visit(f"{site.base}/")
    page.emulate_media(media="print")
    ink = "getComputedStyle(document.querySelector('.stone code')).color"
    assert page.evaluate(ink) == "rgb(17, 17, 17)"
    page.goto(f"{site.base}/results/{site.workload}/")
    inside = "getComputedStyle(document.querySelector('table.comparison tbody tr')).breakInside"
    assert page.evaluate(inside) == "avoid"
    wide = "getComputedStyle(document.querySelector('.comparison-box')).page"
    assert page.evaluate(wide) == "wide"
