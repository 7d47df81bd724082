"""Turn the records of CIFAR-10's files into the arrays that a script gets.

A module of its own because a record of a run is stale once this changes; what fetches and checks
the files may change freely, for the files have digests.
"""

import numpy as np

from rosetta.datasets import layout


def arrays(read, names, rows, channels_first, one_hot):
    """Return the images and labels of some files; `read` returns a file's records by its name."""
    shape = layout.IMAGE_SHAPE if channels_first else (*layout.IMAGE_SHAPE[1:], 3)
    images = np.empty((rows * len(names), *shape), np.float32)
    labels = np.empty(rows * len(names), np.int32)
    for number, name in enumerate(names):
        records = read(name)
        here = slice(number * rows, (number + 1) * rows)
        labels[here] = records[:, 0]
        pixels = records[:, 1:].reshape((rows, *layout.IMAGE_SHAPE))
        if not channels_first:
            # Turned while still one byte each: a quarter of the memory traffic of turning floats.
            pixels = np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))
        np.divide(pixels, np.float32(255), out=images[here], dtype=np.float32)
    if one_hot:
        labels = np.eye(layout.CLASSES, dtype=np.float32)[labels]
    return images, labels
