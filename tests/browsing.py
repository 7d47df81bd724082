"""What the browser tests share: sizes of screens, the sites they visit, what a page shows."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tinysite import REPOSITORY, Drawn, serve

from rosetta.project.workloads import Script, load_project

REAL = Path(os.environ.get("SITE", REPOSITORY / "_build" / "html"))
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 700}
SHOWN = ".tab-panel:not([hidden])"
FIRST, SECOND = ".pick-first", ".pick-second"
SCREENS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@contextmanager
def visiting(folder: Path, root: Path, workload: str):
    """Serve a drawn site; yield where it is and what it was drawn from."""
    with serve(folder) as base:
        yield Drawn(base, load_project(root), workload)


def the_real_site() -> tuple[Path, Path, str]:
    """Return the real site's folder, root and workload, or skip: it may not be drawn, or be old."""
    wanted = {script.framework.id for script in load_project(REPOSITORY).scripts_of("cnn")}
    if not (REAL / "cnn" / "index.html").exists():
        pytest.skip("the real site is not drawn: make html")
    page = BeautifulSoup((REAL / "cnn" / "index.html").read_text("utf-8"), "html.parser")
    if {tab["data-framework"] for tab in page.select("[role=tab]")} != wanted:
        pytest.skip("the real site was drawn of other scripts: make html")
    if len(wanted) < 2:
        pytest.skip("the real site has one tab, and no choice to test")
    return REAL, REPOSITORY, "cnn"


@pytest.fixture(scope="module", params=["crowd", "real"], name="site")
def crowded_site(request):
    """A miniature site with as many frameworks as the real one is to have, and the real one."""
    if request.param == "crowd":
        crowd = request.getfixturevalue("crowd")
        place = crowd.html, crowd.root, "line"
    else:
        place = the_real_site()
    with visiting(*place) as drawn:
        yield drawn


def shown(page) -> set[str]:
    names = page.eval_on_selector_all(SHOWN, "all => all.map(one => one.dataset.framework)")
    return set(names)


def tab(page, framework: str, number: int = 0):
    return page.locator(f'.tab[data-framework="{framework}"]').nth(number)


def a_line(script: Script) -> int:
    """Return a line of code somewhere in the middle of a script."""
    return script.code_cells[len(script.code_cells) // 2].line


def box(page, selector: str, number: int = 0) -> dict:
    return page.locator(selector).nth(number).bounding_box()


def scroll_to(element, top: float) -> None:
    """Scroll until an element is so far below the upper edge of the window."""
    distance = element.bounding_box()["y"] - top
    element.evaluate("(_, distance) => scrollBy({ top: distance, behavior: 'instant' })", distance)


def offered(page, select: str) -> list[str]:
    return page.eval_on_selector_all(f"{select} option", "all => all.map(one => one.value)")


def beside(site, a: str, b: str) -> str:
    return f"{site.page}?a={a}&b={b}"


def violations(page) -> list[tuple]:
    """Return what axe finds wrong with a page, once nothing moves on it any more."""
    from axe_playwright_python.sync_playwright import Axe

    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
    # Without `preload`, axe fetches no style sheet again from an address that it guesses;
    # no rule that is on needs them.
    result = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response
    return [
        (found["id"], found["impact"], [node["html"][:120] for node in found["nodes"][:3]])
        for found in result["violations"]
    ]
