"""The kind `inference`: a network that has learned already is run forward over images.

A script reports `image_seconds`, the seconds an image takes in each block of BLOCK batches. What is
compared is the time of 1,000 images, as older studies gave it.
"""

from rosetta.project import numbers

from .base import Column, Fact, Kind, Number, Reported, Speed, Timing, Total
from .timing import counted, steady

BLOCK = 4
IMAGES = 1_000


def timing(reported: Reported) -> Timing | None:
    """Return the seconds of 1,000 images; the first block, which compiles, is the warm-up."""
    thousands = [IMAGES * seconds for seconds in reported.get("image_seconds") or ()]
    return steady(thousands, reported.get("batch_size", 0) * BLOCK / IMAGES)


def blocks(count: int) -> str:
    return f"{counted(count, BLOCK)} batches"


SPEED = Speed(
    quantity="1,000 images",
    per="per 1,000 images",
    axis="seconds per 1,000 images",
    scale=1,
    head="Per 1,000",
    read=timing,
    bare=numbers.figure,
    words=numbers.seconds,
    blocks=blocks,
)


def quantities(reported: Reported) -> dict[str, Number]:
    timed = timing(reported)
    return SPEED.numbers(timed) if timed else {}


def facts(reported: Reported, run: str) -> list[Fact]:
    timed = timing(reported)
    return SPEED.facts(timed) if timed else []


def seconds(reported: Reported) -> float | None:
    timed = timing(reported)
    return timed.middle if timed else None


KIND = Kind(
    id="inference",
    lengths=("BATCHES", "*_BATCHES", "IMAGES"),
    judged=("features",),
    speed=SPEED,
    total=Total(seconds, SPEED.axis, SPEED.axis, "Seconds per 1,000 images"),
    numbers=quantities,
    facts=facts,
    columns=(
        Column(
            "1,000 images, s", "median; quartiles", SPEED.quantity, SPEED.cell,
            missing="too short to time", spread=True,
        ),
    ),
    pictures={"seconds": "speed", "memory": "memory", "published": "published"},
)  # fmt: skip
