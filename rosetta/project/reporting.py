"""Code that asks a Python kernel what its script's last cell came to, as JSON.

IPython shows a long value with its middle left out, so what is shown is no data. The value itself
is taken, in the kernel; what a record cannot keep is refused there, with the way to it in the
report. Pure: nothing is started here.
"""

import json

# What marks the line that tells; other threads of a script may print beside it.
MARK = "rosetta reports: "
# Numbers that an array may hold: more of them belong into a file, not into a report.
ARRAY_ITEMS = 10_000
# Deeper than any report is; a list that holds itself has no end.
DEPTH = 50

# Runs in every Python, 3.6 too, with the standard library, and with NumPy where it was imported.
PYTHON_REPORT = f"""\
def _rosetta_report(value):
    import json, math, sys
    numpy = sys.modules.get("numpy")
    # Of a module that is half imported, or another one of this name, nothing can be asked.
    arrays = getattr(numpy, "ndarray", ()), getattr(numpy, "generic", ())

    class Refused(Exception):
        pass

    def shown(value):
        try:
            text = repr(value)
        except Exception:
            text = "a " + type(value).__name__
        return text if len(text) <= 80 else text[:77] + "..."

    def place(way):
        return "".join("[" + shown(key) + "]" for key in way) or "it"

    def refuse(value, way, instead):
        raise Refused(place(way) + " is " + shown(value) + "; " + instead)

    def plain(value, way):
        if len(way) > {DEPTH}:
            raise Refused(
                place(way[:3]) + "... is nested more than {DEPTH} deep; report its parts singly"
            )
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, arrays[0]):
            if value.size > {ARRAY_ITEMS}:
                raise Refused(
                    place(way) + " is an array of " + str(value.size)
                    + " items; report at most {ARRAY_ITEMS} of them, or what they come to"
                )
            return plain(value.tolist(), way)
        if isinstance(value, arrays[1]):
            item = value.item()
            if isinstance(item, arrays[1]):
                refuse(value, way, "write float(...) or int(...) of it")
            return plain(item, way)
        if isinstance(value, str):
            try:
                value.encode("utf-8")
            except UnicodeEncodeError:
                refuse(value, way, "write text that can be encoded")
            return str(value)
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                refuse(float(value), way, "leave it out, or write None")
            return float(value)
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise Refused(
                        place(way) + " has the key " + shown(key) + "; write str(...) of it"
                    )
            return {{str(key): plain(value[key], way + (key,)) for key in value}}
        if isinstance(value, (list, tuple)):
            return [plain(item, way + (number,)) for number, item in enumerate(value)]
        if isinstance(value, (set, frozenset)):
            refuse(value, way, "write sorted(...) of it")
        if callable(getattr(value, "tolist", None)):
            refuse(value, way, "write float(...) of it, or .tolist()")
        refuse(value, way, "write a number, a text, a list or a dict of them")

    if not value:
        told = {{"refused": "it has no value"}}
    else:
        try:
            told = {{"value": plain(value[0], ())}}
        except Refused as refused:
            told = {{"refused": str(refused)}}
    sys.stdout.write("\\n" + {MARK!r} + json.dumps(told) + "\\n")
    sys.stdout.flush()
"""
# IPython keeps what a cell came to under the cell's number; this question has none of its own.
ASK_LAST = """\
_rosetta_report(
    [value for number, value in get_ipython().history_manager.output_hist.items()
     if number == get_ipython().execution_count - 1]
)
del _rosetta_report
"""


def value_told(text: str) -> object:
    """Read what a kernel printed when it was asked; raises ValueError with what it refused."""
    told = [line for line in text.splitlines() if line.startswith(MARK)]
    if not told:
        raise ValueError("the kernel printed nothing when asked for it (is sys.stdout replaced?)")
    answer = json.loads(told[-1][len(MARK) :])
    if "refused" in answer:
        raise ValueError(answer["refused"])
    return answer["value"]
