"""Print how fast the site is drawn and read: python benchmarks/site.py [--scripts 450] [--make]

Seconds are the processor's, of all processes together, and beside each stands its ratio to a fixed
piece of work that was timed just before: other work on the machine spoils the ratio least.
Draws a copy of the repository's scripts, records and prose below a temporary folder, so that
nothing here is touched. With --tabs, the copy is filled up to so many tabs of the CNN; with
--scripts, up to so many scripts in all, the further ones being short, as a lesson's experiment is:
copies of those there are, in each of which the words have changed places, lest they compress like
copies. With --make, `make html` is timed as well; run it twice if scripts are stale, for then the
first one runs them.
"""

import argparse
import functools
import gzip
import http.server
import json
import keyword
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import nbformat  # noqa: E402  after the path

from rosetta.project.workloads import Script, load_project  # noqa: E402
from rosetta.records import records  # noqa: E402  after the path

SOURCES = ("conf.py", "docs", "scripts", "results", "requirements", "frameworks.toml", "rosetta")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = 21
# What is aimed at.
FROM_NOTHING = "   (goal at 450 scripts: 40 s)"
NOTHING_STALE = "   (goal at 450 scripts: 5 s)"
WORD = re.compile(r"(?<!\w)[A-Za-z_]\w{2,}")
READING = """
from pathlib import Path

from rosetta.project.workloads import load_project

load_project(Path("."))
"""
JUDGING = """
from pathlib import Path

from rosetta import __main__
from rosetta.project.workloads import load_project
from rosetta.records import records

project = load_project(Path("."))
for script in project.programs:
    for record in records.records_of(project, script):
        record.sound and records.is_current(record, script)
"""
PICTURES = """
import time
from pathlib import Path
from rosetta.records.series import PICTURES
from rosetta.site.results import pictures
from rosetta.site.base.catalog import Catalog
catalog, seconds = Catalog(Path(".")), 0
for workload in catalog.project.workloads.values():
    runs = [(s, r) for s in catalog.project.scripts_of(workload.id) for r in catalog.records(s)]
    begun = time.process_time()
    for name, kind in workload.kind.pictures.items():
        series = PICTURES[kind](workload, runs, catalog.published)
        series and pictures.figure(series, kind, name)
    seconds += time.process_time() - begun
print(seconds)
"""
TABLE = """
[{name}]
label = "{label}"
language = "python"
family = "retired"
packages = ["numpy"]
home = "https://{name}.example"
docs = "https://{name}.example/docs"
last_release = "1.0 (2020)"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--make", action="store_true", help="time `make html` as well")
    parser.add_argument("--tabs", type=int, default=0, help="fill up to so many tabs of the CNN")
    parser.add_argument("--scripts", type=int, default=0, help="then fill up to so many scripts")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rosetta-") as folder:
        copy = Path(folder) / "repository"
        copy.mkdir()
        for name in SOURCES:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, copy / name)
            elif source.exists():
                shutil.copy(source, copy / name)
        fill(copy, given.tabs, given.scripts)
        site = Path(folder) / "html"
        print(f"scripts and experiments: {len(load_project(copy).programs)}")
        shutil.rmtree(copy / "_build")  # the scripts have just been read
        show("drawn from nothing", draw(copy, site)[0], FROM_NOTHING)
        unchanged, judged = draw(copy, site)[0], started(copy, JUDGING)
        show("drawn with nothing changed", unchanged)
        show("all records judged, as for a run", judged)
        show("both: `make html` with nothing stale", unchanged + judged, NOTHING_STALE)
        shutil.rmtree(copy / "_build")
        show("all scripts read, for the first time", started(copy, READING))
        show("all scripts read, once they are known", started(copy, READING))
        show("all pictures, matplotlib's import included", drawing_pictures(copy))
        script = next((copy / "scripts" / "cnn").glob("*.py"))
        script.write_text(script.read_text("utf-8") + "\n# A change.\n", "utf-8")
        seconds, pages = draw(copy, site)
        show(f"drawn with {script.name} changed", seconds)
        print(f"    pages read again: {', '.join(sorted(pages))}")
        page = (site / "cnn" / "index.html").read_bytes()
        weight = len(gzip.compress(page, 6)) / 1000
        print(f"{'the CNN page, gzipped':<42} {weight:7.1f} KB   (allowed: 100)")
        print(f"    raw: {len(page) / 1000:.1f} KB")
        asked = dict(assets(site, page.decode()))
        print(
            f"{'what any page asks for, gzipped':<42} {sum(asked.values()):7.1f} KB   (goal: 120)"
        )
        for name, kilobytes in asked.items():
            print(f"    {name}: {kilobytes:.1f} KB")
        switching(site)
    if given.make:
        begun = used()
        subprocess.run(["make", "html"], cwd=REPOSITORY, check=True, capture_output=True)
        show("make html", used() - begun)


def fill(root: Path, tabs: int, programs: int) -> None:
    """Add to a copy of the repository until it has so many tabs, then so many programs.

    A tab is a script of the CNN in a further framework. What is then missing of the programs are
    short ones: every experiment of the lessons in a further framework, and again in the next.
    """
    project = load_project(root)
    own = project.scripts_of("cnn")
    copies = [(own[number % len(own)], f"tab{number}") for number in range(len(own), tabs)]
    short = project.experiments
    for number in range(programs - len(project.programs) - len(copies)):
        script = short[number % len(short)]
        copies.append((script, f"{script.framework.id}_{number // len(short)}"))
    words = sorted(
        {word for script in own for cell in script.code_cells for word in WORD.findall(cell.source)}
        - {*keyword.kwlist, *own[0].workload.hyperparameters}
    )
    for name in dict.fromkeys(name for _, name in copies):
        with (root / "frameworks.toml").open("a", encoding="utf-8") as tables:
            tables.write(TABLE.format(name=name, label=f"Framework {name}"))
    swaps = [swapped(words, number) for number in range(len(copies))]
    renamed = [
        copy_script(script, name, swap) for (script, name), swap in zip(copies, swaps, strict=True)
    ]
    after = {script.path: script for script in load_project(root).programs}
    for (script, _), path, swap in zip(copies, renamed, swaps, strict=True):
        for record in records.paths_of(project, script):
            copy_record(record, after[path], script.path.stem, swap)


def swapped(words: list[str], number: int) -> Callable[[str], str]:
    """Return what lets words of one length change places, lest copies compress like copies."""
    shuffled = random.Random(number).sample(words, len(words))
    place = dict(zip(sorted(words, key=len), sorted(shuffled, key=len), strict=True))
    return lambda text: WORD.sub(lambda found: place.get(found[0], found[0]), text)


def copy_script(script: Script, name: str, swap: Callable[[str], str]) -> Path:
    """Write a script as another framework's; return its path."""
    text = script.text
    for cell in script.code_cells:
        if "parameters" not in cell.tags and cell.source.strip():
            text = text.replace(cell.source, swap(cell.source), 1)
    stem = script.path.stem.removeprefix(script.framework.id)
    path = script.path.with_name(f"{name}{stem}.py")
    path.write_text(text, "utf-8")
    return path


def copy_record(path: Path, script: Script, stem: str, swap: Callable[[str], str]) -> None:
    """Write a record as that of a copied script, as current and as genuine as it was."""
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        tagged = {"parameters", records.INJECTED} & set(cell["metadata"].get("tags", ()))
        if cell["cell_type"] == "code" and not tagged:
            cell["source"] = swap("".join(cell["source"]))
    notebook = nbformat.from_dict(notebook)
    about = notebook.metadata["rosetta"]
    about.update(framework=script.framework.id, key=records.current_key(about, script))
    records.write(path.with_name(path.name.replace(stem, script.path.stem)), notebook)


def used() -> float:
    """Return the processor seconds of all processes that were started here and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def yardstick() -> float:
    """Return the processor seconds of a fixed piece of work: sorting, text and dictionaries."""
    begun = time.process_time()
    words = [f"{number * 7919 % 100_003:06d}" for number in range(200_000)]
    counted = {}
    for word in sorted(words):
        counted[word[:4]] = counted.get(word[:4], 0) + len(word.upper())
    return time.process_time() - begun


def show(what: str, seconds: float, goal: str = "") -> None:
    ratio = seconds / min(yardstick() for _ in range(3))
    print(f"{what:<42} {seconds:7.2f} s   {ratio:7.1f} x the yardstick{goal}", flush=True)


def python(root: Path, code: str) -> str:
    """Run a program on a copy of the repository and return what it printed."""
    command = [sys.executable, "-c", code]
    variables = {**os.environ, "PYTHONPATH": str(root)}
    variables.pop("RESULTS", None)
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def started(root: Path, code: str) -> float:
    """Return what a process takes that does this and no more."""
    begun = used()
    python(root, code)
    return used() - begun


def drawing_pictures(root: Path) -> float:
    return float(python(root, PICTURES))


def draw(root: Path, site: Path) -> tuple[float, set[str]]:
    """Draw the site; return the processor seconds it took and the pages that were read again."""
    command = [sys.executable, "-m", "sphinx", "--builder", "dirhtml", "--conf-dir", root]
    command += ["--doctree-dir", root / "doctrees", root / "docs", site]
    variables = {**os.environ, "NO_COLOR": "1"}
    variables.pop("RESULTS", None)
    begun = used()
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    seconds = used() - begun
    if done.returncode:
        sys.exit(done.stderr)
    return seconds, set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", done.stdout))


def assets(site: Path, page: str):
    """Yield the files that the CNN page loads, with their gzipped size."""
    for address in dict.fromkeys(re.findall(r'(?:src|href)="(\.\./[^"]+\.(?:js|css))[?"]', page)):
        path = site / "cnn" / address
        yield path.resolve().relative_to(site), len(gzip.compress(path.read_bytes(), 6)) / 1000


def switching(site: Path) -> None:
    """Click from tab to tab, and wait each time until the page is laid out."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print(f"a tab switch: not measured, no browser on PATH ({', '.join(BROWSERS)})")
        return
    from playwright.sync_api import sync_playwright

    handler = functools.partial(Quiet, directory=site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/cnn/")
        page.wait_for_load_state("load")
        times, whole = page.evaluate(
            """count => {
                const tabs = document.querySelector('.tab-row').querySelectorAll('.tab');
                const style = document.body.style;
                const whole = Array.from({ length: 3 }, () => {
                    style.display = 'none';
                    document.body.getBoundingClientRect();
                    const begun = performance.now();
                    style.display = '';
                    document.body.getBoundingClientRect();
                    return performance.now() - begun;
                });
                const times = Array.from({ length: count }, (_, number) => {
                    const begun = performance.now();
                    tabs[(number + 1) % tabs.length].click();
                    document.body.getBoundingClientRect();
                    return performance.now() - begun;
                });
                return [times, Math.min(...whole)];
            }""",
            SWITCHES,
        )
        opened.close()
        server.shutdown()
    what = "a tab switch, layout included"
    ratio = median(times) / whole
    print(f"{what:<42} {median(times):7.1f} ms  {ratio:7.2f} x laying out the whole page")
    print(f"    slowest: {max(times):.1f} ms")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    main()
