"""python -m rosetta new lesson NAME: the page of a lesson and its experiment, to be filled in."""

import argparse
import re
from collections.abc import Callable

from rosetta.project.declarations import WorkloadError
from rosetta.project.files import write_whole
from rosetta.project.languages import Python
from rosetta.project.lessons import FOLDER, LONGEST
from rosetta.project.workloads import LESSONS, Project
from rosetta.run.refresh import shown

PAGE = """\
---
lesson:
  workloads: [{workload}]
  source: project               # or study: the older study taught it
  claim: What is claimed, in one sentence without a measured figure.
  keywords: [{keyword}]         # what somebody would search for who has met it
  quantity: What is measured
  unit: s                       # s, MiB, %; "" for a bare number
  with: one way
  without: the other way
  expect: "> 1.1"               # the claim, of the ratio with / without
  prose: not measured here      # the verdict that the text below is written for
  lines:                        # each quotation is part of exactly one line of code
    - "{quotation}"
---

# {title}

{{.lead}}
What goes wrong, and for whom.

```{{lesson}}
```

Why it is so, how to see it, what to do about it in each framework.
No figure that was measured is typed here: the verdict above has them.
"""
EXPERIMENT = """\
# %% [markdown]
# # {title}: {label}

# %% setup

# %%
import time

import numpy as np

# %% experiment [markdown]
# Both ways in turn, after one of each that does not count.


# %%
def seconds(way):
    begun = time.perf_counter()
    way()
    return time.perf_counter() - begun


def one_way():
    np.sort(np.random.default_rng(0).random(100_000))


def other_way():
    np.random.default_rng(0).random(100_000)


seconds(one_way), seconds(other_way)
with_, without = [], []
for _ in range(10):
    with_.append(seconds(one_way))
    without.append(seconds(other_way))
print(f"{{len(with_)}} pairs")

# %% results [markdown]
# What was measured; the verdict is drawn from it.

# %%
{{"device": "cpu", "with": with_, "without": without}}
"""
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def add_to(commands, load: Callable[[], Project]) -> None:
    """Add the command to those of a parser; `load` reads the project when it is run."""
    about = "Make the skeleton of a lesson: its page, if new, and an experiment that runs as it is."
    parser = commands.add_parser("new", help=about, description=about)
    kinds = parser.add_subparsers(required=True, metavar="lesson")
    lesson = kinds.add_parser("lesson", help=about, description=about)
    lesson.add_argument(
        "name", metavar="NAME", help="small letters and dashes: relu-after-the-pool"
    )
    lesson.add_argument(
        "--framework",
        default="pytorch",
        metavar="NAME",
        help="of the experiment (default: pytorch)",
    )
    lesson.add_argument(
        "--workload", default="cnn", metavar="NAME", help="that it is about (default: cnn)"
    )
    lesson.set_defaults(command=lambda given: new_lesson(given, load()))


def new_lesson(given: argparse.Namespace, project: Project) -> int:
    """Write the page and an experiment, or one more experiment of a lesson that has a page.

    Nothing that exists is written over.
    """
    if not NAME.fullmatch(given.name):
        raise WorkloadError(
            f"{given.name!r} is no name for a lesson: small letters, figures and single dashes, "
            "such as relu-after-the-pool."
        )
    script = project.script(f"{given.workload}/{given.framework}")
    if script.framework.language != Python.name:
        raise WorkloadError(
            f"{given.framework} is written in {script.language.label}, of which there is no "
            "skeleton; scripts/lessons has programs to start from."
        )
    page = project.root / FOLDER / f"{given.name}.md"
    stem = f"{given.framework}_{given.name.replace('-', '_')}"
    experiment = project.root / "scripts" / LESSONS / f"{stem}{script.language.extension}"
    title = given.name.replace("-", " ").capitalize()
    if experiment.exists():
        raise WorkloadError(
            f"{experiment}: is there already; choose another name or framework, or remove it."
        )
    if not page.exists():
        first = next(iter(unique_lines(script.code_lines())), "quote a line")
        quotation = quoted(f"{script.name}: {first}")
        told = {"title": title, "keyword": title.lower()[:LONGEST], "quotation": quotation}
        write_whole(page, PAGE.format(workload=given.workload, **told))
        print(shown(page))
    write_whole(experiment, EXPERIMENT.format(title=title, label=script.framework.label))
    print(shown(experiment))
    print(f"Run it: python -m rosetta run lessons/{given.name}/{given.framework}")
    return 0


def unique_lines(lines: dict[int, str]) -> list[str]:
    """Return the lines that are part of no other one: what can be quoted whole."""
    stripped = [line.strip() for line in lines.values() if line.strip()]
    return [line for line in stripped if sum(line in other for other in stripped) == 1]


def quoted(text: str) -> str:
    """Write a text as it stands between the double quotes of YAML."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
