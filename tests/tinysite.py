"""Draw and serve sites for the tests: the miniature one, with records of real runs, or any."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from bs4 import BeautifulSoup

from rosetta.project.lessons import Lesson
from rosetta.project.workloads import Project, Script, load_project
from rosetta.records import records
from rosetta.records.records import Record
from rosetta.run import runner

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent
OFFICIAL = {"name": "A line", "source": "official", "label": "official", "digest": "0" * 64}
SYNTHETIC = {**OFFICIAL, "source": "synthetic", "label": "synthetic stand-in for A line"}


class TinySite:
    """A copy of tests/tiny, with what is needed to run its scripts and draw it."""

    def __init__(self, folder: Path):
        self.root = folder / "tiny"
        self.html = folder / "html"
        self.doctrees = folder / "doctrees"
        self.bytecode = folder / "bytecode"
        shutil.copytree(TESTS / "tiny", self.root)

    def run(self, name: str, profile: str = "", data: dict = OFFICIAL) -> Record:
        """Run a script in this interpreter's kernel and return the record, failed or not.

        Without a profile it runs the longest one.
        """
        script = load_project(self.root).script(name)
        profile_of = script.workload.profiles[profile or list(script.workload.profiles)[-1]]
        results = records.results_folder(self.root)
        python = Path(sys.executable)
        job = runner.Job(script, profile_of, "cpu", "here", python, data, "the tests", results)
        return runner.run(job, lambda step: None).record

    def draw(self, program: tuple[str, ...] = ("-m", "sphinx")) -> subprocess.CompletedProcess:
        """Draw the site as `make html` does, warnings being errors."""
        command = [sys.executable, *program, "--builder", "dirhtml", "--fail-on-warning"]
        command += ["--keep-going", "--conf-dir", REPOSITORY]
        command += ["--doctree-dir", self.doctrees, self.root / "docs", self.html]
        variables = {**os.environ, "ROSETTA_ROOT": str(self.root), "NO_COLOR": "1"}
        # Eleven draws compile Sphinx once, also where bytecode is not kept beside the sources.
        variables["PYTHONPYCACHEPREFIX"] = str(self.bytecode)
        variables.pop("PYTHONDONTWRITEBYTECODE", None)
        variables["PYTHONPATH"] = os.pathsep.join(
            [str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])]
        )
        return subprocess.run(command, env=variables, capture_output=True, text=True)

    def page(self, address: str) -> str:
        return (self.html / address / "index.html").read_text("utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the only occurrence of a text in a file of the site."""
        edit(self.root / name, old, new)

    def add_lesson(self, name: str, title: str) -> None:
        """Add a lesson about the first one's line in Abacus; it has no experiment."""
        lessons = self.root / "docs/lessons"
        content = (lessons / "steady-hand.md").read_text("utf-8")
        (lessons / f"{name}.md").write_text(content.replace("A steady hand", title), "utf-8")
        edit(lessons / f"{name}.md", '    - "line/slate: y = x @ np.array"\n', "")


def edit(path: Path, old: str, new: str) -> None:
    content = path.read_text("utf-8")
    assert content.count(old) == 1, (path, old)
    path.write_text(content.replace(old, new), "utf-8")


@contextmanager
def lent(site: TinySite):
    """Lend a site to be changed: what is edited, added or removed is put back after it."""
    saved = site.root.with_name("saved")
    shutil.copytree(site.root, saved)
    yield site
    shutil.rmtree(site.root)
    saved.rename(site.root)


def soup(site: TinySite, address: str) -> BeautifulSoup:
    return BeautifulSoup(site.page(address), "html.parser")


def words(element) -> str:
    return " ".join(element.get_text(" ").split())


def draw_tiny(folder: Path, *more: str) -> TinySite:
    """Run and draw the miniature site: Abacus on real data, Slate on a synthetic stand-in.

    `more` names other scripts to run before.
    """
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        world.delenv("RESULTS", raising=False)
        site = TinySite(folder)
        assert site.run("line/abacus").ok
        assert site.run("line/slate", data=SYNTHETIC).ok
        assert all(site.run(name).ok for name in more)
        done = site.draw()
    assert done.returncode == 0, done.stderr
    return site


CROWD = 18
# Pages of the real site that no other one has the like of.
PROSE = ["how-we-measure/", "how-we-prove/", "symptoms/"]
STAND_IN = """
[{name}]
label = "{label}"
language = "python"
family = "{family}"
environment = "here"
packages = ["numpy"]
home = "https://{name}.example"
docs = "https://{name}.example/docs"
{release}
"""


def draw_crowd(folder: Path) -> TinySite:
    """Draw the miniature site with as many frameworks as the real one is to have.

    The others are Abacus under other names, with more or fewer lines; every third one is retired,
    and they stand in frameworks.toml before the current ones that follow. Nothing is run.
    """
    site = TinySite(folder)
    program = (site.root / "scripts/line/abacus_line.py").read_text("utf-8")
    with (site.root / "frameworks.toml").open("a", encoding="utf-8") as tables:
        for number in range(3, CROWD + 1):
            retired = number % 3 == 0
            name, label = f"rod{number}", f"Counting Rod {number}"
            release = f'last_release = "{number}.1 (19{80 + number})"' if retired else ""
            family = "retired" if retired else "current"
            tables.write(STAND_IN.format(name=name, label=label, family=family, release=release))
            more = "".join(f"# One more line, the {i}th.\n" for i in range(number))
            text = program.replace("Abacus", label).replace("abacus", name)
            text = text.replace("weights = np.zeros(2)\n", f"weights = np.zeros(2)\n{more}")
            (site.root / f"scripts/line/{name}_line.py").write_text(text, "utf-8")
    done = site.draw()
    assert done.returncode == 0, done.stderr
    return site


@dataclass
class Drawn:
    """A drawn site behind a server, and what its pages were drawn from."""

    base: str
    project: Project
    workload: str

    @property
    def page(self) -> str:
        return f"{self.base}/{self.workload}/"

    @property
    def frameworks(self) -> list[str]:
        return [script.framework.id for script in self.scripts]

    @property
    def scripts(self) -> tuple[Script, ...]:
        return self.project.scripts_of(self.workload)

    @property
    def steps(self) -> int:
        return len(self.project.workloads[self.workload].steps)

    @property
    def lessons(self) -> list[Lesson]:
        """Return the lessons that speak of lines of the workload's scripts."""
        about = f"{self.workload}/"
        known = self.project.lessons.values()
        return [lesson for lesson in known if any(line.startswith(about) for line in lesson.lines)]

    def addresses(self) -> list[str]:
        """Return one page of each kind, as paths; the record's is the first that is linked."""
        results = f"results/{self.workload}/"
        with urlopen(f"{self.base}/{results}") as answer:
            page = BeautifulSoup(answer.read(), "html.parser")
        record = page.select_one("table.comparison a.figure")
        found = ["", f"{self.workload}/", f"{self.scripts[-1].name}/", "results/", results]
        found += PROSE if self.workload == "cnn" else []
        found += ["lessons/", *(f"{lesson.docname}/" for lesson in self.lessons[:1])]
        return [*found, "search/", *([urljoin(results, record["href"])] if record else [])]


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files, and 404.html for what is not there, as hosts of static sites do."""

    def log_message(self, *_):
        pass

    def send_error(self, code, message=None, explain=None):
        body = Path(self.directory, "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serve(folder: Path):
    """Serve a drawn site on a free port; yield its address."""
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
