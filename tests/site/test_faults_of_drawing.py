"""A drawing that is killed, stopped or out of room: one line, and the next one is whole.

The miniature site is drawn by the command line itself, in a repository of its own. A fault strikes
at a page: a program that Sphinx loads besides does to its own process what the world would do.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from projects import heed_interrupts
from tinysite import REPOSITORY, TinySite

from rosetta.run.lock import held

CODE = """
import sys
from pathlib import Path
import rosetta.__main__ as main
main.ROOT = Path(sys.argv[1])
sys.exit(main.main(["html", "--frameworks", "none"]))
"""
# An extension that does, in the midst of reading or writing the page `about`, what it is told to.
STRIKE = """
import os, time
from pathlib import Path
FOLDER = Path(__file__).parent
true = Path.write_text
def strike(phase):
    act = FOLDER / f"{phase}.act"
    if act.exists():
        exec(act.read_text(), globals())
def write_text(path, text, *arguments, **options):
    if path.parent.name == "about" and (FOLDER / "write.act").exists():
        true(path, text[:900], *arguments, **options)
        strike("write")
    return true(path, text, *arguments, **options)
Path.write_text = write_text
def read(app, docname, content):
    if docname == "about":
        strike("read")
def setup(app):
    app.connect("source-read", read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
"""
CONF = """
import sys
exec(open({conf!r}).read().replace("__file__", repr({conf!r})))
sys.path.insert(0, {root!r})
extensions.append("strike")
"""


class Repository:
    """The miniature site as a repository that `python -m rosetta html` draws."""

    def __init__(self, folder: Path):
        self.site = TinySite(folder)
        self.root = self.site.root
        conf = str(REPOSITORY / "conf.py")
        (self.root / "conf.py").write_text(CONF.format(conf=conf, root=str(self.root)), "utf-8")
        (self.root / "strike.py").write_text(STRIKE, "utf-8")
        self.html = self.root / "_build/html"
        assert self.site.run("line/abacus").ok

    def start(self) -> subprocess.Popen:
        variables = {**os.environ, "ROSETTA_ROOT": str(self.root), "NO_COLOR": "1"}
        variables["PYTHONPATH"] = str(REPOSITORY)
        return subprocess.Popen(
            [sys.executable, "-c", CODE, self.root],
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=heed_interrupts,
            text=True,
        )

    def draw(self) -> tuple[int, str]:
        """Draw; return the exit status and all that was said."""
        process = self.start()
        out, told = process.communicate(timeout=300)
        return process.returncode, out + told

    def strike(self, phase: str, act: str) -> None:
        (self.root / f"{phase}.act").write_text(act, "utf-8")

    def mend(self) -> None:
        for act in self.root.glob("*.act"):
            act.unlink()

    def records(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.root.glob("results/*/**/*.ipynb")}

    def is_whole(self) -> bool:
        pages = list(self.html.glob("**/index.html"))
        return len(pages) > 8 and all(page.read_text("utf-8").endswith("</html>") for page in pages)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    with pytest.MonkeyPatch.context() as world:
        world.setenv("ROSETTA_MACHINE", "test-machine")
        world.delenv("RESULTS", raising=False)
        repository = Repository(tmp_path_factory.mktemp("drawing"))
        status, said = repository.draw()
    assert status == 0, said
    assert repository.is_whole()
    return repository


@pytest.fixture
def repository(drawn):
    """Lend the repository with a changed page; records are to stay as they are."""
    before = drawn.records()
    page = drawn.root / "docs/about.md"
    page.write_text(page.read_text("utf-8") + "\nOne more word.\n", "utf-8")
    yield drawn
    drawn.mend()
    assert drawn.records() == before
    assert len(before) == 1


def heals(repository) -> None:
    """Draw again: the page is there as it is now, and all the others are whole."""
    repository.mend()
    status, said = repository.draw()
    assert status == 0, said
    assert repository.is_whole()
    about = (repository.html / "about/index.html").read_text("utf-8")
    assert about.count("One more word.") == (repository.root / "docs/about.md").read_text(
        "utf-8"
    ).count("One more word.")


# The fault, where it strikes, what it is, the exit status and what is said.
FAULTS = {
    "a full disk": ("write", 'raise OSError(28, "No space left on device")', 1,
                    "/about/index.html'. Make room, or get the right to write there, and run"),
    "a full disk, reading": ("read", 'raise OSError(28, "No space left on device")', 1,
                             "_build/html: not drawn: [Errno 28] No space left on device. Make"),
    "a page of somebody else": ("write", 'raise PermissionError(13, "Permission denied")', 1,
                                "not drawn: [Errno 13] Permission denied: '"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_cannot_be_written_is_told_in_one_line(repository, fault):
    phase, act, status, told = FAULTS[fault]
    repository.strike(phase, act)
    found, said = repository.draw()
    assert found == status, said
    lines = said.strip().split("\n")
    assert len(lines) == 2, said
    assert any(told in line for line in lines), said
    assert "the site was NOT drawn, see above" in said
    heals(repository)


@pytest.mark.parametrize("phase", ["read", "write"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_drawing_that_is_stopped(repository, tmp_path, phase, number):
    """Of its processes none is left, and what it left is made anew."""
    mark = tmp_path / "mark"
    act = f"Path({str(mark)!r}).write_bytes(b'%d' % os.getpid()); time.sleep(60)"
    repository.strike(phase, act)
    process = repository.start()
    until(lambda: (mark.exists() and mark.read_bytes()) or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    process.send_signal(number)
    if number == signal.SIGKILL:
        assert process.wait(timeout=100) == -number
        status, said = repository.draw()  # Sphinx has outlived it, and holds the lock
        assert status == 3, said
        assert "another drawing is under way here (process " in said
        os.killpg(os.getpgid(int(mark.read_bytes())), number)
    else:
        out, told = process.communicate(timeout=100)
        assert process.returncode == 130, out + told
        assert told.strip() == (
            "rosetta: interrupted; every record is as it was, run again to go on"
        )
    until(lambda: not Path(f"/proc/{mark.read_text()}").exists())
    heals(repository)


def until(happened) -> None:
    while not happened():
        time.sleep(0.05)


def test_two_drawings_at_once(repository):
    with held(repository.root / "_build/drawing.lock", "drawing", "mix up their pages"):
        status, said = repository.draw()
    assert status == 3
    assert f"another drawing is under way here (process {os.getpid()})" in said
    assert said.strip().count("\n") == 0
    heals(repository)


# What a page of docs/ is made to be, and what is said of it.
PAGES = {
    "Latin-1": (lambda page: page.write_bytes(b"# \xe9\n"), "about.md:1: WARNING: not readable"),
    "nothing": (lambda page: None, "toctree contains reference to nonexisting document 'about'"),
    "a link to nowhere": (lambda page: page.symlink_to("nowhere"),
                          "WARNING: Ignored unreadable document 'about.md'"),
    "a folder": (lambda page: page.mkdir(), "nonexisting document 'about'"),
    "no such step": (lambda page: page.write_text("# A\n\n```{step} line no\n```\n", "utf-8"),
                     "about.md:3: ERROR: line has no step 'no'; it has: setup"),
    "no such workload": (lambda page: page.write_text("# A\n\n```{workload} no\n```\n", "utf-8"),
                         "about.md:3: ERROR: there is no workload 'no'; there are: line"),
    "no such directive": (lambda page: page.write_text("# A\n\n```{no}\n```\n", "utf-8"),
                          "about.md:3: WARNING: Unknown directive type: 'no'"),
}  # fmt: skip


@pytest.mark.parametrize("slip", PAGES)
def test_a_slip_in_a_page_is_its_own(repository, slip):
    page = repository.root / "docs/about.md"
    kept = page.read_bytes()
    page.unlink()
    make, told = PAGES[slip]
    make(page)
    status, said = repository.draw()
    page.rmdir() if page.is_dir() else page.unlink(missing_ok=True)
    page.write_bytes(kept)
    assert status == 1, said
    assert told in said
    assert "with warnings, see above" in said
    assert "Traceback" not in said
    assert repository.is_whole()
    heals(repository)


def test_a_slip_in_the_reasons_ends_the_drawing_in_one_line(repository):
    reasons = repository.root / "scripts/line/cannot.toml"
    kept = reasons.read_bytes()
    reasons.write_text("nobody = 'why'\n", "utf-8")
    status, said = repository.draw()
    reasons.write_bytes(kept)
    assert status == 1
    assert f"{reasons}: nobody is no framework of frameworks.toml." in said
    assert said.strip().count("\n") == 1, said
    heals(repository)


def test_a_folder_for_pages_that_cannot_be_made(repository):
    kept = repository.root / "kept"
    (repository.root / "_build").rename(kept)
    (repository.root / "_build").write_text("a file\n", "utf-8")
    status, said = repository.draw()
    (repository.root / "_build").unlink()
    kept.rename(repository.root / "_build")
    assert status == 4
    assert said.startswith(f"rosetta: {repository.root}/_build: File exists. Make room")
    assert said.strip().count("\n") == 0, said
    heals(repository)
