"""Draw the site from scripts and records. Nothing is executed here, and no kernel is needed.

A Sphinx extension in five rooms, each of which may call those above it:

base      catalog (what there is to show, read once a build), project (scripts and records as
          pages beside those of docs/), dependencies (only what changed is redrawn), elements,
          repository (where this project is kept), whole (an interrupted drawing is made anew)
pages     a page for each script and each record: render, highlighting, stamps, measures, lines (by
          quotation), places (warnings name the script's line)
tabs      steps (the directive {step}), picker, drawing ({network}), variants ({recurrences})
results   tables ({workload}, {parity}, ...), comparison, results ({results}), columns, older
          ({published}), overview ({coverage}), pictures, plots, vector, proof
lessons   lessons ({lesson}), listing ({lessons}), marks in the margin

output, head, downloads, weight and widths finish what Sphinx writes: data of tables, the 404 page,
what a page's head says of it and what it has no use for, the theme's conditions of width. The
command line calls this package by way of Sphinx; it calls `records`, `proof` and `project`, never
`run`.
"""

import gc
from pathlib import Path

from sphinx.application import Sphinx

from rosetta.project.languages import BY_EXTENSION

from . import downloads, head, output, weight, widths
from .base import dependencies, elements, project, repository, whole
from .lessons import lessons, listing
from .pages import highlighting, render
from .pages.lines import InscriptionDirective, LineRole
from .pages.pages import RecordParser, ScriptParser
from .results import overview, pictures, proof, results, tables
from .tabs import picker
from .tabs.drawing import NetworkDirective
from .tabs.steps import StepDirective
from .tabs.variants import RecurrencesDirective

# A page is a tree of nodes that point at each other. Python's own habit is to look through all that
# are alive, again and again, for those that nobody needs any more; seldom is often enough.
COLLECT = (10_000, 20, 20)


def setup(app: Sphinx) -> dict:
    gc.set_threshold(*COLLECT)
    app.setup_extension("myst_nb")
    render.spare_defaults()
    app.add_config_value("rosetta_root", None, "env", [str, Path])
    app.add_config_value("rosetta_repository", "", "html", str)
    app.add_config_value("rosetta_machinery", dependencies.machinery(), "env", str)

    elements.register(app)
    for extension in BY_EXTENSION:
        app.add_source_suffix(extension, "rosetta-script")
    app.add_source_suffix(".ipynb", "rosetta-record", override=True)
    app.add_source_parser(ScriptParser)
    app.add_source_parser(RecordParser)
    app.add_directive("step", StepDirective)
    app.add_directive("network", NetworkDirective)
    app.add_directive("inscription", InscriptionDirective)
    app.add_directive("recurrences", RecurrencesDirective)
    for module in (tables, results, overview, pictures, proof, lessons, listing):
        for name, directive in module.DIRECTIVES.items():
            app.add_directive(name, directive)
    app.add_role("line", LineRole())

    app.connect("config-inited", whole.begin)
    app.connect("config-inited", output.add_own_files)
    app.connect("builder-inited", project.install)
    app.connect("builder-inited", highlighting.remember)
    app.connect("env-get-outdated", dependencies.outdated)
    app.connect("env-get-outdated", output.remove_stale_pages)
    app.connect("env-before-read-docs", project.note_redrawn)
    app.connect("env-purge-doc", dependencies.purge)
    app.connect("env-merge-info", dependencies.merge)
    app.connect("doctree-read", picker.list_steps)
    app.connect("missing-reference", elements.resolve_link)
    app.connect("html-page-context", head.add_tags)
    app.connect("html-page-context", output.add_page_context)
    app.connect("html-page-context", weight.lighten)
    app.connect("html-page-context", lessons.add_neighbors)
    app.connect("html-page-context", repository.add_page_links)
    app.connect("build-finished", output.finish, priority=900)
    app.connect("build-finished", downloads.write, priority=900)
    app.connect("build-finished", weight.lighten_sheet, priority=900)
    app.connect("build-finished", head.write_sitemap)
    app.connect("build-finished", widths.fold_by_type, priority=900)
    app.connect("build-finished", whole.end, priority=999)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
