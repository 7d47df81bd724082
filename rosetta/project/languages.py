"""What the machinery has to know of the language that a script is written in; asked nowhere else.

A language is named in frameworks.toml by the name that Pygments and Jupyter have for it, too. A
new one is a subclass of Language and a place in LANGUAGES. Pure: nothing is started here.
"""

import ast
import json
import re
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from .precision import READ_BACK
from .reporting import ASK_LAST, PYTHON_REPORT, value_told


class Language(ABC):
    """How scripts of a language are named, read, checked and run.

    Each of them has the environment's Python at hand: it is Python, or has a bridge to it.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    extension: ClassVar[str]
    # What must be on PATH, and how one gets it; None where the environment has it.
    program: ClassVar[str | None] = None
    get_it: ClassVar[str] = ""
    # What a script's last cell ends in, for people, and code that prints the cell's value as JSON,
    # which `value` reads: what a kernel shows of a value is made for people, and can be cut short.
    record: ClassVar[str]
    report: ClassVar[str]
    # Code that prints the precision in force as JSON; None where there is no telling.
    precision: ClassVar[str | None] = None

    @property
    def percent(self) -> dict[str, str]:
        """Return jupytext's description of the format."""
        return {"extension": self.extension, "format_name": "percent"}

    def parse(self, source: str) -> set[int]:
        """Return the numbers of the lines that begin inside a text, as far as they can be told.

        Raises SyntaxError where a parser is at hand and the source cannot be parsed.
        """
        return set()

    def is_text(self, source: str) -> bool:
        """Tell whether a source is but one text, which does nothing when it is run."""
        return False

    @abstractmethod
    def kernel(self, python: Path) -> list[str]:
        """Return the command that becomes a kernel; {connection_file} is filled in by Jupyter."""

    def variables(self, python: Path, project: Path) -> dict[str, str]:
        """Return what a kernel's environment must say; `project` is the folder of own locks."""
        return {}

    @abstractmethod
    def probe(self, packages: tuple[str, ...]) -> str:
        """Return code that prints {"python", "versions"} as JSON and imports no framework.

        Without "python", Python's part is asked of the interpreter itself.
        """

    @abstractmethod
    def literal(self, value: object) -> str:
        """Write a number, text or truth value as the language does."""

    @abstractmethod
    def assignment(self, name: str, value: object) -> str:
        """Write an assignment of a literal."""

    @abstractmethod
    def assignments(self, source: str) -> dict[str, tuple[int, object]]:
        """Return a cell's assignments: name -> (line, value), the value's text if no literal."""

    @abstractmethod
    def imports(self, source: str) -> Iterator[tuple[int, str]]:
        """Yield (line, module or file) of whatever a cell imports."""

    @abstractmethod
    def ends_in_record(self, source: str) -> bool:
        """Tell whether the last thing in a cell is what a script reports."""

    def value(self, text: str) -> object:
        """Read what `report` printed. Raises ValueError, also for what a record cannot keep."""
        return json.loads(text) if text else None

    def complaint(self, name: str, message: str) -> str:
        """Return a kernel's error in one line, from its name and its message."""
        return f"{name}: {message}"


class Python(Language):
    """The language of most frameworks: read with its own parser."""

    name, label, extension = "python", "Python", ".py"
    record = "a dict display"
    report = PYTHON_REPORT + ASK_LAST
    precision = f"{READ_BACK}print(_rosetta_told)\ndel _rosetta_told, _rosetta_precision"

    def parse(self, source: str) -> set[int]:
        try:
            with warnings.catch_warnings():  # an odd escape is the script's affair
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
                # Beyond parsing: `return` outside of a function, and the like.
                compile(tree, "script", "exec", dont_inherit=True)
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error) or type(error).__name__) from None
        if not re.search(r"\"{3}|'{3}|\\\n", source):
            return set()
        texts = (
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        )
        return {line for node in texts for line in range(node.lineno + 1, node.end_lineno + 1)}

    def is_text(self, source: str) -> bool:
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError):
            return False
        return len(body) == 1 and (
            isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
            and isinstance(body[0].value.value, str)
        )

    def kernel(self, python: Path) -> list[str]:
        # What a library writes past Python, as TensorFlow's greeting, goes to the log, not a page.
        return [
            *(str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"),
            "--IPKernelApp.capture_fd_output=False",
        ]

    def probe(self, packages: tuple[str, ...]) -> str:
        return PYTHON_PROBE % (list(packages),)

    def literal(self, value: object) -> str:
        return repr(value)

    def assignment(self, name: str, value: object) -> str:
        return f"{name} = {self.literal(value)}"

    def assignments(self, source: str) -> dict[str, tuple[int, object]]:
        found = {}
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                try:
                    value = ast.literal_eval(node.value)
                except (ValueError, TypeError):  # the latter of {[]: 1}
                    value = ast.unparse(node.value)
                found[node.targets[0].id] = (node.lineno, value)
        return found

    def imports(self, source: str) -> Iterator[tuple[int, str]]:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, node.module or "."

    def ends_in_record(self, source: str) -> bool:
        body = ast.parse(source).body
        last = body[-1] if body else None
        return isinstance(last, ast.Expr) and isinstance(last.value, ast.Dict)

    def value(self, text: str) -> object:
        return value_told(text)


class ReadByLine(Language):
    """A language of which no parser is at hand: cells are read line by line.

    That is enough for the rules: hyperparameters stand one to a line, and what stands at a line's
    start is not inside anything.
    """

    sign: ClassVar[str]
    words: ClassVar[dict[str, object]]
    # Finds the module or file that a line imports, as the group `module`.
    importing: ClassVar[re.Pattern]
    opening: ClassVar[str]
    # Finds texts, comments and what else may hold a quote; those that go over lines are quoted.
    quoting: ClassVar[re.Pattern]

    def parse(self, source: str) -> set[int]:
        found = set()
        for text in self.quoting.finditer(source):
            first = source.count("\n", 0, text.start()) + 1
            found.update(range(first + 1, first + text[0].count("\n") + 1))
        return found

    def assignment(self, name: str, value: object) -> str:
        return f"{name} {self.sign} {self.literal(value)}"

    def assignments(self, source: str) -> dict[str, tuple[int, object]]:
        found = {}
        for number, line in enumerate(source.split("\n"), start=1):
            assigned = re.fullmatch(rf"(\w+) {self.sign} (.+?)\s*(?:#.*)?", line)
            if assigned:
                found[assigned[1]] = (number, self.read(assigned[2]))
        return found

    def read(self, text: str) -> object:
        """Return the value of a literal, or the text if it is none."""
        if text in self.words:
            return self.words[text]
        try:
            return ast.literal_eval(self.as_python(text))
        except (ValueError, SyntaxError, TypeError):
            return text

    def as_python(self, text: str) -> str:
        return text

    def imports(self, source: str) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(source.split("\n"), start=1):
            code = line.partition("#")[0]
            yield from ((number, found["module"]) for found in self.importing.finditer(code))

    def ends_in_record(self, source: str) -> bool:
        opened = [line for line in source.split("\n") if re.match(r"[^\s#)\]}]", line)]
        return bool(opened) and opened[-1].startswith(self.opening) and source.endswith(")")


class R(ReadByLine):
    """R in IRkernel; reticulate takes the environment's Python."""

    name, label, extension = "r", "R", ".R"
    program = "R"
    get_it = "on Debian: apt-get install r-base-core r-cran-irkernel r-cran-reticulate"
    record, opening = "list(...)", "list("
    sign = "<-"
    words = {"TRUE": True, "FALSE": False, "NULL": None}  # noqa: RUF012 - ClassVar in the base
    importing = re.compile(r"\b(?:import|library|require|source)\(\s*[\"']?(?P<module>[\w./]+)")
    quoting = re.compile(
        r"""#[^\n]*|\b[rR](["'])(-*)[(\[{](?s:.)*?[)\]}]\2\1"""
        r"""|"(?:\\(?s:.)|[^"\\])*"|'(?:\\(?s:.)|[^'\\])*'|`[^`]*`"""
    )
    # toJSON would write anything: NaN and whole functions as texts.
    report = """\
local({
  plain <- function(x) is.character(x) || is.logical(x) || is.numeric(x) && all(is.finite(x))
  rapply(.Last.value, function(x) if (!plain(x)) stop("it holds ", format(x)[1]))
  cat(jsonlite::toJSON(.Last.value, auto_unbox = TRUE, digits = NA))
})
"""
    # Its frameworks compute in a Python inside of R's own process.
    asked = json.dumps(READ_BACK)
    precision = f"cat(reticulate::py_run_string({asked}, local = TRUE)[['_rosetta_told']])"

    def kernel(self, python: Path) -> list[str]:
        # Of a value's forms a record keeps the text and pictures; HTML and LaTeX say the same.
        kinds = 'options(jupyter.display_mimetypes = c("text/plain", "image/png"))'
        start = ["-e", f"{kinds}; IRkernel::main()", "--args", "{connection_file}"]
        return [self.program, "--vanilla", "--no-echo", *start]

    def variables(self, python: Path, project: Path) -> dict[str, str]:
        return {"RETICULATE_PYTHON": str(python), "R_LIBS_USER": "NULL"}

    def complaint(self, name: str, message: str) -> str:
        return " ".join(message.split())  # the kernel names all of them ERROR

    def probe(self, packages: tuple[str, ...]) -> str:
        return (
            "cat(jsonlite::toJSON(list(versions = list(R = format(getRversion()), reticulate = "
            'format(packageVersion("reticulate")))), auto_unbox = TRUE))'
        )

    def literal(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).upper()
        if isinstance(value, list):
            return f"c({', '.join(map(self.literal, value))})"
        return f"{value}L" if isinstance(value, int) else json.dumps(value)

    def as_python(self, text: str) -> str:
        text = re.sub(r"\Ac\((.*)\)\Z", r"[\1]", text)
        return re.sub(r"(?<=\d)L\b", "", text)


class Julia(ReadByLine):
    """Julia in IJulia; PythonCall takes the environment's Python."""

    name, label, extension = "julia", "Julia", ".jl"
    program = "julia"
    get_it = "see https://julialang.org/downloads"
    record, opening = "Dict(...)", "Dict("
    sign = "="
    words = {"true": True, "false": False, "nothing": None}  # noqa: RUF012 - ClassVar in the base
    importing = re.compile(r"\b(?:pyimport|include)\(\s*\"(?P<module>[\w./]+)")
    quoting = re.compile(
        r'''#=(?s:.)*?=#|#[^\n]*|"{3}(?:\\(?s:.)|[^\\])*?"{3}|"(?:\\(?s:.)|[^"\\])*"'''
        r"""|'(?:\\[^\n']+|[^'\\\n])'|`[^`]*`"""
    )
    report = "import JSON; print(JSON.json(ans))"

    def kernel(self, python: Path) -> list[str]:
        start = "import IJulia; IJulia.run_kernel()"
        return [self.program, "--startup-file=no", "-i", "-e", start, "{connection_file}"]

    def variables(self, python: Path, project: Path) -> dict[str, str]:
        return {
            "JULIA_PROJECT": str(project),
            "JULIA_CONDAPKG_BACKEND": "Null",
            "JULIA_PYTHONCALL_EXE": str(python),
        }

    def probe(self, packages: tuple[str, ...]) -> str:
        return JULIA_PROBE

    def literal(self, value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else json.dumps(value)


# Runs in every Python, 3.6 too.
PYTHON_PROBE = """\
def _rosetta_probe(names):
    import json, platform
    try:
        from importlib.metadata import version
    except ImportError:
        from pkg_resources import get_distribution
        version = lambda name: get_distribution(name).version
    found = {}
    for either in names:
        for name in either.split("|"):
            try:
                found[name] = version(name)
            except Exception:
                pass
    return json.dumps({"python": platform.python_version(), "versions": found})
print(_rosetta_probe(%r))
del _rosetta_probe
"""

# Asks for what the project itself depends on, not for what that brings along.
JULIA_PROBE = """\
import JSON, Pkg
let known = [p for p in values(Pkg.dependencies()) if p.is_direct_dep && !isnothing(p.version)]
    versions = Dict(p.name => string(p.version) for p in known)
    print(JSON.json(Dict("versions" => merge(versions, Dict("Julia" => string(VERSION))))))
end
"""

LANGUAGES: dict[str, Language] = {language.name: language for language in (Python(), R(), Julia())}
BY_EXTENSION = {language.extension: language for language in LANGUAGES.values()}
