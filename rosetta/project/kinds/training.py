"""The kind `training`: a network is trained for some epochs, and tested.

A script reports `epoch_seconds`, `step_seconds` (a training step's time in each block of 20),
`train_losses` (the mean loss of each block) and `test_accuracy`, a fraction.
"""

from collections.abc import Mapping

from rosetta.project import numbers

from .base import Check, Column, Curve, Fact, Kind, Number, Reported, Speed, Timing, Total
from .timing import counted, steady

STEPS_PER_BLOCK = 20


def timing(reported: Reported) -> Timing | None:
    return steady(reported.get("step_seconds"), STEPS_PER_BLOCK)


def seconds(reported: Reported) -> float | None:
    epochs = reported.get("epoch_seconds")
    return sum(epochs) if epochs else None


def blocks(count: int) -> str:
    return counted(count, STEPS_PER_BLOCK)


SPEED = Speed(
    quantity="training step",
    per="per training step",
    axis="milliseconds per training step",
    scale=1e3,
    head="Per step",
    read=timing,
    bare=numbers.bare_milliseconds,
    words=numbers.milliseconds,
    blocks=blocks,
)


def quantities(reported: Reported) -> dict[str, Number]:
    timed = timing(reported)
    found = SPEED.numbers(timed) if timed else {}
    if epochs := reported.get("epoch_seconds"):
        found["training"] = Number(sum(epochs), "s", count=len(epochs))
        found["first epoch"] = Number(epochs[0], "s")
    if "test_accuracy" in reported:
        found["test accuracy"] = Number(reported["test_accuracy"], "fraction")
    return found


def facts(reported: Reported, run: str) -> list[Fact]:
    found, epochs, timed = [], reported.get("epoch_seconds") or [], timing(reported)
    if epochs:
        # One epoch of a short run has fewer steps: its profile says how long it was.
        count = f"{len(epochs)} epochs" if len(epochs) > 1 else run
        found.append(Fact("Training", numbers.seconds(sum(epochs)), count))
    if len(epochs) > 1:
        found.append(Fact("First epoch", numbers.seconds(epochs[0]), "warm-up included"))
    return found + (SPEED.facts(timed) if timed else [])


def training_words(found: Mapping[str, Number], run: str) -> tuple[str, ...]:
    total = found["training"]
    if total.count == 1:  # which need not be a whole epoch
        return numbers.figure(total.value), run
    first = numbers.figure(found["first epoch"].value)
    return numbers.figure(total.value), f"first epoch {first}"


KIND = Kind(
    id="training",
    lengths=("EPOCHS", "TRAIN_*", "TEST_*"),
    judged=("initializer", "logits", "losses", "gradients", "changes"),
    speed=SPEED,
    total=Total(
        seconds, "seconds of training", "seconds of a whole training", "Seconds of {run}"
    ),
    check=Check("test_accuracy", "test accuracy", "test accuracies", "Accuracy"),
    curve=Curve(
        "train_losses",
        "training loss",
        "training losses",
        "training step",
        STEPS_PER_BLOCK,
        "All see the same batches in the same order, from first weights of their own: where they "
        "lie on each other they learn alike, and their times can be compared. The pointer names a "
        "line.",
    ),
    numbers=quantities,
    facts=facts,
    columns=(
        Column(
            "Training step, ms", "median; quartiles", SPEED.quantity, SPEED.cell,
            missing="too short to time", spread=True,
        ),
        Column(
            "Training, s", "all epochs; the first", "training", training_words, by_length=True
        ),
        Column("Test accuracy, %", "a check", "test accuracy"),
    ),
    pictures={
        "steps": "speed",
        "losses": "curve",
        "accuracy": "check",
        "memory": "memory",
        "published": "published",
    },
)  # fmt: skip
