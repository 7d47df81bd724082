"""The directive {network}: a workload's network as a drawing, made from workload.toml.

Every layer is a bar, as wide as its output's side and as high as its channels are many, with its
shape and parameters beside it. Distances are in pixels and text keeps its size: a wider page only
moves the right-hand column. Colors come from the style sheet, so the drawing has its night as well.
"""

import html
import math
from itertools import pairwise

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rosetta.project.network import Layer, written
from rosetta.project.workloads import Workload
from rosetta.site.base.dependencies import uses

from .steps import known_workload

ROW, HEAD = 46, 44  # heights
WIDEST = 60  # of the bars
TEXT = 78  # where words begin


class NetworkDirective(SphinxDirective):
    """```{network} cnn``` draws the layers, their shapes and their parameters."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        workload = known_workload(self, self.arguments[0])
        uses(self.env, "registered")
        if not workload.network:
            raise self.error(f"{workload.id} describes no [network] in its workload.toml.")
        return [nodes.raw("", figure(workload), format="html")]


def figure(workload: Workload) -> str:
    """Return the drawing with its caption; what it shows is told in words as well."""
    layers, name = workload.network, f"network-{workload.id}"
    count = f"{sum(layer.parameters for layer in layers):,}"
    described = " ".join(f"{sentence(layer)}." for layer in layers)
    height = HEAD + ROW * len(layers)
    parts = [
        f'<figure class="network"><svg role="img" width="100%" height="{height}" '
        f'aria-label="The network of {html.escape(workload.title)}" aria-describedby="{name}">',
        f'<desc id="{name}">{html.escape(described)} In all {count} parameters.</desc>',
        *heading(layers),
        *silhouette(layers),
        *(part for row, layer in enumerate(layers) for part in words(layer, row)),
        f"</svg><figcaption>The network has {count} parameters, all in the colored layers. "
        f"{legend(layers)}</figcaption></figure>",
    ]
    return "\n".join(parts)


def legend(layers: tuple[Layer, ...]) -> str:
    """Say what the sizes of the bars mean, of the things that this network has."""
    long, high = ("the larger the picture", "channels") if pictures(layers) else (
        "the longer the sequence", "features")  # fmt: skip
    return (
        f"The wider a bar, {long}, or the longer the vector (by its logarithm); "
        f"the higher, the more {high}."
    )


def sentence(layer: Layer) -> str:
    """Tell a layer in words: 'conv1, convolution 3 × 3, padding 1, then ReLU: 50 × 32 × 32'."""
    what = " ".join(filter(None, [layer.kind, layer.told]))
    what = f"{layer.name}, {what}" if layer.weights and layer.name != layer.kind else what
    then = f", then {' and '.join(layer.then)}" if layer.then else ""
    count = f", {layer.parameters:,} parameters" if layer.weights else ""
    return f"{what}{then}: {written(layer.shape)}{count}"


def pictures(layers: tuple[Layer, ...]) -> bool:
    """Tell whether a network sees pictures, which have two sides; a sequence has one."""
    return any(len(layer.shape) > 2 for layer in layers)


def heading(layers: tuple[Layer, ...]) -> list[str]:
    order = "channels first" if pictures(layers) else "features × time steps"
    return [
        label(TEXT, 16, "soft", "Layer"),
        label("100%", 16, "soft end", f"Output, {order}"),
        label("100%", 33, "soft end", "Parameters"),
        f'<line x1="0" x2="100%" y1="{HEAD - 1.5}" y2="{HEAD - 1.5}"/>',
    ]


def words(layer: Layer, row: int) -> list[str]:
    """Write a layer's name and what it does on the left, its shape and parameters on the right."""
    told = ", ".join(filter(None, [layer.told, *layer.then]))
    top = HEAD + row * ROW
    first, second = (top + 20, top + 38) if told or layer.weights else (top + 28, None)
    title = html.escape(layer.kind)
    if layer.weights:
        kind = "" if layer.name == layer.kind else f" {title}"
        title = f'<tspan class="name">{html.escape(layer.name)}</tspan>{kind}'
    parts = [
        f'<text x="{TEXT}" y="{first}">{title}</text>',
        label("100%", first, "shape end", written(layer.shape)),
    ]
    if told:
        parts.append(label(TEXT, second, "soft", told))
    if layer.weights:
        parts.append(label("100%", second, "soft end", f"{layer.parameters:,}"))
    return parts


def label(x: int | str, y: float, kind: str, content: str) -> str:
    return f'<text x="{x}" y="{y:g}" class="{kind}">{html.escape(content)}</text>'


def silhouette(layers: tuple[Layer, ...]) -> list[str]:
    """Draw a bar for each layer's output, and between two bars how one becomes the other."""
    largest = max(max(layer.shape[1:], default=1) for layer in layers)
    longest = max(layer.shape[0] for layer in layers)
    bars = [bar(layer, row, largest, longest) for row, layer in enumerate(layers)]
    drawn = []
    for (left, top, width, height), (left2, top2, width2, _) in pairwise(bars):
        low = top + height
        drawn.append(
            f'<path class="flow" d="M{left:g} {low:g}h{width:g}L{left2 + width2:g} {top2:g}'
            f'h{-width2:g}z"/>'
        )
    for layer, (left, top, width, height) in zip(layers, bars, strict=True):
        kind = "weighted" if layer.weights else "plain"
        drawn.append(
            f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width:g}" '
            f'height="{height:g}" rx="1.5"/>'
        )
    return drawn


def bar(layer: Layer, row: int, largest: int, longest: int) -> tuple[float, float, float, float]:
    """Return where a layer's bar is: left, top, width, height.

    A picture is as wide as its side; a vector is drawn thin, by the logarithm of its length.
    """
    channels, *sides = layer.shape
    if sides:
        width, height = WIDEST * sides[0] / largest, 2.4 * math.sqrt(channels)
    else:
        width, height = WIDEST * math.log(channels + 1) / math.log(longest + 1), 5
    width, height = round(max(width, 6), 1), round(min(max(height, 3), ROW - 12), 1)
    middle = HEAD + row * ROW + ROW / 2
    return (WIDEST - width) / 2, middle - height / 2, width, height
