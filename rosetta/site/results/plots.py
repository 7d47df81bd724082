"""Draw series with matplotlib: rows of dots or bars, and lines.

Distances are in pixels. A picture is drawn twice, wide and narrow, lest its text shrinks with it.
Colors are names for those of the style sheet, which vector.py puts in.
"""

import math
from collections.abc import Callable

from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from rosetta.records.series import Mark, Panel, Series
from .vector import COLORS, svg, titled

WIDTHS = {"wide": 680, "narrow": 340}
ROW, HEAD, FOOT, GAP = 20, 26, 34, 12
BESIDE = 0.45  # of the width, at most, is for labels beside their rows
NUMBER = 36  # what a tick's number takes
LETTER = 6.3  # of a text of this size, at most, on average
STYLE = {
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.edgecolor": COLORS["rule"],
    "axes.labelcolor": COLORS["soft"],
    "text.color": COLORS["ink"],
    "xtick.color": COLORS["rule"],
    "ytick.color": COLORS["rule"],
    "xtick.labelcolor": COLORS["soft"],
    "ytick.labelcolor": COLORS["soft"],
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "grid.color": COLORS["rule"],
    "grid.linewidth": 0.7,
    "figure.dpi": 72,
    "svg.fonttype": "none",
    "svg.hashsalt": "rosetta",
    "path.simplify": False,
}


def draw(kind: str, series: Series, size: str, name: str) -> str:
    """Return the picture of a kind as SVG, as wide as its size says."""
    with rc_context():
        rcdefaults()
        rcParams.update(STYLE)
        return svg(PLOTS[kind](series, WIDTHS[size]), series.alt, name, size)


def stacked(series: Series, width: int, heights: list[int], left: float, right: float):
    """Return a figure with a field for each panel, one below the other, titled."""
    heads = [HEAD if panel.title else 6 for panel in series.panels]
    total = sum(heights) + sum(heads) + FOOT * len(heights)
    figure = Figure(figsize=(width / 72, total / 72))
    figure.patch.set_visible(False)
    fields, top = [], total
    for panel, head, height in zip(series.panels, heads, heights, strict=True):
        bottom = top - head - height
        box = (left / width, bottom / total, (width - left - right) / width, height / total)
        axes = figure.add_axes(box)
        axes.patch.set_visible(False)
        axes.set_axisbelow(True)
        if panel.title:
            figure.text(0, (top - 16) / total, panel.title, weight="bold")
        fields.append(axes)
        top = bottom - FOOT
    return figure, fields


# ---- Rows: a program to each ----------------------------------------------------------------


def rows(put: Callable[[Axes, float, Mark], None], logarithmic: bool, percent: bool = False):
    """Return a plot with a row for each mark, its label on the left and its figure on the right.

    Behind them lies the band of what is expected, where a panel has one.
    """

    def plot(series: Series, width: int) -> Figure:
        marks = [known for panel in series.panels for known in panel.marks]
        left = LETTER * max(len(row_label(known)) for known in marks) + GAP
        right = LETTER * max(len(known.told) for known in marks) + GAP
        above = left > width * BESIDE  # no room for labels but above their rows
        left, row = (4, 2 * ROW) if above else (left, ROW)
        heights = [row * len(panel.marks) for panel in series.panels]
        figure, fields = stacked(series, width, heights, left, right)
        limits = scale(series.panels, logarithmic)
        for panel, axes in zip(series.panels, fields, strict=True):
            axes.set_xlim(*limits)
            if panel.band:
                axes.axvspan(*panel.band, color=COLORS["good"], alpha=0.13, linewidth=0)
            if percent:
                axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
            if logarithmic:
                axes.set_xscale("log")
                round_ticks(axes, few=width < WIDTHS["wide"])
            axes.grid(axis="x")
            axes.set_ylim(len(panel.marks) - 0.5, -0.5)
            axes.yaxis.set_major_locator(NullLocator())
            for row, known in enumerate(panel.marks):
                put(axes, row, known)
                name(axes, row, known, above)
                told(axes, row, known)
        return figure

    return plot


def row_label(known: Mark) -> str:
    return f"{known.label}, {known.kind}" if known.kind else known.label


def name(axes: Axes, row: float, known: Mark, above: bool) -> None:
    """Write a mark's label beside its row, or above it."""
    shift, align = ((0, ROW * 0.75), "left") if above else ((-GAP / 2, 0), "right")
    write(axes, row, row_label(known), 0, shift, align)


def told(axes: Axes, row: float, known: Mark) -> None:
    """Write a mark's figure at the end of its row."""
    write(axes, row, known.told, 1, (GAP / 2, 0), "left")


def write(axes: Axes, row: float, text: str, side: int, shift: tuple, align: str) -> None:
    axes.annotate(
        text, (side, row), shift, xycoords=axes.get_yaxis_transform(), textcoords="offset points",
        ha=align, va="center_baseline", annotation_clip=False,
    )  # fmt: skip


def scale(panels: tuple[Panel, ...], logarithmic: bool) -> tuple[float, float]:
    """Return the ends of the axis that all panels share; bars begin at zero, dots need not."""
    marks = [known for panel in panels for known in panel.marks]
    lowest, highest = min(known.low for known in marks), max(known.high for known in marks)
    if logarithmic:
        return lowest / 1.15, highest * 1.15
    if bands := [panel.band for panel in panels if panel.band]:
        ends = [lowest, highest, *(end for band in bands for end in band)]
        return min(ends) - 0.01, max(ends) + 0.01
    return 0, 1.03 * highest


def round_ticks(axes: Axes, few: bool) -> None:
    """Put ticks of the logarithmic scale at round numbers, at as many as it takes and have room."""
    low, high = axes.get_xlim()
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)):
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= (2 if few else 3):
            break
    width = axes.get_position().width * axes.figure.get_figwidth() * 72
    kept: list[float] = []
    for tick in inside:
        if not kept or math.log(tick / kept[-1]) / math.log(high / low) * width > NUMBER:
            kept.append(tick)
    axes.xaxis.set_major_locator(FixedLocator(kept))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def color(known: Mark) -> str:
    return COLORS["rose" if known.retired else "lapis"]


def dot(axes: Axes, row: float, known: Mark) -> None:
    """Draw a value as a dot, hollow if its code has changed since, with its spread as a bar."""
    ink, shape = color(known), "D" if known.retired else "o"
    axes.plot([known.low, known.high], [row, row], color=ink, linewidth=7, alpha=0.35,
              solid_capstyle="butt")  # fmt: skip
    face = ink if known.current else COLORS["page"]
    axes.plot(known.value, row, shape, color=ink, markersize=6, markerfacecolor=face)


def bar(axes: Axes, row: float, known: Mark) -> None:
    alpha = 0.45 if known.kind else 1
    edge = {"edgecolor": color(known), "linewidth": 1}
    face = color(known) if known.current else "none"
    axes.barh(row, known.value, height=0.62, facecolor=face, alpha=alpha, **edge)


# ---- Lines ----------------------------------------------------------------------------------


def curves(series: Series, width: int) -> Figure:
    """Draw all lines over each other; the name of each is told where the pointer is."""
    figure, (axes,) = stacked(series, width, [round(width * 0.42)], 34, 14)
    lines = series.panels[0].lines
    for known in lines:
        ink = COLORS["rose" if known.retired else "lapis"]
        [drawn] = axes.plot(known.steps, known.values, color=ink, linewidth=1.2, alpha=0.6)
        drawn.set_gid(titled(known.label))
    axes.set_xscale("log")
    limits = (min(known.steps[0] for known in lines), max(known.steps[-1] for known in lines))
    axes.set_xlim(limits[0] / 1.05, limits[1] * 1.05)
    round_ticks(axes, few=width < WIDTHS["wide"])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y")
    return figure


PLOTS = {
    "speed": rows(dot, logarithmic=True),
    "curve": curves,
    "check": rows(dot, logarithmic=False, percent=True),
    "memory": rows(bar, logarithmic=False),
    "published": rows(dot, logarithmic=True),
}
