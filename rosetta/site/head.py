"""Tell search engines and messengers what a page is: its description, and Open Graph's few tags.

Absolute addresses are written only where the site's own is known (`html_baseurl`): then Sphinx
writes each page's canonical one, and there is a sitemap. The libraries for this were looked at:
sphinxext-opengraph 0.13 writes a relative og:url without that address and cuts descriptions within
a word; sphinx-sitemap 2.9 lists only the pages that a build has drawn anew.
"""

import re
from html import escape
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape as escape_xml

from docutils import nodes
from sphinx.application import Sphinx

LENGTH = 200  # about what search engines show
# Sphinx and the theme write one, too.
VIEWPORT = re.compile(r'<meta [^>]*name="viewport"[^>]*>\n?')
UNLISTED = ("404",)


def describe(doctree: nodes.document, *, named: bool) -> str:
    """Return a page's lead or first paragraph, shortened if need be.

    The title stands before what is no lead, and if the page is `named`: leads of scripts and
    records are much the same.
    """
    title = next((each.astext() for each in doctree.findall(nodes.title)), "").strip()
    for paragraph in doctree.findall(nodes.paragraph):
        words = " ".join(paragraph.astext().split())
        lead = "lead" in paragraph["classes"] + paragraph.parent["classes"]
        if words and (lead or isinstance(paragraph.parent, nodes.section)):
            return shortened(words if lead and not named else f"{title}. {words}")
    return title


def shortened(words: str) -> str:
    """Return whole sentences if one fits, else whole words."""
    if len(words) <= LENGTH:
        return words
    sentences = words[: LENGTH + 1].rpartition(". ")[0]
    return f"{sentences}." if sentences else words[: LENGTH - 1].rpartition(" ")[0] + "…"


def add_tags(app, pagename, templatename, context, doctree) -> None:
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))
    if doctree is None:
        return
    title = re.sub("<[^>]*>", "", context["title"])  # its text is escaped already
    told = {"og:title": title, "og:type": "website", "og:site_name": escape(app.config.project)}
    drawn = app.env.project.drawn
    if description := escape(describe(doctree, named=pagename in drawn)):
        told["og:description"] = description
        context["metatags"] += f'<meta name="description" content="{description}">\n'
    if known(app):
        told["og:url"] = escape(context["pageurl"])
    tags = (f'<meta property="{name}" content="{value}">\n' for name, value in told.items())
    context["metatags"] += "".join(tags)


def known(app: Sphinx) -> bool:
    """Say whether the site's address is known as a whole, not only its path on some host."""
    return app.config.html_baseurl.startswith(("https://", "http://"))


def write_sitemap(app: Sphinx, exception: Exception | None) -> None:
    """List all pages, also those that this build found unchanged."""
    if exception is not None or app.builder.format != "html" or not known(app):
        return
    base = app.config.html_baseurl.rstrip("/")
    pages = sorted(set(app.env.found_docs) - set(UNLISTED))
    addresses = (f"{base}/{quote(app.builder.get_target_uri(page))}" for page in pages)
    listed = "".join(f"<url><loc>{escape_xml(address)}</loc></url>\n" for address in addresses)
    opened = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    content = f'<?xml version="1.0" encoding="utf-8"?>\n{opened}\n{listed}</urlset>\n'
    Path(app.outdir, "sitemap.xml").write_text(content, "utf-8")
