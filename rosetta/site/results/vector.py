"""Turn a matplotlib figure into SVG that is part of a page, with the colors and fonts of the page.

The drawing's text stays text, and its colors are the style sheet's: they change with the time of
day. What matplotlib writes for programs that edit drawings is left out.
"""

import re
from io import StringIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Stand-ins for the colors of rosetta.css.
NAMES = ("ink", "soft", "rule", "page", "lapis", "rose", "good")
COLORS = {name: f"#0000f{number}" for number, name in enumerate(NAMES)}
TITLE = "title: "


def titled(text: str) -> str:
    """Return the id by which a part of a drawing gets a title, which browsers show on hover."""
    return f"{TITLE}{text}"


def svg(figure: Figure, label: str, prefix: str, kind: str) -> str:
    """Return the figure as an <svg> with a label; `prefix` keeps its ids apart from others'."""
    buffer = StringIO()
    # Without these no metadata is written, which would have the date in it.
    unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(figure).print_svg(buffer, metadata=unsaid)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", buffer.getvalue()).replace("xlink:href", "href")
    drawn = ElementTree.fromstring(text)
    size = drawn.get("viewBox").split()[2:]
    drawn.attrib = {
        "class": kind, "role": "img", "aria-label": label, "viewBox": f"0 0 {' '.join(size)}",
        "width": size[0], "height": size[1],
    }  # fmt: skip
    simplify(drawn)
    own_ids(drawn, prefix)
    place(drawn)
    return painted(ElementTree.tostring(drawn, encoding="unicode"))


def simplify(parent: Element) -> None:
    """Take out groups that hold nothing together, styles of the whole page, line ends."""
    kept = []
    for child in parent:
        simplify(child)
        child.tail = None
        name = child.get("id", "")
        if child.tag == "g" and name.startswith(TITLE):
            title = Element("title")
            title.text = name.removeprefix(TITLE)
            child.attrib = {}
            child.insert(0, title)
        elif child.tag == "g" and not set(child.attrib) - {"id"}:
            kept += child
            continue
        if child.tag != "style" and (child.tag != "defs" or len(child)):
            kept.append(child)
    if parent.tag != "text" and parent.tag != "title":
        parent.text = None
    parent[:] = kept


def own_ids(drawn: Element, prefix: str) -> None:
    """Keep only ids that something in the drawing refers to, and name them after the picture."""
    refers = re.compile(r"(?<=^#).+|(?<=url\(#)[^)]+")
    used = {name for part in drawn.iter() for value in part.attrib.values()
            for name in refers.findall(value)}  # fmt: skip
    names = {name: f"{prefix}-{number}" for number, name in enumerate(sorted(used))}
    for part in drawn.iter():
        if part.get("id") in names:
            part.set("id", names[part.get("id")])
        else:
            part.attrib.pop("id", None)
        for key, value in part.attrib.items():
            if key != "id":
                part.set(key, refers.sub(lambda found: names.get(found[0], found[0]), value))


def place(drawn: Element) -> None:
    """Write places no more exactly than a screen can show them; words and figures are untouched."""
    for part in drawn.iter():
        for key in {"d", "x", "y", "transform"} & set(part.attrib):
            value = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}", part.get(key))
            part.set(key, " ".join(value.split()))
        if part.get("transform", "").startswith("rotate(-0 "):
            part.attrib.pop("transform")


def painted(text: str) -> str:
    """Name the colors; leave the font to the style sheet."""
    for name, stand_in in COLORS.items():
        text = text.replace(stand_in, f"var(--rs-{name})")
    return re.sub(r"font-family: [^;\"]*;? ?", "", text)
