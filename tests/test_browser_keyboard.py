"""What the keyboard reaches, and in which order: shown panels, both columns, the contents list."""

import pytest
from browsing import (
    PHONE,
    beside,
    crowded_site,
    shown,
)

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
