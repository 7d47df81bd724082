"""Variants of the training step in Lasagne on Theano: OpenMP, memory, padding, convolution.

Each is compiled anew, and what Theano has not compiled before takes its time. Elementwise OpenMP
needs more than one thread when Theano is imported: run with OMP_NUM_THREADS=... to compare counts.
"""

from measure import compare, load

NAME = "lasagne_cnn.py"
script = load(NAME)  # sets Theano's flags, so nothing imports it earlier
config = script["theano"].config


def variant(names=script, **flags):
    """Return a compiled training step of a script's text, with other flags of Theano."""
    usual = {name: getattr(config, name) for name in flags}
    set_flags(flags)
    step = names["compile_step"](names["build_cnn"]())
    set_flags(usual)
    return step


def set_flags(flags):
    for name, value in flags.items():
        setattr(config, name, value)


def loaded(old, new):
    """Load the script with every occurrence of a piece of its text replaced."""
    return load(NAME, (old, new))


compare(
    script,
    float,
    {
        "the script": script["train_step"],
        "openmp=False": variant(openmp=False),
        "allow_gc=True": variant(allow_gc=True),
        'pad="same"': variant(loaded("pad=1", 'pad="same"')),
        "the batch size is known": variant(loaded("InputLayer((None,", "InputLayer((BATCH_SIZE,")),
    },
)
