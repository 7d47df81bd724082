"""Nothing is done twice: what has not changed is neither parsed, read nor written again."""

import hashlib
from collections import Counter

import pytest
from projects import write_project, write_record
from pygments.formatters import HtmlFormatter
from pygments.lexer import RegexLexer
from sphinx.highlighting import PygmentsBridge
from tinysite import draw_tiny, lent

from rosetta.records.records import paths_by_script, paths_of
from rosetta.site.base import dependencies
from rosetta.site.base.catalog import Catalog
from rosetta.site.pages.highlighting import Remembering

# What Sphinx writes at the end of every build, whatever has changed.
ALWAYS = {".buildinfo", "objects.inv", "searchindex.js", "search/index.html", "_static"}
# Sphinx, which says at its end how many records it read.
COUNTING = """
import sys
from sphinx.cmd.build import main
from rosetta.records import records
parse, read = records.parse, []
records.parse = lambda text, path: read.append(path.name) or parse(text, path)
status = main(sys.argv[1:])
print("records read:", read)
sys.exit(status)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return draw_tiny(tmp_path_factory.mktemp("quick"))


def written(site) -> dict[str, tuple[int, str]]:
    """Return when each file of the site was written, and what is in it."""
    paths = {path.relative_to(site.html).as_posix(): path for path in site.html.rglob("*")}
    return {
        name: (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for name, path in paths.items()
        if path.is_file() and not {name, name.partition("/")[0]} & ALWAYS
    }


def test_with_nothing_stale_no_page_is_written_and_no_record_is_read(site):
    before = written(site)
    done = site.draw(program=("-c", COUNTING))
    assert done.returncode == 0, done.stderr
    assert "records read: []" in done.stdout
    after = written(site)
    assert {name for name in before if before[name] != after.get(name)} == set()
    assert set(after) == set(before)


def test_what_lies_beside_a_page_is_put_back_when_it_is_gone(site):
    beside = ["line/abacus/abacus_line.py", "line/abacus/abacus_line.full.ipynb"]
    beside += ["results/line/line.json", "results/line/line.csv"]
    before = {name: (site.html / name).read_bytes() for name in beside}
    for name in beside:
        (site.html / name).unlink()
    assert site.draw().returncode == 0
    assert {name: (site.html / name).read_bytes() for name in beside} == before


def test_a_page_offers_the_record_that_it_shows_also_after_a_change(site):
    """Which one that is was noted when the page was drawn, which a new record makes happen anew."""
    offered = "line/abacus/abacus_line.short.ipynb"
    assert not (site.html / offered).exists()
    with lent(site):
        next(site.root.glob("results/*/line/abacus_line.full.ipynb")).unlink()
        site.run("line/abacus", "short")
        done = site.draw()
        assert done.returncode == 0, done.stderr
        assert (site.html / offered).exists()
        assert 'href="abacus_line.short.ipynb"' in site.page("line/abacus")


def test_all_records_are_found_as_each_one_is(tmp_path):
    project = write_project(tmp_path, alpha="# %% setup\n1\n", beta="# %% setup\n2\n")
    for number in (0, 1):
        write_record(project, number)
        write_record(project, number, ok=False, box="other-box")
    published = tmp_path / "results/published/tiny"
    published.mkdir(parents=True)
    (published / "alpha_tiny.short.ipynb").touch()
    (tmp_path / "results/cpu-box/tiny/gamma_tiny.short.ipynb").touch()
    found = paths_by_script(project)
    assert found == {script.name: paths_of(project, script) for script in project.programs}
    assert [len(paths) for paths in found.values()] == [2, 2]


def test_a_subject_is_digested_once_a_build(site, monkeypatch):
    asked, fingerprint = Counter(), dependencies.fingerprint

    def counted(catalog, subject):
        asked[subject] += 1
        return fingerprint(catalog, subject)

    monkeypatch.setattr(dependencies, "fingerprint", counted)
    catalog = Catalog(site.root)
    for _ in range(3):
        assert dependencies.now(catalog, "script line/abacus")
    assert asked == {"script line/abacus": 1}
    other = Catalog(site.root)  # the next build looks again
    assert dependencies.now(other, "script line/abacus")
    assert asked == {"script line/abacus": 2}


CODE = 'x = 1 < 2\n\n\ndef train(text="a & b"):\n    return text\n'
SHOWN = [
    {},
    {"linenos": "inline", "linenostart": 7, "linespans": "L"},
    {"linenos": "inline", "linenostart": 31, "linespans": 'a"b'},
    {"linenos": "inline"},
    {"hl_lines": [1, 4]},
    {},
]


def test_code_is_colored_as_sphinx_does_and_read_once(monkeypatch):
    plain, quick = PygmentsBridge("html"), PygmentsBridge("html")
    Remembering(quick)
    expected = [plain.highlight_block(CODE, "python", **options) for options in SHOWN]
    read, make, made = RegexLexer.get_tokens_unprocessed, HtmlFormatter.__init__, Counter()

    def reads(self, *given):
        made["codes"] += 1
        return read(self, *given)

    def makes(self, **options):
        made["formatters"] += 1
        make(self, **options)

    monkeypatch.setattr(RegexLexer, "get_tokens_unprocessed", reads)
    monkeypatch.setattr(HtmlFormatter, "__init__", makes)
    assert [quick.highlight_block(CODE, "python", **options) for options in SHOWN] == expected
    assert made == {"codes": 1, "formatters": 3}


def test_what_is_no_code_of_its_language_is_colored_as_sphinx_does():
    plain, quick = PygmentsBridge("html"), PygmentsBridge("html")
    Remembering(quick)
    for source in (CODE, "a $ ? b\n", ">>> 1 + 1\n2\n", "a $ ? b\n"):
        for language in ("default", "python", "text", "r", "julia", "no-such-language"):
            expected = plain.highlight_block(source, language)
            assert quick.highlight_block(source, language) == expected
