"""Give scripts and records addresses of their own, though they lie outside docs/.

docs/ holds prose. A script is the page cnn/pytorch, a record results/<machine>/cnn/pytorch.epoch.
Sphinx asks its Project which documents there are and where they lie; this one knows of more.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.project import Project
from sphinx.util import logging
from sphinx.util._pathlib import _StrPath

from rosetta.project.workloads import WorkloadError

from .catalog import Catalog, record_docname
from .whole import stop

LOG = logging.getLogger(__name__)


class DrawnPath(_StrPath):
    """The path of a script or a record, whose page is drawn from the catalog.

    Sphinx reads each document as text before it is parsed, and stops at one in another encoding.
    """

    def read_text(self, *_, **__) -> str:
        return ""


class ProsePath(_StrPath):
    """The path of a page of docs/; one that cannot be read is warned of, and drawn as a page."""

    def read_text(self, *arguments, **options) -> str:
        try:
            return super().read_text(*arguments, **options)
        except UnicodeDecodeError as error:
            fault = f"not readable as UTF-8: {error}"
        except OSError as error:
            fault = f"not readable: {error.strerror or error}"
        LOG.warning("%s; expected a text file", fault, location=f"{self}:1", type="rosetta")
        return f"# This page cannot be shown\n\n{self.name} is {fault}.\n"


class Site(Project):
    """The prose of docs/, and beside it every script and every record."""

    def __init__(self, srcdir: Path, source_suffix: Iterable[str], catalog: Catalog):
        super().__init__(srcdir, source_suffix)
        self.catalog = catalog
        self.drawn: set[str] = set()  # the documents that lie outside docs/
        self.redrawn: set[str] = set()  # the documents that are read in this build

    def __getstate__(self) -> dict:
        """Leave the catalog out of Sphinx's saved environment: it is read anew at each build."""
        return {**self.__dict__, "catalog": None}

    def discover(self, exclude_paths=(), include_paths=("**",)) -> set[str]:
        super().discover(exclude_paths, include_paths)
        for script in self.catalog.project.programs:
            self._add(script.name, script.path)
            for path in self.catalog.paths(script):
                self._add(record_docname(path, script), path)
        return self.docnames

    def _add(self, docname: str, path: Path) -> None:
        """Register a document; paths are kept relative to docs/, as Sphinx keeps its own."""
        relative = Path(os.path.relpath(path, self.srcdir))
        self.docnames.add(docname)
        self.drawn.add(docname)
        self._docname_to_path[docname] = relative
        self._path_to_docname[relative] = docname

    def path2doc(self, filename) -> str | None:
        path = Path(filename)
        if path.is_absolute():
            path = Path(os.path.relpath(path, self.srcdir))
        return self._path_to_docname.get(path) or super().path2doc(path)

    def doc2path(self, docname: str, absolute: bool) -> _StrPath:
        path = super().doc2path(docname, absolute)
        kind = DrawnPath if docname in self.drawn else ProsePath
        return kind(os.path.normpath(path)) if absolute else path


def install(app: Sphinx) -> None:
    """Replace Sphinx's project by ours, once the configuration is known."""
    try:
        catalog = Catalog(Path(app.config.rosetta_root))
    except WorkloadError as error:  # in one line: Sphinx would print a page about itself
        stop(str(error))
    site = Site(app.srcdir, app.config.source_suffix, catalog)
    site.restore(app.project)  # what was drawn before: all of it is written anew for other settings
    app.project = app.env.project = site


def note_redrawn(app: Sphinx, env, docnames: list[str]) -> None:
    env.project.redrawn = set(docnames)


def catalog_of(env) -> Catalog:
    return env.project.catalog
