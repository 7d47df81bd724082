"""Variants of the training step in tinygrad: Winograd's convolution, replay, the optimizer.

tinygrad reads its environment when it is imported: run with NUM_CPU_THREADS=... for other thread
counts, with DEV=CPU:LLVM for the LLVM library instead of clang, and with BEAM=1 to let it search
for better kernels, which takes minutes before the first turn.
"""

from measure import compare, load

NAME = "tinygrad_cnn.py"


def variant(replace=("", "")):
    """Return the script's training step, with a piece of its text replaced."""
    names = load(NAME, replace)
    tensor, train_step = names["Tensor"], names["train_step"]
    return lambda images, labels: train_step(tensor(images), tensor(labels))


script = load(NAME)
compare(
    script,
    lambda loss: loss.item(),
    {
        "the script": variant(),
        "WINO=0": variant(("@Context(WINO=1)", "@Context(WINO=0)")),
        "without TinyJit": variant(("    @TinyJit\n", "")),
        "SGD(fused=True)": variant(("momentum=MOMENTUM)", "momentum=MOMENTUM, fused=True)")),
    },
)
