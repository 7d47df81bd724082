"""Time variants of a script's training step in turns, inside the framework's environment.

Imported by the programs beside it. Python 3.8 syntax: the oldest environment runs it too.
"""

import contextlib
import io
import itertools
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parent.parent / "scripts" / "cnn"
IMAGES = 6_400
# The programs beside this one are named like frameworks and must not be imported for them.
sys.path = [path for path in sys.path if Path(path).resolve() != HERE]


def load(file_name, replace=("", "")):
    """Execute a script's steps before "train"; return its names, with fewer training images.

    `replace` is a piece of its text and what to put there. Raises ValueError if the text lacks it.
    """
    path = SCRIPTS / file_name
    text, found, _ = path.read_text().partition("\n# %% train ")
    if not found or replace[0] not in text:
        missing = replace[0] if found else "# %% train"
        raise ValueError(f"{path}: expected {missing!r}, found none")
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text.replace(*replace), str(path), "exec"), names)
    for name in ("x_train", "y_train"):
        names[name] = names[name][:IMAGES].copy()
    names["x_test"] = names["y_test"] = None
    return names


def looped(step):
    """Return a function that takes training steps over all batches and returns the last loss."""

    def loop(batches):
        for images, labels in batches:
            loss = step(images, labels)
        return loss

    return loop


def compare(script, wait, variants, loops=None):
    """Print a line for each variant: a description and a function (images, labels) -> loss.

    The first one is the script's own form. `loops` are variants that take all the batches of a turn
    at once: functions (batches) -> loss. `wait` gets the last loss of a turn and returns when
    everything has been computed. Turns are short and alternate between the variants, so that a busy
    machine slows all of them alike; the first turn, which compiles, is not counted.
    """
    turns, steps = int(sys.argv[1]), int(sys.argv[2])
    variants = {**{name: looped(step) for name, step in variants.items()}, **(loops or {})}
    seconds = {name: [] for name in variants}
    for turn in range(1 + turns):
        for name, loop in variants.items():
            arrays = script["x_train"], script["y_train"]
            batches = script["minibatches"](*arrays, script["BATCH_SIZE"], seed=turn)
            start = time.perf_counter()
            wait(loop(itertools.islice(batches, steps)))
            seconds[name].append((time.perf_counter() - start) / steps)
    own = min(next(iter(seconds.values()))[1:])
    for name, found in seconds.items():
        fastest, median = min(found[1:]), statistics.median(found[1:])
        print(f"  {fastest:.4f} s  {fastest / own:.2f} x  {name}  (median {median:.4f} s)")
