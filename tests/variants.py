"""Run variants of a script in the framework's own interpreter; write what each reports.

    python variants.py VARIANTS REPORTS

VARIANTS: a JSON table of name and sources: the program, and what is run after it, in what it has
left, to prove the run; the second may be missing. REPORTS: one line of JSON per variant, as soon
as it has run, {"name", "reported", "again"} or {"name", "error"}. One process runs them all: it is
importing a framework and making the images that takes the time. Python 3.6 syntax.
"""

import ast
import functools
import gc
import json
import sys
import traceback

import rosetta.datasets


def run(source, name, namespace):
    """Execute a program; return the value of its last expression, as a kernel does."""
    tree = ast.parse(source, name)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), name + ": the last cell does not end in a value"
    exec(compile(tree, name, "exec"), namespace)
    return eval(compile(ast.Expression(last.value), name, "eval"), namespace)


def main(variants, reports):
    for load in ("cifar10", "imdb"):
        kept = functools.lru_cache(maxsize=None)(getattr(rosetta.datasets, load))
        setattr(rosetta.datasets, load, kept)
    with open(variants, encoding="utf-8") as file:
        sources = json.load(file)
    with open(reports, "w", encoding="utf-8") as file:
        for name, both in sources.items():
            try:
                namespace = {"__name__": "__main__"}
                told = [run(source, name, namespace) for source in both]
                line = {"name": name, "reported": told[0], "again": told[1:]}
            except Exception:
                line = {"name": name, "error": traceback.format_exc()}
            file.write(json.dumps(line) + "\n")
            file.flush()
            gc.collect()


if __name__ == "__main__":
    main(*sys.argv[1:])
