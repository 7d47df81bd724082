"""The parts of the drawing that need no site."""

import pytest
from nbformat.v4 import new_output

from rosetta.records.outputs import gated
from rosetta.records.terminal import as_shown
from rosetta.site.pages import measures
from rosetta.site.pages.render import places


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("plain\nlines\n", "plain\nlines\n"),
        ("\r1/2 [=]\r2/2 [==]\n", "2/2 [==]\n"),
        ("12\b3", "13"),
        ("long line\rshort", "shortline"),
        ("dos\r\nlines", "dos\nlines"),
    ],
)
def test_control_characters_act_as_on_a_terminal(printed, shown):
    assert as_shown(printed).replace(" ", "") == shown.replace(" ", "")


def test_pieces_of_a_stream_are_joined_before_they_are_drawn():
    pieces = [
        new_output("stream", name="stdout", text="epoch 1 "),
        new_output("stream", name="stdout", text="loss 0.5\n"),
        new_output("stream", name="stderr", text="warning\n"),
    ]
    assert [output.text for output in gated(pieces)] == ["epoch 1 loss 0.5\n", "warning\n"]
    assert pieces[0].text == "epoch 1 "


def test_cells_are_numbered_within_their_step():
    assert places(["a", "a", "b", "a"]) == [("a", 0), ("a", 1), ("b", 0), ("a", 2)]


def test_long_lists_are_cut_and_counted():
    many = {str(number): number for number in range(12)}
    assert measures.shortened(many) == {"0": 0, "1": 1, "...": "12 in all"}
    assert measures.shortened({"a": list(range(9)), "b": [0.1 + 0.2]}) == {
        "a": [0, 1, 2, "... 9 in all"],
        "b": [0.3],
    }
