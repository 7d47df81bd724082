"""What the columns of a results table are made of: headings, groups, footnotes, checks."""

from dataclasses import dataclass, field

from docutils import nodes

from rosetta.records.provenance import EXPECTED
from rosetta.site.base.elements import Tag, code, judged, tag, text


@dataclass
class Notes:
    """The footnotes of one table, in the order in which they are first called."""

    name: str
    texts: list[str] = field(default_factory=list)

    def call(self, *texts: str) -> list[nodes.Node]:
        """Return the marks that lead to these footnotes, in order."""
        for told in texts:
            if told not in self.texts:
                self.texts.append(told)
        return [self.mark(number) for number in sorted(self.texts.index(t) + 1 for t in texts)]

    def mark(self, number: int) -> Tag:
        address = f"#{self.name}-{number}"
        return tag("sup", tag("a", str(number), href=address, aria_label=f"note {number}"))

    def draw(self) -> list[Tag]:
        entries = []
        for number, told in enumerate(self.texts, start=1):
            entry = tag("li", *worded(told))
            entry["ids"] = [f"{self.name}-{number}"]
            entries.append(entry)
        return [tag("ol", *entries, classes=("footnotes",))] if entries else []


def worded(told: str) -> list:
    """Set what stands between backticks as code, where two hyphens stay two hyphens."""
    parts = told.split("`")
    return [code(part) if index % 2 else part for index, part in enumerate(parts) if part]


@dataclass(frozen=True)
class Group:
    """Columns under one heading: our records on one hardware, or a published edition's."""

    id: str
    title: str
    told: list
    heads: list[Tag]
    cells: dict[str, list[Tag]]  # by framework
    published: bool = False

    def name_cells(self) -> None:
        """Write each column's title into its cells, which show it where there is no heading.

        The first cell of our own tells the run, and there on what it was.
        """
        titles = [head[0].astext() for head in self.heads]
        if self.published:
            titles = [f"{title}, {self.title}" for title in titles]
        else:
            titles[0] = ", ".join([self.title, *(part.astext() for part in self.told[1:])])
        for row in self.cells.values():
            for title, cell in zip(titles, row, strict=False):
                cell["data-label"] = title

    @property
    def label(self) -> str:
        """Return the heading as plain words."""
        whole = [self.title, *(part.astext() for part in self.told)]
        return ", ".join(filter(None, whole))


def head_cell(group: str, title: str, told: str, kind: str) -> Tag:
    """Make a column's heading; what is a time can be sorted, what is a check cannot.

    By its key an address says which column a table is sorted by.
    """
    parts = [title, *([text(told, "spread")] if told else [])]
    cell = tag("th", *parts, scope="col", data_group=group)
    if kind == "time":
        cell["data-sort"] = "number"
        cell["data-key"] = nodes.make_id(f"{group} {title}")
    return cell


def checked(passed: bool, expected: str) -> list[nodes.Node]:
    return [
        tag("span", judged(EXPECTED[passed], passed), classes=("spread", "beside")),
        text(expected, "spread"),
    ]
