"""Cut a data set into mini-batches, the same ones for every framework."""

import numpy as np


def minibatches(x, y, batch_size, seed):
    """Return a generator of (x, y) batches in the order that the seed gives.

    Complete batches only: what is left over after the last one is not used in this epoch. The
    batches are copies. Raises ValueError at once, not at the first batch.
    """
    if len(x) != len(y):
        raise ValueError(f"{len(x)} images but {len(y)} labels; give one label per image")
    if not 1 <= batch_size <= len(x):
        raise ValueError(
            f"batch_size is {batch_size}; choose one from 1 to {len(x)}, the number of images"
        )
    order = np.random.RandomState(seed).permutation(len(x))
    complete = len(x) // batch_size
    batches = order[: complete * batch_size].reshape(complete, batch_size)
    return ((x[chosen], y[chosen]) for chosen in batches)
