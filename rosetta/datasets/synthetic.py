"""Draw a stand-in for CIFAR-10 for machines that have neither a copy nor a network.

A class has four patterns of colored blocks; an image shows one of them shifted, under a fainter
pattern of any class and under noise, and one image in ten shows another class than its label says.
A network learns it well above chance in a hundred training steps, and can never be right about all
of it.
"""

import hashlib

import numpy as np

from rosetta.datasets.layout import BATCHES, CLASSES, RECORD_BYTES

# Whoever changes what is drawn counts this up: records made before are then seen to be stale.
VERSION = 1
DIGEST = hashlib.sha256(f"synthetic CIFAR-10, version {VERSION}".encode()).hexdigest()

PATTERNS = 4  # in each class
BLOCK = 8  # pixels a side; also the number of shifts in each direction


def read_batch(name, rows):
    """Return records as `layout.read_batch` does: uint8 (rows, 3073), the label first.

    Integers from RandomState only, so that every machine and NumPy version draws the same bytes.
    """
    random = np.random.RandomState(1 + BATCHES.index(name))
    labels = random.permutation(rows) % CLASSES
    mislabeled = random.randint(10, size=rows) == 0
    shown = np.where(mislabeled, random.randint(CLASSES, size=rows), labels)
    patterns = _patterns()

    def pattern_of(classes):
        chosen = classes * PATTERNS + random.randint(PATTERNS, size=rows)
        return patterns[chosen, random.randint(BLOCK, size=rows), random.randint(BLOCK, size=rows)]

    records = np.empty((rows, RECORD_BYTES), np.uint8)
    records[:, 0] = labels
    pixels = records[:, 1:]
    # At most 128 + 64 + 63 = 255: nothing overflows, and the brightest pixel is a full 255.
    pixels[:] = pattern_of(shown)
    pixels += pattern_of(random.randint(CLASSES, size=rows)) >> 1
    pixels += np.frombuffer(random.bytes(pixels.size), np.uint8).reshape(pixels.shape) >> 2
    return records


def _patterns():
    """Return all patterns, class by class, in all their shifts: uint8 (40, 8, 8, 3072)."""
    count = CLASSES * PATTERNS
    blocks = np.random.RandomState(0).randint(2, size=(count, 3, 4, 4)).astype(np.uint8)
    # Red, green and blue differ in brightness, so that swapped channels are seen.
    blocks *= np.array([128, 104, 80], np.uint8).reshape(3, 1, 1)
    images = blocks.repeat(BLOCK, axis=2).repeat(BLOCK, axis=3)
    shifts = [
        [np.roll(images, (down, right), axis=(2, 3)) for right in range(BLOCK)]
        for down in range(BLOCK)
    ]
    return np.array(shifts).transpose(2, 0, 1, 3, 4, 5).reshape(count, BLOCK, BLOCK, -1)
