"""Variants of the training step in Lasagne on Theano: padding, OpenMP, memory, shapes.

Theano's elementwise C++ uses OpenMP only where more than one thread is allowed at its import: run
with OMP_NUM_THREADS=... to compare counts. A variant that was never compiled takes a minute to.
"""

from measure import compare, load

NAME = "lasagne_cnn.py"
script = load(NAME)  # sets Theano's flags, so nothing imports it earlier
config = script["theano"].config


def variant(replace=("", ""), **flags):
    """Return the script's compiled step with a piece of its text replaced, or with other flags."""
    names = load(NAME, replace) if replace[0] else script
    own = {name: getattr(config, name) for name in flags}
    for name, value in flags.items():
        setattr(config, name, value)
    step = names["compile_step"](names["build_cnn"]())
    for name, value in own.items():
        setattr(config, name, value)
    return step


compare(
    script,
    float,
    {
        "the script": script["train_step"],
        "openmp=False": variant(openmp=False),
        "allow_gc=False": variant(allow_gc=False),
    },
)
