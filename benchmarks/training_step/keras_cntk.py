"""Variants of the training step in Keras 2 on CNTK: how threads wait, order of the axes, dropout.

Of the environment variables, see cntk.py.
"""

import ctypes
from pathlib import Path

from measure import compare, load

NAME = "keras_cntk_cnn.py"
ORDER = """K.set_image_data_format("channels_{}")
(x_train, y_train), (x_test, y_test) = cifar10(channels_first={})"""
script = load(NAME)
channels_last = load(NAME, (ORDER.format("first", True), ORDER.format("last", False)))
cntk, K = script["cntk"], script["K"]
openmp = ctypes.CDLL(str(Path(cntk.__file__).parent / "libs" / "libiomp5.so"))


def variant(names=script, block_time=0):
    """Return a script's training step, compiled, with another time that idle threads spin for."""
    first = names is not channels_last
    K.set_image_data_format("channels_first" if first else "channels_last")
    model = names["CNN"]()
    names["compile_model"](model)

    def step(images, labels):
        openmp.kmp_set_blocktime(block_time)
        images = images if first else images.transpose(0, 2, 3, 1).copy()
        return names["train_step"](model, images, labels)

    step(script["x_train"][:64], script["y_train"][:64])
    return step


def fixed_phase():
    """Return the step of a model that can only train; from here on every model is one."""
    K.set_learning_phase(1)
    return variant()


compare(
    script,
    float,
    {
        "the script, KMP_BLOCKTIME=0": variant(),
        "KMP_BLOCKTIME=200, the default": variant(block_time=200),
        "channels last": variant(channels_last),
        "learning phase fixed": fixed_phase(),
    },
)
