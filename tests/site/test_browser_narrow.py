"""What a narrow screen shows of wide things: lines that go on, tables that scroll, headings."""

from browsing import DESKTOP, PHONE, crowded_site

site = crowded_site

SHADES = "box => getComputedStyle(box).backgroundImage.split('linear-gradient').length - 1"
SURPLUS = "box => box.scrollWidth - box.clientWidth"


def test_the_lines_of_the_stone_are_whole_on_a_phone(site, visit):
    page = visit(f"{site.base}/", viewport=PHONE)
    lines = page.locator(".stone .register a")
    if site.workload == "cnn":
        assert lines.count() > 5
    for line in lines.all():
        assert line.evaluate(SURPLUS) <= 0, line.inner_text()


def test_a_table_that_goes_on_has_a_shadow_there(site, visit):
    page = visit(f"{site.base}/{site.lessons[0].docname}/", viewport=PHONE)
    boxes = page.locator(".table-box").all()
    assert any(box.evaluate(SURPLUS) > 0 for box in boxes)
    assert all(box.evaluate(SHADES) == 4 for box in boxes)


def test_a_column_out_of_sight_makes_no_high_rows(site, visit):
    """A row is as high as in a window that is wide enough for the table, but for one line."""
    rows = "rows => rows.map(row => row.getBoundingClientRect().height)"
    selector = "table.recurrences tbody tr, table.measured tbody tr"
    for address in (f"{site.base}/{site.lessons[0].docname}/", f"{site.base}/gru/"):
        if site.workload != "cnn" and address.endswith("/gru/"):
            continue
        narrow, wide = (
            visit(address, viewport=screen).eval_on_selector_all(selector, rows)
            for screen in (PHONE, DESKTOP)
        )
        assert len(narrow) == len(wide)
        assert all(a < b + 30 for a, b in zip(narrow, wide, strict=True)), (narrow, wide)


def test_a_name_with_a_number_is_whole_in_a_heading(site, visit):
    page = visit(site.page, viewport={"width": 320, "height": 700})
    broken = page.eval_on_selector_all(
        "article :is(h1, h2, h3) .whole",
        "all => all.filter(one => one.getClientRects().length > 1).map(one => one.textContent)",
    )
    assert broken == []
    if site.workload == "cnn":
        assert page.locator("h1 .whole").inner_text() == "CIFAR-10"
