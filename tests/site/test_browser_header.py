"""Where the header leads: with large type, and without a script."""

import shutil

import pytest
from browsing import PHONE, crowded_site
from conftest import BROWSERS, FLAGS

site = crowded_site

LINKS = ".bd-navbar-elements a.nav-link"


def visible(links) -> set[str]:
    return {one.inner_text().strip() for one in links.all() if one.is_visible()}


def wanted(page) -> set[str]:
    links = page.locator(f"header {LINKS}").all()
    found = {one.text_content().strip() for one in links}
    assert len(found) > 2
    return found


@pytest.mark.parametrize("size", [20, 32])
def test_the_header_folds_by_the_size_of_the_type(site, browser, size):
    """As many letters fit as in a window so much smaller: there the links stand in the menu."""
    large = browser.browser_type.launch(
        executable_path=next(filter(None, map(shutil.which, BROWSERS))),
        args=[*FLAGS, f"--blink-settings=defaultFontSize={size}"],
    )
    page = large.new_page(viewport={"width": 58 * size, "height": 900})
    page.goto(site.page)
    links = wanted(page)
    edge = page.locator("header").bounding_box()
    for one in page.locator("header :is(a, button):visible").all():
        box = one.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 58 * size
        assert box["y"] + box["height"] <= edge["y"] + edge["height"]
    assert not visible(page.locator(f"header {LINKS}"))
    page.locator(".primary-toggle").click()
    menu = page.locator(f"#pst-primary-sidebar-modal {LINKS}")
    menu.last.wait_for()
    assert links <= visible(menu)
    large.close()


@pytest.mark.parametrize("width", [PHONE["width"], 800, 1280])
def test_without_a_script_all_links_stand_in_the_header(site, visit, width):
    screen = {"width": width, "height": 700}
    page = visit(f"{site.base}/lessons/", viewport=screen, java_script_enabled=False)
    links = page.locator(f"header {LINKS}")
    assert wanted(page) <= visible(links)
    places = [one.bounding_box() for one in links.all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in places)
    bottom = max(box["y"] + box["height"] for box in places)
    assert bottom <= page.locator("h1").bounding_box()["y"]
    dead = page.locator("header button:visible")
    assert dead.count() == 0, dead.first.inner_html()
    links.last.click()
    page.wait_for_url(f"{site.base}/*/")
    assert not page.url.endswith("/lessons/")
