"""Use the results tables as their readers do: sort them, narrow them, read them without scripts."""

import pytest
from browsing import PHONE, the_real_site, visiting
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


@pytest.fixture
def page(site, visit):
    return visit(f"{site.base}/results/{site.workload}/")


def column(page, place: int) -> list[float | None]:
    """Return what the rows are sorted by in a column, from the top to the bottom."""
    return page.eval_on_selector_all(
        "table.comparison tbody tr",
        """(rows, place) => rows.map((row) => {
             let at = -1;
             const cell = Array.from(row.cells).find((one) => (at += one.colSpan) >= place);
             return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
           })""",
        place,
    )


def lengths(page, place: int) -> list[int]:
    """Return how long the rows' runs were, where a column tells: the longest has the highest."""
    return page.eval_on_selector_all(
        "table.comparison tbody tr",
        """(rows, place) => rows.map((row) => {
             let at = -1;
             const cell = Array.from(row.cells).find((one) => (at += one.colSpan) >= place);
             return Number(cell.dataset.length ?? -1);
           })""",
        place,
    )


def names(page) -> list[str]:
    return page.eval_on_selector_all(
        "table.comparison tbody th", "all => all.map(one => one.textContent)"
    )


# Which column a button of the second row of headings sorts by: the lines of code come first.
def sortable(page) -> list[tuple]:
    return page.evaluate(
        """() => {
          const table = document.querySelector("table.comparison");
          const [first, second] = table.tHead.rows;
          const own = Array.from(first.cells).filter((one) => one.scope === "col").length;
          return Array.from(second.cells).flatMap((one, index) =>
            one.querySelector("button.sort") ? [[index, own + index]] : []);
        }"""
    )


def test_a_click_on_a_heading_sorts_and_what_has_no_figure_comes_last(page):
    before = names(page)
    found = sortable(page)
    assert found
    for index, place in found:
        heading = page.locator("table.comparison thead tr").nth(1).locator("th").nth(index)
        for order, reverse in (("ascending", False), ("descending", True)):
            heading.locator("button").click()
            assert heading.get_attribute("aria-sort") == order
            values = column(page, place)
            told = [value for value in values if value is not None]
            ranks = lengths(page, place)[: len(told)]
            assert ranks == sorted(ranks, reverse=True), "runs of unequal length are sorted apart"
            for rank in set(ranks):
                own = [value for value, each in zip(told, ranks, strict=True) if each == rank]
                assert own == sorted(own, reverse=reverse)
            assert set(values[len(told) :]) <= {None}
        assert page.locator("[aria-sort]").count() == 1
    assert sorted(names(page)) == sorted(before)


def test_a_short_run_is_not_the_fastest(page):
    """Sixty steps take less than an epoch: that they were fewer is no merit of the program."""
    page.evaluate(
        """() => {
          const cells = [...document.querySelectorAll("table.comparison [data-length]")];
          cells.forEach((cell) => { cell.dataset.length = "1"; });
          cells.at(-1).dataset.length = "0";
          cells.at(-1).dataset.value = "0.000001";
        }"""
    )
    count = page.locator("table.comparison [data-length]").count()
    assert count >= 2
    heading = page.locator("table.comparison thead th", has_text="Training, s").first
    for _ in range(2):
        heading.locator("button").click()
        cells = page.locator("table.comparison [data-length]")
        assert cells.nth(count - 1).get_attribute("data-value") == "0.000001"


def test_a_row_whose_run_failed_is_sorted_by_its_other_columns(page):
    """A failed run takes all columns of its hardware; what stands after them keeps its place."""
    page.evaluate(
        """() => {
          const cells = Array.from(document.querySelector("table.comparison tbody tr").cells);
          const own = cells.filter((one) => one.dataset.group?.startsWith(cells[2].dataset.group));
          own.slice(1).forEach((one) => one.remove());
          own[0].colSpan = own.length;
        }"""
    )
    index, place = sortable(page)[-2]
    heading = page.locator("table.comparison thead tr").nth(1).locator("th").nth(index)
    heading.locator("button").dblclick()
    values = column(page, place)
    figures = sorted((value for value in values if value is not None), reverse=True)
    assert len(figures) >= 2
    assert values == [*figures, *[None] * (len(values) - len(figures))]


def test_headings_sort_by_keys_and_by_name(page):
    heading = page.locator("table.comparison thead th").first
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    found = [name.lower() for name in names(page)]
    assert found == sorted(found)
    page.keyboard.press("Space")
    assert [name.lower() for name in names(page)] == sorted(found, reverse=True)


def test_accuracies_cannot_be_ranked(page):
    checks = page.locator("table.comparison thead th", has_text="accuracy")
    assert checks.count() >= 1
    assert checks.locator("button").count() == 0


def test_families_and_hardware_can_be_hidden_and_come_back(page):
    rows = page.locator("table.comparison tbody tr")
    retired = page.locator('table.comparison tr[data-family="retired"]')
    assert 0 < retired.count() < rows.count()
    box = page.get_by_label("Retired")
    box.uncheck()
    assert not any(row.is_visible() for row in retired.all())
    box.check()
    assert all(row.is_visible() for row in rows.all())
    boxes = page.locator(".table-controls input[data-group]")
    for choice in boxes.all():
        cells = page.locator(
            f'table.comparison [data-group="{choice.get_attribute("data-group")}"]'
        )
        assert cells.first.is_visible()
        choice.uncheck()
        assert not any(cell.is_visible() for cell in cells.all())
        choice.check()
        assert cells.first.is_visible()


def test_names_and_headings_stay_in_view_while_the_figures_scroll(site, visit):
    page = visit(f"{site.base}/results/{site.workload}/", viewport={"width": 700, "height": 400})
    page.get_by_label("Blocks, days").check()
    box, name = page.locator(".comparison-box"), page.locator("table.comparison tbody th").first
    head = page.locator("table.comparison thead th").first
    before, above = name.bounding_box()["x"], head.bounding_box()["y"]
    box.evaluate("box => { box.scrollLeft = 300; box.scrollTop = 60 }")
    assert box.evaluate("box => box.scrollLeft") > 0
    assert box.get_attribute("tabindex") == "0", "scrolled by keys, too"
    assert abs(name.bounding_box()["x"] - before) < 2
    assert abs(head.bounding_box()["y"] - above) < 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_row_is_a_line_until_details_are_asked_for(page):
    """The spread and what is said against a run are always there."""
    for row in page.locator("table.comparison tbody tr:not(:has(.also))").all():
        assert row.bounding_box()["height"] < 45
    row = page.locator("table.comparison tbody tr").first
    assert row.locator(".beside").first.is_visible()
    assert page.locator("table.comparison .mark").first.is_visible()
    days = row.locator("td.run > .spread:not(.beside)").first
    assert not days.is_visible()
    page.get_by_label("Blocks, days").check()
    assert days.is_visible()


def test_on_a_phone_a_row_is_a_card_that_shows_its_times(site, visit):
    page = visit(f"{site.base}/results/{site.workload}/", viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card = page.locator("table.comparison tbody tr").first
    times = card.locator('td[data-label*="ms"], td[data-label$=", s"]')
    assert times.first.is_visible()
    assert times.first.bounding_box()["y"] < PHONE["height"]
    label = times.first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"Training step, ms"'
    published = page.locator(".table-controls input[data-published]")
    assert published.count() >= 1
    assert not any(box.is_checked() for box in published.all())
    assert card.get_attribute("role") == "row"


def test_on_a_phone_cards_are_sorted_by_a_choice(site, visit):
    page = visit(f"{site.base}/results/{site.workload}/", viewport=PHONE)
    choice, before = page.get_by_label("Sort by"), names(page)
    choice.select_option("lines")
    found = [value for value in column(page, 1) if value is not None]
    assert found == sorted(found)
    assert "sort=lines" in page.url
    choice.select_option("")
    assert names(page) == before
    assert "sort=" not in page.url


def test_a_link_shows_what_its_sender_saw(site, page, visit):
    page.get_by_label("Retired").uncheck()
    page.get_by_label("Blocks, days").check()
    heading = page.locator("table.comparison thead th", has_text="Training, s").first
    heading.locator("button").dblclick()
    assert page.evaluate("Object.fromEntries(new URLSearchParams(location.search))") == {
        "sort": heading.get_attribute("data-key"),
        "order": "descending",
        "show": "shown",
        "hide": "retired",
    }
    other = visit(page.url)
    assert names(other) == names(page)
    again = other.locator("table.comparison thead th", has_text="Training, s").first
    assert again.get_attribute("aria-sort") == "descending"
    assert not other.locator('table.comparison tr[data-family="retired"]').first.is_visible()
    assert other.get_by_label("Blocks, days").is_checked()


@pytest.mark.parametrize("query", ["sort=nothing", "sort=%3Cb%3E&order=x", "hide=%22%5D,*&show="])
def test_an_address_that_names_nothing_changes_nothing(site, page, visit, query):
    other = visit(f"{page.url}?{query}")
    assert names(other) == names(page)
    assert other.locator("[aria-sort]").count() == 0


def test_the_table_reads_without_scripts(site, visit):
    page = visit(f"{site.base}/results/{site.workload}/", java_script_enabled=False)
    assert not page.locator(".table-controls").is_visible()
    assert page.locator("button.sort").count() == 0
    figure = page.locator("table.comparison a.figure").first
    figure.click()
    assert page.locator(".facts").is_visible()
    assert "/results/" in page.url


def test_a_footnote_is_a_click_away(page):
    page.locator("table.comparison sup a").first.click()
    assert page.locator(".footnotes li:target").count() == 1


def test_the_tables_data_can_be_fetched(site, page):
    for kind in ("json", "csv"):
        answer = page.request.get(f"{page.url}{site.workload}.{kind}")
        assert answer.ok
        assert len(answer.body()) > 500
