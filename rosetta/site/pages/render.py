"""Draw code cells and their outputs with myst-nb's own renderer.

`render_cells` calls myst-nb below its documented interface, which is why its version is pinned; the
miniature site's test sees at once when that interface moves.
"""

from copy import copy
from functools import cache

import nbformat
from docutils import nodes
from docutils.frontend import Values, get_default_settings
from myst_nb.core.execute.base import NotebookClientBase
from myst_nb.core.loggers import SphinxDocLogger
from myst_nb.core.nb_to_tokens import notebook_to_tokens
from myst_nb.core.render import load_renderer
from myst_nb.sphinx_ import SphinxNbRenderer
from myst_parser.mdit_to_docutils import base
from myst_parser.parsers.mdit import create_md_parser
from nbformat import NotebookNode

from rosetta.project.workloads import Cell, Script
from rosetta.records.outputs import gated
from rosetta.records.records import INJECTED, Record

from .places import told_of

# Shown for a cell that has no output text of its own to describe a picture.
ALTERNATIVE = "Figure drawn by the code above"


def pair(script: Script, record: Record | None) -> list[tuple[Cell, list]]:
    """Give each of the script's cells the outputs that the record has for it.

    Cells meet by step and by their place in the step, so that a record of older code still puts
    its outputs under the right step. What the last cell reported is drawn as a table instead.
    """
    recorded = {}
    if record:
        recorded = dict(zip(places(steps_of(record)), record.outputs(), strict=True))
    by_place = iter(places([cell.step for cell in script.code_cells]))
    pairs = []
    for cell in script.cells:
        outputs = recorded.get(next(by_place), []) if cell.kind == "code" else []
        pairs.append((cell, gated(outputs)))
    if record and record.reported and pairs:
        cell, outputs = pairs[-1]
        pairs[-1] = (cell, without_value(outputs))
    return pairs


def without_value(outputs: list) -> list:
    """Leave out the value of a cell, which is drawn in another form; pictures stay.

    Kernels of other languages than Python send a value as something that they display.
    """
    return [output for output in outputs if not is_value(output)]


def is_value(output) -> bool:
    if output.output_type == "display_data":
        return not any(kind.startswith("image/") for kind in output.data)
    return output.output_type == "execute_result"


def steps_of(record: Record) -> list[str | None]:
    """Return the step of each code cell of a record, without the runner's own cell."""
    return [
        cell.metadata.get("step")
        for cell in record.notebook.cells
        if cell.cell_type == "code" and INJECTED not in cell.metadata.get("tags", ())
    ]


def places(steps: list[str | None]) -> list[tuple[str | None, int]]:
    """Number the cells within each step: [a, a, b] becomes [(a, 0), (a, 1), (b, 0)]."""
    return [(step, steps[:index].count(step)) for index, step in enumerate(steps)]


def render_script(document, parent, script: Script, pairs: list, anchor: str) -> None:
    """Draw cells of a script; its line 57 gets the id `<anchor>-57`."""
    cells = [notebook_cell(cell, outputs) for cell, outputs in pairs]
    lines = [cell.line for cell, _ in pairs]
    with told_of(document, script):
        render_cells(document, parent, cells, script.framework.language, lines, script.framework.id)
    for box in parent.findall(is_code_cell):
        block = next(box.findall(nodes.literal_block), None)
        if block is not None:
            block["linenos"] = True
            block["highlight_args"] = {
                "linenostart": lines[box["cell_index"]],
                "linespans": anchor,
            }


def notebook_cell(cell: Cell, outputs: list) -> NotebookNode:
    return code_cell(cell.source, outputs) if cell.kind == "code" else prose_cell(cell.source)


def code_cell(source: str, outputs: list) -> NotebookNode:
    """Make a cell of what was held against the format when its record was read.

    nbformat's own function would do that again, which takes longer than to draw the cell.
    """
    return NotebookNode(
        cell_type="code",
        metadata=NotebookNode(),
        execution_count=None,
        source=source,
        outputs=outputs,
    )


def prose_cell(source: str) -> NotebookNode:
    return NotebookNode(cell_type="markdown", metadata=NotebookNode(), source=source)


def is_code_cell(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


@cache
def default_settings(*parsers) -> Values:
    return get_default_settings(*parsers)


def spare_defaults() -> None:
    """Let MyST ask for docutils' default settings once.

    Each time it renders anything it makes a document for the case that it was given none, and its
    settings, read from all command-line options of docutils, took longer than a short cell.
    """
    base.get_default_settings = lambda *parsers: copy(default_settings(*parsers))


def render_cells(
    document,
    parent,
    cells: list,
    language: str,
    lines: list[int] | None = None,
    whose: str | None = None,
) -> None:
    """Draw notebook cells, outputs included, as children of `parent`.

    `lines` are those of the file on which the cells start, for messages; myst-nb counts from two
    before. Without them a message says 30002 for the first line of the third cell. `whose` tells
    apart the footnotes of scripts that are drawn into one page.
    """
    env = document.settings.env
    logger = SphinxDocLogger(document)
    config = env.mystnb_config.copy(execution_mode="off", merge_streams=False)
    told = {"language_info": {"name": language, "pygments_lexer": language}}
    notebook = nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": told})
    notebook.cells = cells
    if lines:
        notebook.metadata["source_map"] = [line - 2 for line in lines]
    parser = create_md_parser(env.myst_config, SphinxNbRenderer)
    parser.options.update(document=document, nb_config=config)
    renderer = parser.renderer
    outer = document.attributes.get("nb_renderer")
    document.attributes["nb_renderer"] = load_renderer(config.render_plugin)(renderer, logger)
    markdown: dict = {}
    renderer.setup_render(parser.options, markdown)
    tokens = [
        token
        for token in notebook_to_tokens(notebook, parser, markdown, logger)
        if token.type not in ("nb_initialise", "nb_finalise")
    ]
    if whose:
        own_footnotes(tokens, whose)
    parser.options["nb_client"] = NotebookClientBase(notebook, None, config, logger)
    with renderer.current_node_context(parent):
        renderer._render_tokens(tokens)
    document.attributes["nb_renderer"] = outer
    if outer is None:
        del document.attributes["nb_renderer"]
    for image in parent.findall(nodes.image):
        image.setdefault("alt", ALTERNATIVE)


def own_footnotes(tokens: list, whose: str) -> None:
    """Put a name before the labels of footnotes, and of what refers to them.

    A label is one for the whole page, be it a number: they are numbered anew, in their order there.
    """
    for token in tokens:
        own_footnotes(token.children or [], whose)
        if token.type in ("footnote_ref", "footnote_reference_open"):
            token.meta["label"] = f"{whose}-{token.meta['label']}"
