"""What a script's cells hold against its file: code that is not run, or not as it stands."""

import pytest
from projects import SCRIPT, write_project
from test_languages import JULIA, R, write

from rosetta.project import checks

TRAIN = 'print("training", EPOCHS)\n'


def problems(script) -> list[str]:
    return [str(problem) for problem in checks.check(script)]


def told(root, text: str | bytes) -> str:
    """Write a script, beside one that is sound, and return what is said of it."""
    project = write_project(root, alpha="", beta=SCRIPT)
    path = project.scripts[0].path
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    one, other = write_project_again(root).scripts
    assert problems(other) == []
    [problem] = problems(one)
    assert problem.startswith("scripts/tiny/alpha_tiny.py:")
    assert "\n" not in problem
    return problem.removeprefix("scripts/tiny/alpha_tiny.py:")


def write_project_again(root):
    from rosetta.project.workloads import load_project

    return load_project(root)


FAULTS = {
    "syntax": (TRAIN, "offset = = 1\n", "14: this is no Python: invalid syntax."),
    "return": (TRAIN, "return 1\n", "14: this is no Python: 'return' outside function."),
    "open bracket": (TRAIN, "x = (1,\n", "14: this is no Python: '(' was never closed."),
    "null": (TRAIN, "x = 1\0\n", "14: a null byte is no text"),
    "magic": (TRAIN, "%time x = 1\n", "14: this is no Python: invalid syntax."),
    "prose": ("# Prose.\n", "# Prose.\nRATE = 0.1\n", "12: code below a marker of prose"),
    "raw": ("# %%\n", "# %% [raw]\n# <b>raw</b>\n\n# %%\n", "13: a raw cell is neither run nor"),
    "inactive": ("# %%\n", '# %% active="py"\nx = 1\n\n# %%\n', "13: a raw cell is neither run"),
    "in a text": (TRAIN, f'T = """\n# %% no cell\n"""\n{TRAIN}', "15: '# %%' stands inside a text"),
    "indented": (TRAIN, f"if EPOCHS:\n    # %% no\n    {TRAIN}", "15: an indented '# %%' opens"),
    "glued": (TRAIN, f"# %%time\n{TRAIN}", "14: '# %%time' is neither a marker nor a plain"),
    "three": (TRAIN, f"# %%% sub\n{TRAIN}", "14: '# %%% sub' is neither a marker nor a plain"),
    "codecell": (TRAIN, f"# <codecell>\n{TRAIN}", "14: '# <codecell>' is neither a marker"),
    "in brackets": (TRAIN, f"x = (\n# %%\n1)\n{TRAIN}", "14: this cell cannot be parsed by itself"),
    "language": (
        TRAIN,
        f'{TRAIN}\n# %% language="bash"\n# ls\n',
        "17: jupytext would run '%%bash' in place of this line",
    ),
    "fenced": ("# Prose.\n", "# ```\n# %% no\n# ```\n", "12: '# %%' stands inside a text"),
    "no marker": (SCRIPT, "x = 1\n", "1: no line starts with '# %%'; cells open with lines"),
    "before": (
        SCRIPT,
        f"\nimport os\n{SCRIPT}",
        "2: there are 6 lines that start with '# %%', but",
    ),
    "mark": (SCRIPT, f"\ufeff{SCRIPT}", "1: a byte-order mark precedes the text; save the file"),
    "empty": (SCRIPT, "", "1: the file is empty; cells open with"),
    "blank": (SCRIPT, "\n\n", "1: the file is empty"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_no_script_is_told_with_its_line(tmp_path, name):
    old, new, message = FAULTS[name]
    assert old in SCRIPT
    assert message in told(tmp_path, SCRIPT.replace(old, new, 1) if old != SCRIPT else new)


def test_a_file_in_another_encoding(tmp_path):
    text = SCRIPT.replace("# Prose.", "# Prosé.").encode("latin-1")
    assert told(tmp_path, text) == "11: byte 0xe9 is not UTF-8; save the file as UTF-8."


def test_a_step_that_is_opened_twice(tmp_path):
    text = SCRIPT.replace("# %%\nprint", "# %% setup\nimport os\n\n# %% train\nprint")
    [script] = write_project(tmp_path, alpha=text).scripts
    assert problems(script)[0].startswith(
        "scripts/tiny/alpha_tiny.py:14: step 'setup' is opened again here, after line 5"
    )
    assert ":17: step 'train' is opened again here, after line 11" in problems(script)[1]


def test_code_before_the_first_step(tmp_path):
    text = SCRIPT.replace("# %% setup", "# %%\nimport os\n\n# %% setup")
    [script] = write_project(tmp_path, alpha=text).scripts
    [problem] = problems(script)
    assert ":5: this code stands before the first step, in no tab" in problem


def test_a_script_without_code(tmp_path):
    [script] = write_project(tmp_path, alpha="# %% setup [markdown]\n# Prose.\n").scripts
    assert any("the last cell must end in a dict" in problem for problem in problems(script))


COMMENTS = """\
# !rm beads.txt
# %matplotlib inline
# ls
# ?print
# x = !ls
# # + not a cell
"""


@pytest.mark.parametrize("language", ["python", "r", "julia"])
def test_a_comment_stays_a_comment(tmp_path, language):
    comments = f"{COMMENTS}# %in% asks for membership\n"
    if language == "python":
        [script] = write_project(tmp_path, alpha=SCRIPT.replace(TRAIN, comments + TRAIN)).scripts
    else:
        text = {"r": R, "julia": JULIA}[language]
        opened = "# Prose.\n\n# %%\n"
        assert opened in text
        [script] = write(tmp_path, language, text.replace(opened, opened + comments)).scripts
    assert problems(script) == []
    train = next(cell for cell in script.code_cells if cell.step == "train")
    assert train.source.startswith(comments)


OF_OTHERS = {
    "prose": ("# Prose.\n", "# Prose.\nx = 1\n", ": code below a marker of prose"),
    "raw": ("# %%\n", "# %% [raw]\n# raw\n\n# %%\n", "a raw cell is neither run nor drawn"),
    "indented": ("# %%\n", "# %%\n  # %%\n", "an indented '# %%' opens no cell here"),
    "mark": ("# %% [markdown]\n# # Tiny", "\ufeff# %% [markdown]\n# # Tiny", "1: a byte-order"),
    "in a text": ("# %%\n", '# %%\nx = """\n# %% no\n"""\n', "'# %%' stands inside a text"),
}


@pytest.mark.parametrize("language", ["r", "julia"])
@pytest.mark.parametrize("name", OF_OTHERS)
def test_the_same_in_other_languages(tmp_path, language, name):
    if (language, name) == ("r", "in a text"):
        old, new = "# %%\n", '# %%\nx <- "\n# %% no\n"\n'
        message = OF_OTHERS[name][2]
    else:
        old, new, message = OF_OTHERS[name]
    text = {"r": R, "julia": JULIA}[language]
    assert old in text
    [script] = write(tmp_path, language, text.replace(old, new, 1)).scripts
    [problem] = problems(script)
    assert message in problem


@pytest.mark.parametrize("separator", "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
def test_lines_end_where_an_editor_ends_them(tmp_path, separator):
    """Python alone knows of these separators within a line."""
    odd = f'NAME = "a{separator}b"\n'
    text = SCRIPT.replace(TRAIN, f"{odd}{TRAIN}import rosetta.runner\n")
    [script] = write_project(tmp_path, alpha=text).scripts
    [problem] = problems(script)
    assert ":16: imports rosetta.runner" in problem
    for line, found in script.code_lines().items():
        assert text.split("\n")[line - 1] == found
    assert odd in script.cells_of("train")[-1].source


def test_a_form_feed_between_functions(tmp_path):
    text = SCRIPT.replace(TRAIN, f"\x0c\n{TRAIN}")
    [script] = write_project(tmp_path, alpha=text).scripts
    assert problems(script) == []
    assert script.code_lines()[15] == TRAIN.strip()


def test_an_empty_cell_is_where_its_marker_is(tmp_path):
    [script] = write_project(tmp_path, alpha=f"{SCRIPT}\n# %%\n").scripts
    assert problems(script)[0].startswith("scripts/tiny/alpha_tiny.py:19: the last cell must end")


SOUND = {
    "a line that begins with %": (TRAIN, f'x = ("%d"\n% EPOCHS)\n{TRAIN}'),
    "prose in a text": ("# Prose.\n", '"""\nProse.\n"""\n'),
    "prose between comments": ("# Prose.\n", "# Prose.\n#\n\n# More.\n"),
    "a hash-bang": (SCRIPT, f"#!/usr/bin/env python\n{SCRIPT}"),
    "ends of lines": (SCRIPT, SCRIPT.replace("\n", "\r\n")),
    "an odd escape": (TRAIN, f'x = "\\d"\n{TRAIN}'),
    "a doctest": (TRAIN, f'def f():\n    """Say.\n\n    # a comment\n    """\n\n\n{TRAIN}'),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_has_no_problem(tmp_path, name):
    old, new = SOUND[name]
    text = SCRIPT.replace(old, new, 1) if old != SCRIPT else new
    project = write_project(tmp_path, alpha=SCRIPT)
    project.scripts[0].path.write_bytes(text.encode())
    [script] = write_project_again(tmp_path).scripts
    assert problems(script) == []
