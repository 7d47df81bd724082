"""Write numbers for people: the only place where it is decided how a quantity looks.

A number has three figures, or two where it is an error; it has no exponent of ten where it can be
read without one. No line breaks within a number, nor between it and its unit.
"""

import math
import re

SPACE = "\u00a0"
MINUS = "\u2212"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# What a program prints where it needs an exponent: 1e-05, 2.50e+07.
PRINTED = re.compile(r"(?<![\w.])(-?)(\d+(?:\.\d+)?)e([+-]\d+)(?![\w.])")


def figure(value: float) -> str:
    """Write a measured number with three figures: 5, 0.113, 8.30, 88.0, 1,930, 1.50 × 10⁻⁷.

    Of what is whole, or 100 and more, there are no decimals.
    """
    size = abs(value)
    if size and not 1e-3 <= size < 1e6:
        return power(value, 2)
    decimals = 0 if value == int(value) or size >= 99.95 else decimals_of(size, 3)
    return signed(f"{value:,.{decimals}f}")


def amount(error: float) -> str:
    """Write an error with two figures; it may be tiny, or infinite where nothing was compared."""
    if math.isinf(error):
        return "any amount"
    if error and not 0.01 <= abs(error) < 1e6:
        return power(error, 1)
    rounded = float(f"{error:.1e}")
    text = f"{rounded:,.{decimals_of(abs(rounded), 2) if rounded else 0}f}"
    return signed(text.rstrip("0").rstrip(".") if "." in text else text)


def decimals_of(size: float, figures: int) -> int:
    return max(0, figures - 1 - math.floor(math.log10(float(f"{size:.{figures - 1}e}"))))


def power(value: float, decimals: int) -> str:
    """Write a number as a power of ten: 5 × 10⁻⁶, 3.8 × 10⁸."""
    mantissa, _, exponent = f"{value:.{decimals}e}".partition("e")
    if float(mantissa) == int(float(mantissa)):
        mantissa = mantissa.partition(".")[0]
    raised = str(int(exponent)).translate(RAISED)
    return signed(f"{mantissa}{SPACE}×{SPACE}10{raised}")


def signed(text: str) -> str:
    """Put a minus for the hyphen, after which a line would break."""
    return f"{MINUS}{text[1:]}" if text.startswith("-") else text


def typeset(text: str) -> str:
    """Set the powers of ten in a sentence that a program wrote."""
    return PRINTED.sub(
        lambda found: (figure if len(found[2]) > 3 else amount)(float(found[0])), text
    )


def with_unit(number: str, unit: str) -> str:
    return f"{number}{SPACE}{unit}" if unit else number


# ---- Quantities -----------------------------------------------------------------------------


def time_scale(seconds: float) -> tuple[float, str]:
    """Return what to multiply seconds by, and the unit then: s, ms or µs."""
    if seconds >= 1 or not seconds:
        return 1, "s"
    return (1e3, "ms") if seconds >= 1e-3 else (1e6, "µs")


def seconds(value: float) -> str:
    """Write a duration: 5 ms, 113 ms, 8.30 s, 881 s, 1,930 s."""
    scale, unit = time_scale(value)
    return with_unit(figure(scale * value), unit)


def milliseconds(value: float) -> str:
    """Write the time of a training step, of which all are to be compared: in ms, be it long."""
    return with_unit(bare_milliseconds(value), "ms")


def bare_milliseconds(value: float) -> str:
    return figure(1e3 * value)


def gibibytes(count: float) -> str:
    return f"{count / 2**30:,.2f}"


def memory(count: float | None) -> str:
    return with_unit(gibibytes(count), "GiB") if count else ""


def percent(fraction: float) -> str:
    return f"{100 * fraction:.2f}{SPACE}%"


def band(low: float, high: float) -> str:
    """Write what correct programs reach: '73 % to 80 %'."""
    return f"{100 * low:.0f}{SPACE}% to {100 * high:.0f}{SPACE}%"


def points(difference: float) -> str:
    """Write a difference of two fractions."""
    return with_unit(f"{100 * difference:.1f}", "points")


def described(low: float, middle: float, high: float, unit: str) -> str:
    """Write a median with its quartiles in brackets; seconds become ms or µs where they are few."""
    scale, unit = time_scale(middle) if unit == "s" else (1, unit)
    ends = f" ({figure(scale * low)} to {figure(scale * high)})" if low != high else ""
    return f"{with_unit(figure(scale * middle), unit)}{ends}"
