"""The lessons' marks beside lines of code: large enough to be hit, and in nobody's way."""

from browsing import SCREENS, SHOWN, a_line, crowded_site

site = crowded_site

# Where a line's mark, its number (written as one of three digits) and its bar are.
PLACES = """line => {
    line.closest('pre').scrollLeft = 0;  // a long line was scrolled to
    const number = line.querySelector('.linenos');
    number.textContent = '100';
    const letters = document.createRange();
    letters.selectNodeContents(number);
    const { left, right } = letters.getBoundingClientRect();
    const mark = line.querySelector('.lesson-mark')?.getBoundingClientRect();
    const code = document.createRange();
    code.setStart(number.nextSibling, 0);
    code.setEnd(number.nextSibling, 1);
    return { left, right, code: code.getBoundingClientRect().left,
        line: line.getBoundingClientRect().left,
        mark: mark && [mark.left, mark.right, mark.width, mark.height] };
}"""


@SCREENS
def test_a_mark_is_a_target_and_covers_no_number(site, visit, viewport):
    page = visit(site.page, viewport=viewport)
    marked = page.locator(f'{SHOWN} span[id*="-L-"]:has(> .lesson-mark)')
    for line in marked.all()[:4]:
        line.scroll_into_view_if_needed()
        at = line.evaluate(PLACES)
        left, right, width, height = at["mark"]
        assert min(width, height) >= 24
        assert left >= 0
        assert right <= at["left"] + 0.5
        assert at["right"] <= at["code"]


@SCREENS
def test_the_bar_of_a_line_that_a_link_leads_to_stands_before_its_number(site, visit, viewport):
    script = site.scripts[0]
    anchor = f"{script.framework.id}-L-{a_line(script)}"
    page = visit(f"{site.page}#{anchor}", viewport=viewport)
    at = page.locator(f"#{anchor}").evaluate(PLACES)
    assert at["line"] + 3 < at["left"]


def test_the_marks_are_explained_where_code_begins(site, visit):
    page = visit(site.page)
    legend = page.locator(".lesson-legend")
    assert legend.count() == 1
    first = page.locator(".lesson-mark").first
    assert legend.bounding_box()["y"] < first.bounding_box()["y"]
    page.goto(f"{site.base}/lessons/")
    assert page.locator(".lesson-legend").count() == 0
