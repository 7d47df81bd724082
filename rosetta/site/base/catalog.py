"""Read scripts and records once a build, for all pages."""

from pathlib import Path

from sphinx.util import logging

from rosetta.project import published
from rosetta.project.lessons import Lesson
from rosetta.project.quotations import Misquoted, locate, split
from rosetta.project.workloads import Project, Script, Workload, load_project
from rosetta.records.coverage import inexpressible
from rosetta.records.records import Record, paths_by_script, records_of

LOG = logging.getLogger(__name__)
# Under which a script's page notes, among Sphinx's metadata, the page of the record that it shows.
SHOWN = "rosetta-shown"


class Catalog:
    """Everything that can be shown: what is registered, was recorded, or was published before."""

    def __init__(self, root: Path):
        self.project: Project = load_project(root)
        for script in self.project.programs:
            if script.fault:  # its page and tabs say so, too
                LOG.warning("%s", script.complaint, type="rosetta", subtype="script")
        self.published: tuple[published.Table, ...] = published.load(root)
        for name in self.project.workloads:  # a slip ends the drawing here, in one line
            inexpressible(self.project, name)
        self.fingerprints: dict[str, str | None] = {}  # of what pages show: see dependencies
        self._paths = paths_by_script(self.project)
        self._records: dict[str, list[Record]] = {}
        self._lessons_by_line: dict[str, dict[int, list[Lesson]]] | None = None

    def paths(self, script: Script) -> list[Path]:
        """Return the files of a script's records, also of those that cannot be read."""
        return self._paths[script.name]

    def records(self, script: Script) -> list[Record]:
        """Return a script's records, best first; warn of those that cannot be read."""
        if script.name not in self._records:
            problems: list[str] = []
            self._records[script.name] = records_of(
                self.project, script, problems, self.paths(script)
            )
            for problem in problems:
                LOG.warning("%s", problem, type="rosetta", subtype="record")
        return self._records[script.name]

    def shown(self, script: Script) -> Record | None:
        """Return the record whose outputs stand under the script's code."""
        return next(iter(self.records(script)), None)

    def failed_since(self, script: Script) -> Record | None:
        """Return the newest failed run, if it is newer than the good record that is shown."""
        shown = self.shown(script)
        if shown is None or not shown.ok:
            return None
        failures = [record for record in self.records(script) if not record.ok]
        newest = max(failures, key=lambda record: record.about["started"], default=None)
        if newest is not None and newest.about["started"] > shown.about["started"]:
            return newest
        return None

    def synthetic(self, workload: Workload) -> list[Script]:
        """Return the workload's scripts whose shown record is of synthetic data."""
        scripts = self.project.scripts_of(workload.id)
        return [
            script
            for script in scripts
            if (record := self.shown(script)) and record.source == "synthetic"
        ]

    def lessons_by_line(self, script: Script) -> dict[int, list[Lesson]]:
        """Return the lessons that speak of a script's lines, by line number.

        A quotation that leads nowhere is left out: the page of its lesson warns of it.
        """
        if self._lessons_by_line is None:
            self._lessons_by_line = {}
            for lesson in self.project.lessons.values():
                for quotation in lesson.lines:
                    self._note_line(lesson, quotation)
        return self._lessons_by_line.get(script.name, {})

    def lesson_of_fault(self, workload: Workload, fault: str) -> Lesson | None:
        """Return the lesson about a mistake that the tests plant in a workload's scripts."""
        named = f"{workload.id}: {fault}"
        return next((m for m in self.project.lessons.values() if named in m.faults), None)

    def _note_line(self, lesson: Lesson, quotation: str) -> None:
        try:
            script, number = locate(self.project, *split(quotation))
        except Misquoted:
            return
        about = self._lessons_by_line.setdefault(script.name, {}).setdefault(number, [])
        if lesson not in about:
            about.append(lesson)


def record_docname(path: Path, script: Script) -> str:
    """Return the address of a record's page: results/<machine>/cnn/pytorch.epoch."""
    variant = path.name.removeprefix(script.path.stem).removesuffix(".ipynb")
    machine = path.parent.parent.name
    return f"results/{machine}/{script.name}{variant}"
