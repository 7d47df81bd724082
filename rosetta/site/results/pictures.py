"""The directive {picture}: a workload's records as a picture, drawn when they have changed.

matplotlib is imported only then: a drawing is kept beside Sphinx's own files, under a digest of
what it shows and of the code that draws it.
"""

import hashlib
import html
import json
import os
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from docutils import nodes

from rosetta.project.files import write_whole
from rosetta.records.series import PICTURES, Series
from rosetta.site.base.dependencies import uses
from rosetta.site.base.elements import note
from rosetta.site.base.project import catalog_of
from rosetta.site.tabs.steps import known_workload
from .tables import Drawn

SIZES = ("wide", "narrow")


class PictureDirective(Drawn):
    """```{picture} cnn losses``` draws the training losses of all programs over each other."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        name, picture = self.arguments
        workload, catalog = known_workload(self, name), catalog_of(self.env)
        known = workload.kind.pictures
        if picture not in known:
            raise self.error(f"there is no picture {picture!r}; there are: {', '.join(known)}.")
        uses(self.env, "published")
        scripts = self.shown_scripts(workload.id)
        runs = [(script, record) for script in scripts for record in catalog.records(script)]
        series = PICTURES[known[picture]](workload, runs, catalog.published)
        if series is None:
            return [note("Nothing to draw yet: no record has what this picture shows.",
                         kind="missing")]  # fmt: skip
        cache = Path(self.env.doctreedir) / "pictures" / f"{name}-{picture}.html"
        caption = nodes.make_id(f"{name} {picture}")
        drawn = kept(cache, series, known[picture], caption, self.config.rosetta_machinery)
        return [nodes.raw("", drawn, format="html")]


def kept(cache: Path, series: Series, kind: str, name: str, machinery: str) -> str:
    """Return the picture as it was drawn before, if it would be the same; else draw and keep it."""
    shown = json.dumps([kind, name, asdict(series), machinery, version("matplotlib")])
    key = f"<!-- {hashlib.sha256(shown.encode()).hexdigest()} -->\n"
    before = cache.read_text("utf-8") if cache.exists() else ""
    if not before.startswith(key):
        before = key + figure(series, kind, name)
        write_whole(cache, before)
    return before.removeprefix(key)


def figure(series: Series, kind: str, name: str) -> str:
    """Draw the picture twice, for wide and for narrow screens; the style sheet shows one."""
    # What matplotlib remembers of the fonts that it found lies beside the tools, not in a home.
    os.environ.setdefault("MPLCONFIGDIR", str(Path(sys.prefix) / "share" / "matplotlib"))
    from .plots import draw

    parts = [draw(kind, series, size, f"{name}-{size}") for size in SIZES]
    return (
        f'<figure class="picture" id="picture-{name}">\n{"".join(parts)}\n'
        f"<figcaption>{html.escape(series.caption)}</figcaption></figure>\n"
    )


DIRECTIVES = {"picture": PictureDirective}
