"""Variants of the training step in CNTK: how threads wait, labels, copies.

KMP_BLOCKTIME is how many milliseconds a thread of Intel's OpenMP spins once it has nothing to do; a
function changes it in a running process. MKL_DEBUG_CPU_TYPE is read when MKL is loaded: run with
MKL_DEBUG_CPU_TYPE=0, which is MKL's own choice, to compare.
"""

import ctypes
from pathlib import Path

from measure import compare, load

script = load("cntk_cnn.py")
C, x, y = script["C"], script["x"], script["y"]
openmp = ctypes.CDLL(str(Path(C.__file__).parent / "libs" / "libiomp5.so"))


def variant(block_time=0, feed=script["train_step"]):
    """Return the script's training step with another way to wait or to feed the batch."""
    trainer = script["make_trainer"](script["CNN"]())

    def step(images, labels):
        openmp.kmp_set_blocktime(block_time)
        feed(trainer, images, labels)
        return trainer

    return step


def sparse_labels(trainer, images, labels):
    trainer.train_minibatch({x: images, y: C.Value.one_hot(labels.tolist(), 10)})


def values(trainer, images, labels):
    labels = C.Value(script["one_hot"][labels])
    trainer.train_minibatch({x: C.Value(images), y: labels})


compare(
    script,
    lambda trainer: trainer.previous_minibatch_loss_average,
    {
        "the script, KMP_BLOCKTIME=0": variant(),
        "KMP_BLOCKTIME=200, the default": variant(200),
        "sparse labels": variant(feed=sparse_labels),
        "C.Value instead of arrays": variant(feed=values),
    },
)
