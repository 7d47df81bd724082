"""The search, the switch of colors and the menus, without the theme's icons and with no index."""

import pytest
from browsing import DESKTOP, PHONE, the_real_site, visiting
from tinysite import draw_tiny


@pytest.fixture(scope="module", params=["tiny", "real"])
def site(request, tmp_path_factory):
    if request.param == "tiny":
        tiny = draw_tiny(tmp_path_factory.mktemp("site"))
        place = tiny.html, tiny.root, "line"
    else:
        place = the_real_site()
    with visiting(*place) as drawn:
        yield drawn


# An icon is ink where its mask is: it has a size, a color and a picture.
DRAWN = """icon => {
    const { width, height, backgroundColor, maskImage } = getComputedStyle(icon, "::before");
    const ink = backgroundColor !== "rgba(0, 0, 0, 0)" && maskImage.includes("svg");
    return ink && parseFloat(width) > 8 && parseFloat(height) > 8;
}"""


def test_the_index_is_fetched_when_something_is_searched_and_not_before(site, visit):
    page = visit(site.page)
    names = []
    page.context.on("request", lambda request: names.append(request.url.rpartition("/")[2]))
    page.reload(wait_until="networkidle")
    assert names
    page.keyboard.press("Control+k")
    field = page.locator("#pst-search-dialog input")
    field.wait_for(state="visible")
    field.fill(site.scripts[0].framework.label)
    assert not [name for name in names if "searchindex" in name or "searchtools" in name]
    assert not [name for name in names if "fontawesome" in name or ".woff" in name]
    field.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.wait_for_selector("ul.search li a")
    assert [name for name in names if name.startswith("searchindex.js")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_icon_that_is_in_sight_is_drawn(site, visit, viewport, scheme):
    for address in (site.page, f"{site.base}/search/"):
        page = visit(address, viewport=viewport, color_scheme=scheme)
        icons = [icon for icon in page.locator(".fa-solid").all() if icon.is_visible()]
        assert len(icons) >= 2
        assert all(icon.evaluate(DRAWN) for icon in icons)


# What an icon belongs to, if nothing that can be pressed does.
PRESSED = """icon => {
    const pressed = icon.closest("button, a");
    const name = pressed?.textContent.trim() || pressed?.ariaLabel || "";
    return pressed && [name, icon.textContent];
}"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_has_an_icon_has_a_name_and_the_icon_says_nothing(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    icons = [icon for icon in page.locator("header .fa-solid").all() if icon.is_visible()]
    found = [told for told in (icon.evaluate(PRESSED) for icon in icons) if told]
    assert len(found) >= 2
    assert all(name and not said for name, said in found), found
    assert page.locator("header").get_by_role("button", name="Search").is_visible()


def test_printing_asks_for_no_font_and_leaves_the_header_out(site, visit):
    page = visit(site.page)
    names = []
    page.context.on("request", lambda request: names.append(request.url.rpartition("/")[2]))
    page.emulate_media(media="print")
    assert page.pdf().startswith(b"%PDF")
    assert not [name for name in names if ".woff" in name or "fontawesome" in name]
    shown = [icon for icon in page.locator("header .fa-solid").all() if icon.is_visible()]
    assert shown == []


def test_the_switch_of_colors_shows_what_is_chosen(site, visit):
    page = visit(site.page, color_scheme="light")
    shown = page.locator(".theme-switch-button .theme-switch:visible")
    assert shown.get_attribute("data-mode") == "auto"
    page.locator(".theme-switch-button:visible").first.click()
    page.locator('.theme-change-button[data-mode="dark"]:visible').click()
    assert shown.get_attribute("data-mode") == "dark"
    assert shown.evaluate(DRAWN)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_menu_of_a_phone_opens_and_leads_on(site, visit):
    page = visit(site.page, viewport=PHONE)
    page.locator(".primary-toggle").click()
    menu = page.locator("#pst-primary-sidebar-modal")
    menu.locator("a.nav-link").first.wait_for(state="visible")
    menu.locator('a[href*="results"]').first.click()
    page.wait_for_url(f"{site.base}/results/")
