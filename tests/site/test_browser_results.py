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


def test_names_stay_in_view_while_the_figures_scroll(site, visit):
    page = visit(f"{site.base}/results/{site.workload}/", viewport=PHONE)
    box, name = page.locator(".comparison-box"), page.locator("table.comparison tbody th").first
    before = name.bounding_box()["x"]
    box.evaluate("box => { box.scrollLeft = 300 }")
    assert abs(name.bounding_box()["x"] - before) < 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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
