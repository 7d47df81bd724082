"""Finish what Sphinx writes: downloads beside their pages, the 404 page, pages that went."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pygments.token import STANDARD_TYPES
from sphinx.application import Sphinx

from .base.catalog import SHOWN, record_docname
from .lessons.marks import with_marks

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"

# The kinds of words in code to which rosetta.css gives a color; all the others are plain ink.
COLORED = set(
    "k kc kd kn kr kt ow nf nc nd fm nt s s1 s2 sa sb sc sd se sh si sr ss "
    "m mi mf mh mb mo il c c1 cm ch cp cs".split()
)
KINDS = "|".join(sorted(filter(None, STANDARD_TYPES.values()), key=len, reverse=True))
TOKEN = re.compile(rf'<span class="({KINDS})">([^<]*)</span>')

# A name with a number, such as CIFAR-10, is not to be broken in a heading.
HEADING = re.compile(r"(<h[1-3]>[^<]*?)\b(\w+-\d+)\b")

# Without JavaScript every panel is open under its title, and there is nothing to choose. The header
# has no menus then: all its links stand in it.
NOSCRIPT = """
<noscript><style>
.tab-row, .picker, .table-controls, .lesson-filter { display: none !important }
.tab-panel[hidden] { display: block !important; content-visibility: visible !important;
  height: auto !important; overflow: visible !important;
  border: 1px solid var(--rs-rule) !important }
.tab-panel .panel-title { display: block !important }
.tab-panel + .tab-panel { margin-top: 1.5rem !important }
.bd-header .sidebar-toggle, .bd-header .dropdown-toggle { display: none !important }
.bd-header { position: static !important }
.bd-header .bd-header__inner { flex-wrap: wrap; height: auto !important }
.bd-header .navbar-header-items { display: flex !important; flex: 1 1 auto; width: auto }
.bd-header .navbar-nav { flex-flow: row wrap !important; gap: 0 1rem !important }
.bd-header .navbar-nav :is(.dropdown, .dropdown-menu) { display: contents !important }
.bd-header .dropdown-menu .nav-link { padding: .5rem !important }
</style></noscript>
"""

# Two columns take the whole width from the first painting on: rosetta.js comes after it.
EARLY = """
<script>
{ const asked = new URLSearchParams(location.search);
  if (asked.get("a") && asked.get("b")) document.documentElement.classList.add("side-by-side"); }
</script>
"""


def add_own_files(app: Sphinx, config) -> None:
    config.templates_path.append(str(TEMPLATES))
    config.html_static_path.append(str(STATIC))
    for name in ("rosetta.css", "icons.css", "tabs.css", "lessons.css", "results.css"):
        app.add_css_file(name, priority=900)
    for name in ("rosetta.js", "picker.js", "copy.js"):
        app.add_js_file(name, loading_method="defer", priority=900)


def add_page_context(app, pagename, templatename, context, doctree) -> None:
    context["metatags"] = context.get("metatags", "") + NOSCRIPT
    if "body" in context:
        body = HEADING.sub(r'\1<span class="whole">\2</span>', context["body"])
        body = without_plain_spans(body)
        context["body"] = with_marks(body, pagename, app.builder, app.env.project.catalog)
        if '<div class="picker"' in context["body"]:
            context["metatags"] += EARLY
        if 'class="table-controls"' in context["body"]:
            app.add_js_file("tables.js", loading_method="defer", priority=900)
        if '<form class="lesson-filter"' in context["body"]:
            app.add_js_file("lessons.js", loading_method="defer", priority=900)


def without_plain_spans(body: str) -> str:
    """Drop the spans around words of code that have no color of their own.

    On a page with many tabs they would be most of its elements.
    """
    return TOKEN.sub(lambda found: found[0] if found[1] in COLORED else found[2], body)


def remove_stale_pages(app, env, added, changed, removed) -> list[str]:
    """Delete the pages of scripts and records that are gone; Sphinx leaves them in place."""
    for docname in removed:
        if app.builder.format == "html":
            app.builder.get_output_path(docname).unlink(missing_ok=True)
    return []


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.name == "dirhtml":
        copy_downloads(app)
        write_404(app)


def copy_downloads(app: Sphinx) -> None:
    """Put each script and its records beside their pages, under their own names.

    No record is read for it: which one a script's page offers was noted when it was drawn.
    """
    catalog = app.env.project.catalog
    for script in catalog.project.programs:
        script_folder = app.builder.get_output_path(script.name).parent
        if script.path.is_file():  # a link may lead nowhere
            write_if_changed(script_folder / script.path.name, script.path.read_bytes())
        shown = app.env.metadata[script.name].get(SHOWN)
        for path in catalog.paths(script):
            content = path.read_bytes()
            folder = app.builder.get_output_path(record_docname(path, script)).parent
            write_if_changed(folder / path.name, content)
            if record_docname(path, script) == shown:
                write_if_changed(script_folder / path.name, content)


def write_404(app: Sphinx) -> None:
    """Write 404.html, which servers show at any depth: its links start at the site's root."""
    page = app.builder.get_output_path("404")
    if page.exists():
        root = urlsplit(app.config.html_baseurl).path.rstrip("/")
        base = f'<head>\n    <base href="{root}/404/">'
        content = page.read_text("utf-8").replace("<head>", base, 1)
        write_if_changed(Path(app.outdir, "404.html"), content.encode())


def write_if_changed(path: Path, content: bytes) -> None:
    """Write a file unless it already holds this content, so that its time tells the truth."""
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
