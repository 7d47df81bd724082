"""Give every framework the same data, batches and reference: all that a script imports from here.

    (x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
    for images, labels in minibatches(x_train, y_train, 64, seed=0):
        ...

NumPy and the standard library only, and the syntax of Python 3.6: this package is imported inside
every framework's environment, the old ones too.
"""

from rosetta.datasets.batches import minibatches
from rosetta.datasets.cifar import cifar10, prepare
from rosetta.datasets.errors import DataError
from rosetta.datasets.reference import fingerprint, reference

__all__ = ["DataError", "cifar10", "fingerprint", "minibatches", "prepare", "reference"]
