"""Hold scripts against the rules that every tab obeys, without running anything."""

from dataclasses import dataclass
from itertools import groupby

from .cells import lines_of
from .workloads import Script

WIDTH = 80
ALLOWED_OF_ROSETTA = "rosetta.datasets"


@dataclass(frozen=True)
class Problem:
    """A rule that a script breaks: where, what is expected and what is there."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def check(script: Script) -> list[Problem]:
    """Return every broken rule of a script, in the order of its lines.

    Of a file that is no script that is all there is to say.
    """
    if script.fault:
        return [Problem(script.relative, script.fault.line, script.fault.text)]
    problems = [
        Problem(script.relative, line, text)
        for rule in (openings, steps, hyperparameters, width, imports, last_cell)
        for line, text in rule(script)
    ]
    return sorted(problems, key=lambda problem: problem.line)


def openings(script: Script):
    """A step is opened once, and code stands in one: a tab shows all of it, in its place."""
    opened = {}
    for step, cells in groupby(script.cells, key=lambda cell: cell.step):
        own = list(cells)
        first = next((cell for cell in own if cell.kind == "code"), None)
        if step is None and first:
            yield (
                first.line,
                "this code stands before the first step, in no tab; give its marker a step's name.",
            )
        if step in opened:
            yield (
                own[0].line,
                f"step {step!r} is opened again here, after line {opened[step]} and another step; "
                "its cells stand together.",
            )
        opened.setdefault(step, own[0].line)


def steps(script: Script):
    """The titles are the workload's steps, in order."""
    expected = tuple(step.id for step in script.workload.steps)
    own = f"{script.workload.path.name}/workload.toml"
    where = "an experiment" if script.lesson else own  # whose steps are the same for all
    for found, wanted in zip(script.steps, expected, strict=False):
        if found != wanted:
            line = next(cell.line for cell in script.cells if cell.step == found)
            yield (
                line,
                f"step {found!r} stands where {where} has {wanted!r}; "
                f"the steps are {', '.join(expected)}.",
            )
            return
    missing = expected[len(script.steps) :]
    if missing:
        yield (
            len(lines_of(script.text)),
            f"the script ends without {', '.join(missing)}; open a step with `# %% {missing[0]}`.",
        )
    elif len(script.steps) > len(expected):
        extra = script.steps[len(expected)]
        line = next(cell.line for cell in script.cells if cell.step == extra)
        yield line, f"step {extra!r} is not among the workload's: {', '.join(expected)}."


def hyperparameters(script: Script):
    """One cell tagged `parameters` repeats the workload's hyperparameters as literals."""
    if script.lesson:
        return
    toml = f"scripts/{script.workload.id}/workload.toml"
    tagged = [cell for cell in script.code_cells if "parameters" in cell.tags]
    if len(tagged) != 1:
        line = tagged[1].line if tagged else 1
        yield line, f'{len(tagged)} cells have tags=["parameters"]; exactly one must.'
        return
    found = dict(script.assigned)
    own = script.proof.hyperparameters if script.proof else {}
    for name, expected in (script.workload.hyperparameters | own).items():
        if name not in found:
            yield tagged[0].line, f"{name} is missing; {toml} says {expected!r}."
            continue
        line, value = found.pop(name)
        if value != expected:
            yield tagged[0].line + line - 1, f"{name} is {value!r}; {toml} says {expected!r}."
    for name, (line, _) in found.items():
        yield tagged[0].line + line - 1, f"{name} is not among [hyperparameters] of {toml}."


def width(script: Script):
    """A tab shows 80 columns without a scroll bar."""
    for number, line in enumerate(lines_of(script.text), start=1):
        if len(line) > WIDTH:
            yield number, f"{len(line)} columns; at most {WIDTH} are shown without scrolling."


def imports(script: Script):
    """Of this project a script imports rosetta.datasets, and never another script."""
    neighbours = {path.stem for path in script.path.parent.glob("*_*.*")}
    allowed = set() if script.lesson else {ALLOWED_OF_ROSETTA}
    for cell in script.code_cells:
        for line, name in script.language.imports(cell.source):
            top = name.partition(".")[0]
            if (top == "rosetta" and name not in allowed) or top in neighbours | {""}:
                kind = (
                    "an experiment imports nothing"
                    if script.lesson
                    else (f"a script imports only {ALLOWED_OF_ROSETTA}")
                )
                yield (
                    cell.line + line - 1,
                    f"imports {name}; of this project {kind}, so that it can be copied alone.",
                )


def last_cell(script: Script):
    """The last cell is a dict for the machine; a print is for people."""
    last, language = script.cells[-1], script.language
    if last.kind != "code" or not language.ends_in_record(last.source):
        yield (
            last.line,
            f"the last cell must end in {language.record}: what this script reports.",
        )
