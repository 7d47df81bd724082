"""Draw the site from scripts and records. Nothing is executed here, and no kernel is needed.

project       scripts and records as pages beside those of docs/
dependencies  which page shows what, by content: only what changed is redrawn
catalog       what there is to show, read once a build
render        code and outputs, through myst-nb
places        warnings about a script's cells name the script and its line
steps         the directive {step}: one step in every framework, as tabs
pages         a page for each script and each record
tables        the directives {workload}, {parity}, {frameworks}, ...
comparison    a workload's records and the published tables, laid side by side
results       the directive {results}: framework by hardware
columns       what its columns are made of
older         its published columns, and the directive {published}: their sources
overview      the directives {coverage} and {summary}: what there is, and what not
downloads     the tables' data as JSON and CSV
drawing       the directive {network}: the layers as a picture
variants      the directive {recurrences}: whose layer is which recurrence
pictures      the directive {picture}: records as a picture, kept from build to build
plots         what matplotlib draws, vector: SVG that is part of a page
proof         the directives {tolerances}, {planted} and {provenance}: why to believe it
picker        what chooses frameworks on a workload's page
lessons       the directives {lesson} and {lessons}: verdicts, and the lines they speak of
marks         links from lines of code to the lessons, in the margin
lines         the role {line} and {inscription}: links to lines of scripts, by quotation
output        what is done to the written pages: downloads, the 404 page, pages that went
"""

from pathlib import Path

from sphinx.application import Sphinx

from ..languages import BY_EXTENSION
from . import (
    dependencies,
    downloads,
    elements,
    lessons,
    output,
    overview,
    pictures,
    project,
    proof,
    results,
    tables,
)
from .drawing import NetworkDirective
from .lines import InscriptionDirective, LineRole
from .pages import RecordParser, ScriptParser
from .steps import StepDirective
from .variants import RecurrencesDirective


def setup(app: Sphinx) -> dict:
    app.setup_extension("myst_nb")
    app.add_config_value("rosetta_root", None, "env", [str, Path])
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
    for module in (tables, results, overview, pictures, proof, lessons):
        for name, directive in module.DIRECTIVES.items():
            app.add_directive(name, directive)
    app.add_role("line", LineRole())

    app.connect("config-inited", output.add_own_files)
    app.connect("builder-inited", project.install)
    app.connect("env-get-outdated", dependencies.outdated)
    app.connect("env-get-outdated", output.remove_stale_pages)
    app.connect("env-purge-doc", dependencies.purge)
    app.connect("env-merge-info", dependencies.merge)
    app.connect("missing-reference", elements.resolve_link)
    app.connect("html-page-context", output.add_page_context)
    app.connect("build-finished", output.finish, priority=900)
    app.connect("build-finished", downloads.write, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
