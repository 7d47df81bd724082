"""Fold the theme's pages by the reader's type, not by pixels.

Type is set in the reader's own size, and so are the header's and the columns' widths. The theme's
conditions of width are in pixels: with type of twice the size it would lay out a wide page where
there is room for half of one, and what does not fit could not be reached. In a condition `em` is
the size that the reader has set in the browser.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

EM = 16  # what browsers come with, and what the theme's widths were made for
CONDITION = re.compile(r"@media[^{]*")
PIXELS = re.compile(r"([\d.]+)px")


def fold_by_type(app: Sphinx, exception: Exception | None) -> None:
    """Rewrite the theme's style sheets where Sphinx has put them."""
    if exception is None and app.builder.format == "html":
        for path in sorted(Path(app.outdir, "_static", "styles").glob("*.css")):
            content = path.read_text("utf-8")
            folded = in_em(content)
            if folded != content:
                path.write_text(folded, "utf-8")


def in_em(style: str) -> str:
    """Return a style sheet whose conditions of width are in em."""

    def converted(condition: re.Match) -> str:
        return PIXELS.sub(lambda found: f"{float(found[1]) / EM:.6g}em", condition[0])

    return CONDITION.sub(converted, style)
