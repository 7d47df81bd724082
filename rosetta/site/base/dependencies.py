"""Redraw a page when what it shows has changed, and only then.

Sphinx's own `note_dependency` compares times, which a fresh clone resets, and takes a file that is
not there for one that has changed. A page here notes *what* it shows; its contents are digested,
and files that come or go count as well.
"""

import hashlib
from pathlib import Path

from rosetta.proof.planted import planted_path
from rosetta.records.coverage import reasons_path
from rosetta.records.records import file_digest, inputs
from rosetta.records.seeds import seeds_path

from .catalog import Catalog

MACHINERY = Path(__file__).resolve().parents[2]
DRAWN_WITH = ("project", "proof", "records", "site")  # rooms whose code a page can depend on


def uses(env, *subjects: str) -> None:
    """Note that the page being read shows these subjects.

    A subject is "registered" (which workloads, frameworks and scripts there are, and are not),
    "published" (the older studies' tables), "planted cnn" (what planted faults moved),
    "seeds cnn" (what other seeds came to),
    "lessons" (the lessons' claims and experiments), "marks" (of which lines they speak),
    "code cnn/pytorch" (a script's text), or "script cnn/pytorch" (its text and its records).
    """
    noted = _noted(env).setdefault(env.docname, {})
    for subject in subjects:
        noted[subject] = now(env.project.catalog, subject)


def now(catalog: Catalog, subject: str) -> str | None:
    """Return a subject's fingerprint, taken once a build: many pages show the same."""
    if subject not in catalog.fingerprints:
        catalog.fingerprints[subject] = fingerprint(catalog, subject)
    return catalog.fingerprints[subject]


def fingerprint(catalog: Catalog, subject: str) -> str | None:
    """Digest the contents of all files that a subject is drawn from."""
    project = catalog.project
    what, _, name = subject.partition(" ")
    if what == "registered":
        paths = [project.root / "frameworks.toml"]
        paths += [workload.path / "workload.toml" for workload in project.workloads.values()]
        paths += [reasons_path(workload) for workload in project.workloads.values()]
        names = [script.name for script in project.scripts]
        return _digest(paths, *names)
    if what == "published":
        return _digest([table.path for table in catalog.published])
    if what == "lessons":
        names = [script.name for script in project.experiments]
        return _digest([], *map(repr, project.lessons.values()), *names)
    if what == "marks":
        return _digest([], *(f"{m.id} {m.title} {m.lines}" for m in project.lessons.values()))
    if what == "planted":
        return _digest([planted_path(project.root, name)])
    if what == "seeds":
        return _digest([seeds_path(project.root, name)])
    script = project.by_name.get(name)
    if script is None:
        return None
    return _digest([script.path] if what == "code" else inputs(script, catalog.paths(script)))


def outdated(app, env, added, changed, removed) -> list[str]:
    """Return the pages whose subjects have changed since they were read.

    And those that list a page which is gone: the theme stops at a list that leads nowhere.
    """
    catalog = env.project.catalog
    listing = {name for name, listed in env.toctree_includes.items() if removed & set(listed)}
    return [
        docname
        for docname, noted in _noted(env).items()
        if docname in env.found_docs
        and any(now(catalog, name) != old for name, old in noted.items())
    ] + sorted(listing & env.found_docs)


def purge(app, env, docname) -> None:
    _noted(env).pop(docname, None)


def merge(app, env, docnames, other) -> None:
    _noted(env).update({name: _noted(other)[name] for name in docnames if name in _noted(other)})


def machinery() -> str:
    """Digest the code that draws, its style and templates: a change of these redraws everything."""
    code = (path for room in DRAWN_WITH for path in (MACHINERY / room).rglob("*.*"))
    return _digest(sorted(path for path in code if path.suffix != ".pyc"))


def _noted(env) -> dict[str, dict[str, str | None]]:
    return env.__dict__.setdefault("rosetta_subjects", {})


def _digest(paths: list[Path], *more: str) -> str:
    parts = [f"{path}\0{file_digest(path)}" for path in paths]
    return hashlib.sha256("\n".join([*parts, *more]).encode()).hexdigest()
