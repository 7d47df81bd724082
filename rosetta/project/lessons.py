"""Read the lessons: pages of docs/lessons/ whose front matter claims something that can be tested.

A claim compares two alternatives, *with* and *without*, by a quantity that an experiment measures;
it is an inequality of their ratio. What came of it is the work of rosetta.verdicts.
"""

import operator
import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from .declarations import WorkloadError, read_text

FOLDER = Path("docs", "lessons")
# As safe as the plain one and several times as fast; PyYAML can be built without it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

STILL_TRUE = "still true"
NO_LONGER_TRUE = "no longer true"
DEPENDS = "depends"
NOT_MEASURED = "not measured here"
VERDICTS = (STILL_TRUE, NO_LONGER_TRUE, DEPENDS, NOT_MEASURED)
SOURCES = {"study": "from the older study", "project": "found by this project"}
# A lesson may need what a machine lacks. Of that, only this can be told of a machine: an experiment
# waits for it.
GPU = "a GPU"

FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
INEQUALITY = re.compile(r"([<>]) ?(\d+(?:\.\d+)?)")
# What the front matter may say.
COMPARED = ("quantity", "with", "without", "expect")
REQUIRED = {"workloads", "source", "claim", "keywords", "prose"}
LISTS = ("workloads", "keywords", "faults", "lines")
KNOWN = (
    *("workloads", "source", "claim", "keywords", *COMPARED, "unit"),
    *("needs", "prose", "faults", "lines"),
)
LONGEST = 40  # characters of a keyword: it is a word or two to search for, not a sentence


@dataclass(frozen=True)
class Expectation:
    """The claim as an inequality of the ratio of *with* to *without*."""

    sign: str
    bound: float

    def holds(self, ratio: float) -> bool:
        return {"<": operator.lt, ">": operator.gt}[self.sign](ratio, self.bound)

    def __str__(self) -> str:
        return f"{'more' if self.sign == '>' else 'less'} than {self.bound:g}"


@dataclass(frozen=True)
class Lesson:
    """One page of docs/lessons/: its claim, and the lines it speaks of, as quotations."""

    id: str
    path: Path
    title: str
    claim: str
    workloads: tuple[str, ...]
    source: str
    keywords: tuple[str, ...]  # what a reader would search for, and the title may not say
    prose: str  # the verdict that the text was written for
    faults: tuple[str, ...] = ()  # that the tests plant, as "cnn: momentum off"
    lines: tuple[str, ...] = ()
    needs: str | None = None
    quantity: str | None = None
    unit: str = ""
    with_: str | None = None
    without: str | None = None
    expect: Expectation | None = None

    @property
    def docname(self) -> str:
        return f"lessons/{self.id}"


def load_lessons(root: Path) -> dict[str, Lesson]:
    """Return the lessons by id, in the order of their titles.

    Raises WorkloadError where a page does not say what a lesson must.
    """
    found = [load_lesson(path) for path in sorted((root / FOLDER).glob("*.md"))]
    return {lesson.id: lesson for lesson in sorted(found, key=lambda lesson: lesson.title.lower())}


def load_lesson(path: Path) -> Lesson:
    text = read_text(path)
    front = FRONT.match(text)
    title = front and TITLE.search(text, front.end())
    if not title:
        raise WorkloadError(
            f"{path}: a lesson opens with front matter between two lines `---`, then a title "
            "`# ...`; python -m rosetta new lesson NAME shows one."
        )
    try:
        table = (yaml.load(front[1], LOADER) or {}).get("lesson")
    except (yaml.YAMLError, AttributeError) as error:
        problem = " ".join(str(error).split())
        raise WorkloadError(f"{path}: front matter not readable as YAML: {problem}.") from None
    if not isinstance(table, dict):
        raise WorkloadError(f"{path}: the front matter has no table `lesson:`.")
    told = complete({str(name): value for name, value in table.items()}, path)
    if "expect" in told:
        told["expect"] = expectation(told["expect"], path)
    told["with_"] = told.pop("with", None)  # a word of Python's own
    return checked(Lesson(id=path.stem, path=path, title=title[1], **told))


def complete(table: dict, path: Path) -> dict:
    """Return what the front matter says, if it says all that it must and nothing else."""
    told = {name: typed(name, value, path) for name, value in table.items() if value is not None}
    unknown, missing = sorted(set(told) - set(KNOWN)), sorted(REQUIRED - set(told))
    if unknown:
        raise WorkloadError(f"{path}: unknown {', '.join(unknown)}; known: {', '.join(KNOWN)}.")
    if missing:
        raise WorkloadError(f"{path}: incomplete, missing {', '.join(missing)}.")
    return told


def typed(name: str, value: object, path: Path) -> str | tuple[str, ...]:
    """Return what stands under a name if it is text, or of LISTS a list of texts.

    YAML has other ideas of some words: `with: on` is no text to it, but true.
    """
    if name in LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if name not in LISTS and isinstance(value, str):
        return value
    expected = "a list of texts" if name in LISTS else "a text, in quotation marks where in doubt"
    raise WorkloadError(f"{path}: {name} is {value!r}; expected {expected}.")


def expectation(text: str, path: Path) -> Expectation:
    asked = INEQUALITY.fullmatch(text.strip())
    if not asked:
        raise WorkloadError(
            f"{path}: expect is {text!r}; it is an inequality of the ratio with / without, "
            'such as "> 1.5" or "< 0.1".'
        )
    return Expectation(asked[1], float(asked[2]))


def checked(lesson: Lesson) -> Lesson:
    """Return the lesson if its words are among those that are known, and its keywords are some."""
    for name, value, known in (
        ("prose", lesson.prose, VERDICTS),
        ("source", lesson.source, tuple(SOURCES)),
    ):
        if value not in known:
            raise WorkloadError(f"{lesson.path}: {name} is {value!r}; known: {', '.join(known)}.")
    for number, word in enumerate(lesson.keywords or ("",)):
        before = [known.lower() for known in lesson.keywords[:number]]
        if not 0 < len(word.strip()) <= LONGEST or word.lower() in before:
            raise WorkloadError(
                f"{lesson.path}: keyword {word!r}; expected a word or two, at most {LONGEST} "
                "characters, each once."
            )
    compared = (lesson.quantity, lesson.with_, lesson.without, lesson.expect)
    missing = [name for name, value in zip(COMPARED, compared, strict=True) if not value]
    if missing and (lesson.needs is None or len(missing) < len(COMPARED)):
        raise WorkloadError(
            f"{lesson.path}: missing {', '.join(missing)}; only a lesson that says what it `needs` "
            "can be without an experiment, and then without all four."
        )
    return lesson
