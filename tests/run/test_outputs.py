"""Whatever a cell puts out: what comes through the gate, and what a page shows of it."""

import base64
import os
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from tinysite import TinySite

from rosetta.records import outputs, records
from rosetta.records.outputs import gated
from rosetta.records.terminal import as_shown
from rosetta.run import runner

ROOT = Path(__file__).resolve().parents[2]
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()


# Terminals

SHOWN = {
    "a bar": ("\r1/2 [=]\r2/2 [==]\n", "2/2 [==]\n"),
    "a shorter line over a longer one": ("long line\rshort", "shortline"),
    "erased before it is written anew": ("long line\r\x1b[Kshort", "short"),
    "erased whole": ("long line\x1b[2K\rshort", "short"),
    "nested bars": ("".join(f"\router\n\rinner {b}\x1b[A" for b in range(3)), "outer\ninner 2"),
    "several lines up": ("a\nb\nc\n\x1b[3Ad\x1b[2Be", "d\nb\nce\n"),
    "up beyond the first line": ("a\x1b[9Ab", "ab"),
    "a screen that is cleared": ("a\nb\x1b[2J\x1b[Hc", "c"),
    "all below is erased": ("a\nb\nc\x1b[2A\r\x1b[J", ""),
    "to a column": ("abc\x1b[2Gx\x1b[1C\x1b[1Dy", "axy"),
    "far to the right": ("a\x1b[999999Gb", "a" + " " * 999 + "b"),
    "a cursor that is hidden": ("\x1b[?25la\x1b[?25h", "a"),
    "a link": ("\x1b]8;;https://x.example\x1b\\word\x1b]8;;\x1b\\", "word"),
    "a title": ("\x1b]0;title\x07plain", "plain"),
    "a title without an end": ("\x1b]0;title\nplain", "\nplain"),
    "another alphabet": ("\x1b(Bplain\x1b)0", "plain"),
    "a lone escape": ("plain\x1b", "plain"),
    "a half code": ("plain\x1b[3", "plain[3"),
    "bells and zeros": ("a\x07\x00\x7f\x9bb", "ab"),
    "half a character": ("a\ud800", "a?"),
    "colors": ("\x1b[31mred\x1b[0m plain \x1b[1;38;5;200mpink\x1b[m", None),
    "colors by colons": ("\x1b[38:5:9mred", "\x1b[38;5;9mred"),
    "true colors": ("\x1b[1;38;2;31;42;7mbold\x1b[48;2;1;2;3mplain", "\x1b[1mboldplain"),
    "a bar in color": ("\r\x1b[31m1\x1b[0m/2\r\x1b[32m2\x1b[0m/2", "\x1b[32m2\x1b[0m/2"),
    "lines of another system": ("dos\r\nlines\tand tabs", "dos\nlines\tand tabs"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_text_is_what_a_terminal_shows_in_the_end(name):
    printed, shown = SHOWN[name]
    assert as_shown(printed) == (printed if shown is None else shown)
    assert as_shown(as_shown(printed)) == as_shown(printed)


# The gate


def stream(text: str, name: str = "stdout"):
    return new_output("stream", name=name, text=text)


def display(**data: str):
    return new_output("display_data", data={k.replace("_", "/", 1): v for k, v in data.items()})


def through(*given) -> list:
    """Send outputs through the gate; what went through must do so again as it is."""
    passed = gated(list(given))
    assert gated(passed) == passed
    return passed


def test_a_code_that_came_in_two_pieces():
    first, second = stream("\router\n\rin\x1b["), stream("A\rOUTER")
    assert [output.text for output in through(first, second)] == ["OUTER\nin"]
    assert first.text == "\router\n\rin\x1b[", "what was given stays as it is"


def test_many_lines_are_folded_and_said_to_be():
    [output] = through(stream("".join(f"bead {i}\n" for i in range(200_000))))
    lines = output.text.splitlines()
    assert len(lines) == 401
    assert lines[199:202] == ["bead 199", "[199,600 lines left out]", "bead 199800"]
    assert output.text.endswith("bead 199999\n")
    whole = "".join(f"bead {i}\n" for i in range(outputs.LINES))
    assert through(stream(whole))[0].text == whole


def test_long_lines_are_cut_and_said_to_be():
    [output] = through(stream("\x1b[31m" + "x" * 2_000_000 + "\nend\n"))
    assert "x [1,997,500 characters left out] x" in output.text
    assert output.text.endswith("x\nend\n")
    assert len(output.text) < 3_000
    [output] = through(stream(("y" * 2_000_000 + "\n") * 3 + ("z" * 3_000 + "\n") * 900))
    assert len(output.text) < 300_000


def test_many_outputs_are_folded():
    shown = through(*(stream(str(i), ("stdout", "stderr")[i % 2]) for i in range(1000)))
    assert len(shown) <= outputs.OUTPUTS
    assert shown[outputs.OUTPUTS_KEPT].data == {"text/plain": "[802 outputs left out]"}


def test_of_a_values_forms_text_and_pictures_stay():
    table = display(text_plain="a  b", text_html="<table>", application_javascript="alert()")
    [output] = through(table)
    assert output.data == {"text/plain": "a  b"}
    [output] = through(display(image_png=PNG, image_svg="<svg/>", text_plain="<Figure>"))
    assert output.data == {"image/png": PNG, "text/plain": "<Figure>"}


@pytest.mark.parametrize("words", [{}, {"text_plain": "<IPython.core.display.HTML object>"}])
def test_a_value_that_has_no_words_says_what_was_left_out(words):
    [output] = through(display(text_html="<b>", **words))
    assert output.data == {"text/plain": "[text/html left out: a record keeps text, PNG and JPEG]"}


@pytest.mark.parametrize("data", ["<script>", base64.b64encode(b"<svg/>").decode(), "é"])
def test_a_picture_that_is_none(data):
    [output] = through(display(image_png=data))
    assert output.data == {"text/plain": "[image/png left out: a record keeps text, PNG and JPEG]"}


def test_pictures_that_flood(monkeypatch):
    monkeypatch.setattr(outputs, "PICTURE_CHARACTERS", 2 * len(PNG))
    shown = through(*(display(image_png=PNG) for _ in range(3)))
    assert ["image/png" in output.data for output in shown] == [True, True, False]


def test_of_the_metadata_only_sizes_stay():
    size = {"width": 20, "height": "1;evil", "src": "https://x.example"}
    given = display(image_png=PNG)
    given["metadata"] = {"image/png": size, "filename": "/home/somebody"}
    assert through(given)[0].metadata == {"image/png": {"width": 20}}


def test_errors_are_texts_too():
    given = new_output(
        "error", ename="E", evalue="\x1b]0;t\x07x", traceback=["\x1b(B" + "y" * 9_999]
    )
    [output] = through(given)
    assert output.evalue == "x"
    assert "[7,499 characters left out]" in output.traceback[0]


def test_the_gate_leaves_every_committed_record_as_it_is():
    paths = [path for path in ROOT.glob("results/*/*/*.ipynb") if path.is_file()]
    assert paths
    for path in paths:
        notebook = records.read(path).notebook
        # But for the pieces in which a stream was sent, which pages join.
        before = [outputs.joined(cell.outputs) for cell in code_cells(notebook)]
        runner.clean_outputs(notebook, ROOT)
        assert [cell.outputs for cell in code_cells(notebook)] == before, path


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


# Pages

PUT_OUT = """
import os, sys, warnings
from IPython.display import HTML, SVG, Image, Javascript, Markdown, display

home = os.path.expanduser("~")
display(HTML("<script src='https://cdn.example/p.js'></script>"))
display(HTML(f"<code>{home}</code>"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"))
display(Javascript("alert(1)"))
display(Markdown("<script>alert(1)</script> ![x](https://cdn.example/x.png)"))
display({"text/html": f"<img src='https://cdn.example/y.png' alt='{home}'>"}, raw=True)
display({"application/x-own": home}, raw=True)
print("home:", home + ",", "codes:", chr(27) + "(Bplain", chr(27) + "]0;t" + chr(7) + "titled")
link = chr(27) + "]8;;"
print(link + "https://cdn.example" + chr(27) + chr(92) + "linked" + link + chr(7))
print(chr(27) + "[31mred" + chr(27) + "[0m")
for b in range(3):
    sys.stderr.write(f"\\router\\n\\rinner {b}{chr(27)}[A")
sys.stderr.write("\\n\\n")
warnings.simplefilter("always")
warnings.warn("beads are loose")
for b in range(20_000):
    print("bead", b)
print("w" * 200_000)
"""


def test_no_form_of_output_runs_or_fetches_or_names_a_machine(tmp_path):
    site = TinySite(tmp_path)
    site.edit("scripts/line/abacus_line.py", 'print("weights", weights)\n', PUT_OUT)
    record = site.run("line/abacus")
    assert record.ok
    done = site.draw()
    assert done.returncode == 0, done.stderr
    for address in ("line", "line/abacus"):
        page = BeautifulSoup(site.page(address), "html.parser")
        for code in page.select(".cell_input, script:not(.cell_output *)"):
            code.decompose()  # the script's own lines, and the theme's scripts
        drawn = page.select(".cell_output")
        assert drawn
        for output in drawn:
            assert not output.select("script, img, iframe, svg, [src], [onload]")
            assert not output.select("a[href^=http]")
        words = "\n".join(output.get_text() for output in drawn)
        for foreign in ("cdn.example", os.path.expanduser("~") + ",", "ipykernel_", "alert"):
            assert foreign not in words
        assert "home: ~, codes: plain titled\nlinked\nred" in words
        assert "outer\ninner 2" in words
        assert "inner 1" not in words
        assert re.search(r"<cell>:\d+: UserWarning: beads are loose", words)
        assert "lines left out]" in words
        assert "characters left out]" in words
        assert "[text/html left out: a record keeps text, PNG and JPEG]" in words
        assert page.select(".cell_output span[class*=Color-Red]"), "colors stay"
    assert record.path.stat().st_size < 100_000
    kept = [output for cell in record.outputs() for output in cell]
    assert not any("cdn.example" in str(output) for output in kept)


def test_the_message_of_an_error_is_a_text_as_any_other(tmp_path):
    site = TinySite(tmp_path)
    error = 'raise ValueError(chr(27) + "]0;t" + chr(7) + chr(27) + "[31m" + "x" * 99_999)\n'
    site.edit("scripts/line/abacus_line.py", 'print("weights", weights)\n', error)
    message = site.run("line/abacus").about["failure"]["message"]
    assert message.startswith("ValueError: xxx")
    assert len(message) < 3_000
    done = site.draw()
    assert done.returncode == 0, done.stderr
