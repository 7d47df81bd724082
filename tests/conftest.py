"""Keep every test off the network, lend a browser, and name at the very end what was not run."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(autouse=True)
def quiet_world(monkeypatch, tmp_path_factory):
    """Keep every test off the network, off the user's data and out of results/."""
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    monkeypatch.setenv("ROSETTA_DATA", str(tmp_path_factory.mktemp("data")))
    monkeypatch.setenv("ROSETTA_MACHINE", "test-machine")
    monkeypatch.delenv("RESULTS", raising=False)


@pytest.fixture(scope="session")
def crowd(tmp_path_factory):
    """Draw a site with many frameworks, once for all tests: none of them changes it."""
    from tinysite import draw_crowd

    return draw_crowd(tmp_path_factory.mktemp("crowd"))


@pytest.fixture(scope="module")
def browser(site):
    """Start a browser once the site is drawn: its event loop would be in the way of a kernel's."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"no browser on PATH ({', '.join(BROWSERS)}); on Debian: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser, site):
    """Open pages as a new visitor; fail in the end if anything went wrong on one of them."""
    from browsing import DESKTOP

    wrong, contexts = [], []
    # What leaving a page interrupts, and scripts where they are switched off.
    expected = ("net::ERR_ABORTED", "csp")

    def failed(request):
        if request.failure not in expected:
            wrong.append(f"{request.failure}: {request.url}")

    def listen(page):
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("requestfailed", failed)
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((site.base, "data:")) else wrong.append(request.url)
            ),
        )

    def open_page(address, **settings):
        context = browser.new_context(**{"viewport": DESKTOP, **settings})
        contexts.append(context)
        context.on("page", listen)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    """Say after pytest's own last line which tests were skipped, and why."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped:
        print("not run here:")
        for report in skipped:
            print(f"  {report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")
    elif reporter and reporter.stats.get("passed"):
        print("every test was run")
