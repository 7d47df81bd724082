"""Show long work as it goes: one live line on a terminal, plain lines anywhere else."""

import sys
import time
from contextlib import contextmanager

try:  # Not there on a box that runs scripts with `--here`: plain lines do.
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
except ImportError:
    Console = None


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class Progress:
    """Say what runs now: workload, framework, step, elapsed."""

    def __init__(self):
        self._live = bool(Console) and sys.stdout.isatty()

    def say(self, text: str) -> None:
        print(text, flush=True)

    @contextmanager
    def running(self, title: str):
        """Yield a function to be told each step as it begins."""
        begun, steps = time.monotonic(), []

        def line() -> str:
            return (
                f"{title}  {steps[-1] if steps else 'starting'}  {clock(time.monotonic() - begun)}"
            )

        def plain(step: str) -> None:
            if [step] != steps[-1:]:
                steps.append(step)
                self.say(line())

        if not self._live:
            yield plain
            return
        with Live(Ticking(line), console=Console(), refresh_per_second=4, transient=True):
            yield steps.append


class Ticking:
    """Draw the line anew at every refresh, so that the clock ticks within a step."""

    def __init__(self, line):
        self._line = line
        self._spinner = Spinner("dots") if Console else None

    def __rich__(self):
        self._spinner.update(text=self._line())
        return self._spinner
