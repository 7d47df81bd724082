"""Variants of the training step in MLX: compilation, evaluation, the BLAS.

The BLAS is chosen as the process starts, by LD_PRELOAD, so that of MLX's wheel is timed in another
process: a single turn of one training step, for it takes seconds.
"""

import os
import subprocess
import sys

from measure import compare, load

NAME = "mlx_cnn.py"


def variant(replace=("", ""), evaluate="eval"):
    """Return the script's training step, with a piece of its text replaced."""
    names = load(NAME, replace)
    mx = names["mx"]

    def step(images, labels):
        loss = names["train_step"](mx.array(images), mx.array(labels))
        getattr(mx, evaluate)(loss, names["state"])
        return loss

    return step


script = load(NAME)
compare(
    script,
    script["mx"].eval,
    {
        "the script": variant(),
        "not compiled": variant(("    @partial(mx.compile, inputs=state, outputs=state)\n", "")),
        "mx.async_eval": variant(evaluate="async_eval"),
    },
)
if os.environ.pop("LD_PRELOAD", ""):
    print("  without OpenBLAS:", flush=True)
    sys.exit(subprocess.run([sys.executable, __file__, "1", "1"], check=False).returncode)
