"""Give every framework the same data, batches and reference: all that a script imports from here.

    (x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
    for images, labels in minibatches(x_train, y_train, 64, seed=0):
        ...
    ref = reference("cnn")

NumPy and the standard library only, and the syntax of Python 3.6: this package is imported inside
every framework's environment, the old ones too.
"""

from rosetta.datasets.batches import minibatches
from rosetta.datasets.cifar import cifar10
from rosetta.datasets.errors import DataError
from rosetta.datasets.gru_reference import gru_reference
from rosetta.datasets.imdb_reviews import imdb
from rosetta.datasets.preparation import prepare
from rosetta.datasets.reference import fingerprint
from rosetta.datasets.reference import reference as image_reference

__all__ = ["DataError", "cifar10", "fingerprint", "imdb", "minibatches", "prepare", "reference"]


def reference(workload):
    """Return a workload's reference weights and batches, the same for every framework.

    See `rosetta.datasets.reference` and `rosetta.datasets.gru_reference` for what is in them.
    Raises DataError for a workload that has none.
    """
    return gru_reference() if workload == "gru" else image_reference(workload)
