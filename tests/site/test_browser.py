"""Use the site as its readers do, in Chromium: the miniature site, and the real one if drawn.

The real one is _build/html, or what SITE names.
Every test also fails on an error in the console, a request that fails, or one to another host.
"""

import re

import pytest
from browsing import DESKTOP, PHONE, SHOWN, a_line, shown, tab, the_real_site, violations, visiting
from bs4 import BeautifulSoup
from tinysite import PROSE, draw_tiny


@pytest.fixture(scope="module", params=["tiny", "real"])
def site(request, tmp_path_factory):
    if request.param == "tiny":
        tiny = draw_tiny(tmp_path_factory.mktemp("site"))
        tiny.add_lesson("sure-eye", "A sure eye")
        assert tiny.draw().returncode == 0
        place = tiny.html, tiny.root, "line"
    else:
        place = the_real_site()
    with visiting(*place) as drawn:
        yield drawn


# ---- Choosing a framework -------------------------------------------------------------------


def test_a_click_opens_the_framework_in_every_step_and_moves_nothing(site, visit):
    page = visit(site.page)
    first, *_, last = site.frameworks
    assert shown(page) == {first}
    chosen = tab(page, last, site.steps // 2)
    chosen.scroll_into_view_if_needed()
    before = chosen.bounding_box()["y"]
    chosen.click()
    assert shown(page) == {last}
    assert page.locator(SHOWN).count() == site.steps
    assert abs(chosen.bounding_box()["y"] - before) < 3
    assert page.locator('.tab[aria-selected="true"]').count() == site.steps
    assert chosen.get_attribute("tabindex") == "0"


def test_the_choice_is_kept_between_pages_and_visits(site, visit):
    page = visit(site.page)
    last = site.frameworks[-1]
    tab(page, last).click()
    page.goto(f"{site.base}/results/")
    page.goto(site.page)
    assert shown(page) == {last}
    later = visit(site.page, storage_state=page.context.storage_state())
    assert shown(later) == {last}


def test_an_open_page_follows_a_choice_made_in_another(site, visit):
    page = visit(site.page)
    other = page.context.new_page()
    other.goto(site.page)
    tab(other, site.frameworks[-1]).click()
    page.wait_for_function(
        f"document.querySelector('{SHOWN}[data-framework={site.frameworks[-1]}]')"
    )


def test_an_address_can_ask_for_a_framework_and_follows_the_choice(site, visit):
    first, *_, last = site.frameworks
    page = visit(f"{site.page}?framework={last}")
    assert shown(page) == {last}
    tab(page, first).click()
    assert page.url.endswith(f"?framework={first}")
    # What the home page offers is such an address.
    page.goto(f"{site.base}/")
    page.locator(".chips a").last.click()
    page.wait_for_url(f"{site.page}?framework={last}#first-step")
    page.wait_for_load_state()
    assert shown(page) == {last}


def test_an_unknown_framework_in_the_address_changes_nothing(site, visit):
    page = visit(f"{site.page}?framework=papyrus")
    assert shown(page) == {site.frameworks[0]}


def test_the_row_is_worked_with_the_keyboard(site, visit):
    page = visit(site.page)
    first, second, *_ = site.frameworks
    last = site.frameworks[-1]
    focused = "document.activeElement.dataset.framework"
    tab(page, first).focus()
    for key, expected in (
        ("ArrowRight", second), ("End", last), ("ArrowRight", first), ("ArrowLeft", last),
        ("Home", first),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(focused) == expected
        assert shown(page) == {expected}
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "tabpanel"


# ---- Links and finding ----------------------------------------------------------------------


def test_a_link_to_a_line_opens_its_tab_everywhere(site, visit):
    script = site.scripts[-1]
    line = a_line(script)
    page = visit(f"{site.page}#{script.framework.id}-L-{line}")
    assert shown(page) == {script.framework.id}
    found = page.locator(f"#{script.framework.id}-L-{line}")
    box = found.bounding_box()
    assert 0 < box["y"] < DESKTOP["height"]
    neighbor = page.locator(f"#{script.framework.id}-L-{line + 1}")
    background = "one => getComputedStyle(one).backgroundColor"
    assert found.evaluate(background) != neighbor.evaluate(background)
    # A link is not a choice: the next visit is as before.
    page.goto(site.page)
    assert shown(page) == {site.frameworks[0]}


def test_a_marked_line_keeps_its_neighbors_where_they_are(site, visit):
    script = site.scripts[0]
    cell = max(script.code_cells, key=lambda cell: cell.source.count("\n"))
    lines = range(cell.line, cell.line + 3)
    page = visit(f"{site.base}/{script.name}/#L-{lines[1]}")
    tops = [page.locator(f"#L-{line}").bounding_box()["y"] for line in lines]
    assert tops[0] < tops[1] < tops[2]
    assert (tops[2] - tops[1]) == pytest.approx(tops[1] - tops[0], abs=3)


def test_a_link_followed_on_the_page_opens_its_tab(site, visit):
    page = visit(site.page)
    script = site.scripts[-1]
    page.evaluate(f"location.hash = '{script.framework.id}-L-{a_line(script)}'")
    page.wait_for_timeout(100)
    assert shown(page) == {script.framework.id}


def test_a_line_number_is_a_link_to_its_line(site, visit):
    page = visit(site.page)
    number = page.locator(f"{SHOWN} .linenos").first
    number.click()
    assert re.search(rf"#{site.frameworks[0]}-L-\d+$", page.url)


def test_a_heading_is_in_sight_though_the_kept_choice_moved_the_page(site, visit):
    page = visit(site.page)
    tab(page, site.frameworks[-1]).click()
    heading = page.locator("h2").last
    name = heading.evaluate("one => one.closest('section').id")
    page.goto(f"{site.base}/results/")
    page.goto(f"{site.page}#{name}")
    page.wait_for_load_state("load")
    page.wait_for_timeout(100)
    bottom = page.locator(".bd-header").bounding_box()["height"]
    assert bottom - 2 <= heading.bounding_box()["y"] < DESKTOP["height"]


def test_find_in_page_opens_the_tab(site, visit):
    page = visit(site.page)
    last = site.frameworks[-1]
    hidden = f'.tab-panel[data-framework="{last}"]'
    assert page.locator(hidden).first.get_attribute("hidden") == "until-found"
    page.locator(hidden).first.dispatch_event("beforematch")
    assert shown(page) == {last}
    # The browser itself: a text fragment is found as Ctrl-F finds it.
    text = BeautifulSoup(page.content(), "html.parser")
    own = " ".join(panel.extract().text for panel in text.select(hidden))
    elsewhere = set(re.findall(r"\w+", text.text))
    word = next(word for word in re.findall(r"\w{6,}", own) if word not in elsewhere)
    page = visit(f"{site.page}#:~:text={word}")
    page.wait_for_function(f"document.querySelector('{SHOWN}[data-framework={last}]')")
    assert shown(page) == {last}


def test_search_finds_what_only_a_hidden_tab_holds(site, visit):
    texts = [script.text for script in site.scripts]
    only = next(
        word
        for word in re.findall(r"[a-z]{6,}", texts[-1])
        if not any(word in text for text in texts[:-1])
    )
    page = visit(f"{site.base}/search/?q={only}")
    page.wait_for_selector("ul.search li a")
    found = page.eval_on_selector_all("ul.search li a", "all => all.map(one => one.pathname)")
    assert f"/{site.workload}/" in found
    assert f"/{site.scripts[-1].name}/" in found


# ---- Copying --------------------------------------------------------------------------------


def test_the_buttons_copy_this_step_or_all_up_to_it(site, visit):
    page = visit(site.page, permissions=["clipboard-read", "clipboard-write"])
    script = site.scripts[-1]
    tab(page, script.framework.id).click()
    step = script.workload.steps[2].id
    panel = page.locator(f"#panel-{site.workload}-{step}-{script.framework.id}")

    def copied(button: str) -> str:
        panel.get_by_role("button", name=button).click()
        page.wait_for_function("document.querySelector('[role=status]')?.textContent === 'Copied'")
        return page.evaluate("navigator.clipboard.readText()")

    own = [cell.source.rstrip() for cell in script.code_cells if cell.step == step]
    assert copied("Copy this step") == "\n\n".join(own) + "\n"
    page.evaluate("document.querySelector('[role=status]').textContent = ''")
    until = max(script.code_cells.index(c) for c in script.code_cells if c.step == step)
    above = [cell.source.rstrip() for cell in script.code_cells[: until + 1]]
    assert copied("Copy from the top to here") == "\n\n".join(above) + "\n"


def test_a_cell_of_a_scripts_page_can_be_copied(site, visit):
    script = site.scripts[0]
    page = visit(f"{site.base}/{script.name}/", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".cell").first.hover()
    page.locator(".cell > button.copy").first.click()
    page.wait_for_function("document.querySelector('[role=status]')?.textContent === 'Copied'")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text == script.code_cells[0].source.rstrip() + "\n"


# ---- Every reader ---------------------------------------------------------------------------


def test_without_javascript_every_panel_is_open_titled_and_colored(site, visit):
    page = visit(site.page, java_script_enabled=False)
    panels, titles = page.locator(".tab-panel"), page.locator(".panel-title")
    assert panels.count() == titles.count() == site.steps * len(site.frameworks)
    for number in range(panels.count()):
        assert panels.nth(number).is_visible()
        assert titles.nth(number).is_visible()
        assert panels.nth(number).bounding_box()["height"] > 60
    assert not page.locator(".tab-row").first.is_visible()
    assert page.locator("button.copy").count() == 0
    page = visit(f"{site.base}/{site.scripts[0].name}/", java_script_enabled=False)
    colors = "kinds => kinds.map(k => getComputedStyle(document.querySelector(k)).color)"
    word, plain = page.evaluate(colors, [".cell_input .kn", ".cell_input pre"])
    assert word != plain


def test_print_shows_the_chosen_framework_under_its_name(site, visit):
    last = site.frameworks[-1]
    page = visit(f"{site.page}?framework={last}")
    page.emulate_media(media="print")
    assert not page.locator(".tab-row").first.is_visible()
    assert page.locator(f'{SHOWN}[data-framework="{last}"] .panel-title').first.is_visible()
    assert not page.locator("button.copy").first.is_visible()
    assert not page.locator(".bd-header").is_visible()
    # Paper is white, whatever the screen was.
    page = visit(site.page, color_scheme="dark")
    page.emulate_media(media="print")
    color = page.evaluate("getComputedStyle(document.querySelector('article p')).color")
    assert max(map(int, re.findall(r"\d+", color))) < 120


def test_a_narrow_screen_never_scrolls_sideways(site, visit):
    last = site.frameworks[-1]
    for address in site.addresses():
        page = visit(f"{site.base}/{address}?framework={last}", viewport=PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        # The theme lets the whole article scroll in itself: that is sideways all the same.
        wider = page.eval_on_selector_all(
            "main, .bd-article-container, article",
            "parts => parts.map(part => part.scrollWidth - part.clientWidth)",
        )
        assert max(wider) <= 0, address
    page = visit(f"{site.page}?framework={last}", viewport=PHONE)
    box = tab(page, last).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]


def test_dark_mode_follows_the_system_and_the_switch(site, visit):
    background = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    page = visit(site.page, color_scheme="dark")
    assert max(page.evaluate(background)) < 60
    light = visit(site.page, color_scheme="light")
    assert min(light.evaluate(background)) > 200


def test_a_page_that_is_not_there_leads_home(site, browser):
    page = browser.new_context().new_page()
    answer = page.goto(f"{site.base}/nowhere/at/all/")
    assert answer.status == 404
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--rs-page')").strip()
    page.locator("article p a").first.click()
    assert page.url == f"{site.base}/"
    page.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anybody(site, visit, scheme, viewport):
    pages = site.addresses()
    if site.workload == "cnn":  # the other kinds of page differ from the miniature site's in size
        pages = ["", "cnn/", "results/", "results/cnn/", *PROSE]
    found = []
    for address in pages:
        page = visit(f"{site.base}/{address}", color_scheme=scheme, viewport=viewport)
        found += [(address, *violation) for violation in violations(page)]
        page.close()
    assert found == []


# ---- Lessons --------------------------------------------------------------------------------


def test_a_lessons_line_opens_in_its_tab_and_its_mark_leads_back(site, visit):
    lesson = site.lessons[0]
    page = visit(f"{site.base}/{lesson.docname}/")
    link = page.locator(".lesson-lines tbody tr a", has_text="beside the others").last
    framework, _, number = link.get_attribute("href").partition("#")[2].partition("-L-")
    link.click()
    page.wait_for_url(re.compile("#"))
    assert shown(page) == {framework}
    line = page.locator(f"#{framework}-L-{number}")
    assert in_sight(page, line)
    light = line.evaluate("line => getComputedStyle(line).backgroundColor")
    assert light != line.evaluate("line => getComputedStyle(line.parentElement).backgroundColor")
    mark = line.locator(".lesson-mark")
    number_box, mark_box = line.locator(".linenos").bounding_box(), mark.bounding_box()
    assert mark_box["x"] < number_box["x"] + number_box["width"]
    several = mark.get_attribute("popovertarget")
    mark.click()
    if several:
        line.locator(f'.lesson-list a[href*="{lesson.id}/"]').click()
    page.wait_for_url(f"{site.base}/{lesson.docname}/")
    assert page.locator("h1").inner_text().startswith(lesson.title[:10])


def test_several_lessons_about_a_line_open_as_a_list(site, visit):
    page = visit(site.page)
    mark = page.locator(f"{SHOWN} button.lesson-mark").first
    listed = page.locator(f"#{mark.get_attribute('popovertarget')}")
    assert not listed.is_visible()
    mark.click()
    assert listed.is_visible()
    assert in_sight(page, listed)
    color = listed.evaluate("list => getComputedStyle(list).backgroundColor")
    assert color.startswith("rgb("), "the code shines through"
    assert listed.locator("a").count() >= 2
    page.keyboard.press("Escape")
    assert not listed.is_visible()
    mark.press("Enter")
    link = listed.locator("a").last
    title = link.inner_text()
    link.click()
    page.wait_for_url(re.compile("/lessons/"))
    assert page.locator("h1").inner_text().startswith(title[:10])


def test_what_is_copied_has_no_lessons_in_it(site, visit):
    page = visit(site.page, permissions=["clipboard-read", "clipboard-write"])
    panel = page.locator(f"{SHOWN}:has(button.lesson-mark)").first
    title = panel.locator(".lesson-list a").first.text_content()
    panel.get_by_role("button", name="Copy this step").click()
    panel.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert len(copied) > 20
    assert title not in copied


def test_an_address_that_cannot_be_decoded_leaves_the_page_alive(site, visit):
    page = visit(f"{site.page}#100%")
    tab(page, site.frameworks[-1]).click()
    assert shown(page) == {site.frameworks[-1]}


def in_sight(page, element) -> bool:
    box = element.bounding_box()
    return box["y"] >= 0 and box["y"] + box["height"] <= page.viewport_size["height"]
