"""How a number looks, whatever page it stands on."""

import math

import pytest

from rosetta.project import numbers


def plainly(text: str) -> str:
    """Return a text with spaces at which a line would break: none is within a number."""
    assert " " not in text or text.endswith(")") or " to " in text or text == "any amount", text
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"), (5.0, "5"), (51.0, "51"), (0.1134, "0.113"), (8.3, "8.30"), (88.04, "88.0"),
        (99.97, "100"), (881.4, "881"), (1219.6, "1,220"), (1930.4, "1,930"), (0.00321, "0.00321"),
        (1.5e-7, "1.50 × 10⁻⁷"), (5e-6, "5 × 10⁻⁶"), (2.34e7, "2.34 × 10⁷"), (-0.5, "−0.500"),
        (-2e-9, "−2 × 10⁻⁹"),
    ],
)  # fmt: skip
def test_a_figure_has_three_digits_and_no_exponent_that_can_be_spared(value, shown):
    assert plainly(numbers.figure(value)) == shown


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (0, "0"), (math.inf, "any amount"), (1e-5, "1 × 10⁻⁵"), (1.26e-5, "1.3 × 10⁻⁵"),
        (0.00999, "1 × 10⁻²"), (0.05, "0.05"), (0.2, "0.2"), (1, "1"), (20.3, "20"),
        (634, "630"), (1421, "1,400"), (3.8e8, "3.8 × 10⁸"),
    ],
)  # fmt: skip
def test_an_error_has_two_digits(error, shown):
    assert plainly(numbers.amount(error)) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (numbers.seconds(0.005), "5 ms"),
        (numbers.seconds(0.1134), "113 ms"),
        (numbers.seconds(8.3), "8.30 s"),
        (numbers.seconds(51.0), "51 s"),
        (numbers.seconds(1930.4), "1,930 s"),
        (numbers.seconds(4.2e-5), "42 µs"),
        (numbers.seconds(0.0), "0 s"),
        (numbers.milliseconds(1.2196), "1,220 ms"),
        (numbers.milliseconds(0.0874), "87.4 ms"),
        (numbers.memory(3 * 2**29), "1.50 GiB"),
        (numbers.memory(0), ""),
        (numbers.percent(0.7532), "75.32 %"),
        (numbers.points(0.041), "4.1 points"),
        (numbers.band(0.73, 0.8), "73 % to 80 %"),
        (numbers.described(0.0019, 0.002, 0.0021, "s"), "2 ms (1.90 to 2.10)"),
        (numbers.described(3.0, 3.0, 3.0, "×"), "3 ×"),
    ],
)
def test_a_quantity_has_its_unit_on_the_same_line(written, shown):
    assert plainly(written) == shown


def test_what_a_program_wrote_is_set_like_the_rest():
    told = numbers.typeset("off by 1e-05 (allowed 2.0e-06), 2e-01, in 0e3d4-05 and pool.1e-5")
    assert told.replace("\u00a0", " ") == (
        "off by 1 × 10⁻⁵ (allowed 2 × 10⁻⁶), 0.2, in 0e3d4-05 and pool.1e-5"
    )
