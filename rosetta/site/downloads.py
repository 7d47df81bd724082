"""Write the data of each results table beside its page, as JSON and as CSV."""

import csv
import io
import json

from sphinx.application import Sphinx

from .output import write_if_changed
from .results.comparison import FIELDS, Comparison, compare, entries, known_workloads


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write results/<workload>/<workload>.json and .csv for every results page of the site."""
    if exception is not None or app.builder.format != "html":
        return
    catalog = app.env.project.catalog
    for name in known_workloads(catalog):
        docname = f"results/{name}"
        if docname not in app.env.all_docs:
            continue
        folder = app.builder.get_output_path(docname).parent
        paths = [folder / f"{name}.{kind}" for kind in ("json", "csv")]
        if docname not in app.env.project.redrawn and all(path.exists() for path in paths):
            continue  # what the page shows has not changed
        comparison = compare(catalog, name)
        for path, content in zip(paths, (as_json(comparison), as_csv(comparison)), strict=True):
            write_if_changed(path, content.encode())


def as_json(comparison: Comparison) -> str:
    """Return the entries as they are, with the provenance of each published table."""
    tables = [
        {
            "title": table.title,
            "source": table.source,
            "date": table.date.isoformat(),
            "machine": table.machine,
            "remarks": list(table.remarks),
        }
        for table in comparison.tables
    ]
    found = {"workload": comparison.workload, "title": comparison.title, "published": tables}
    return json.dumps(found | {"entries": entries(comparison)}, indent=1, ensure_ascii=False)


def as_csv(comparison: Comparison) -> str:
    """Return a line per entry; what an entry does not have is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(entries(comparison))
    return text.getvalue()
