"""Make every data set ready before a run: find or download it, check it, say what it is."""

from rosetta.datasets import cache, cifar, imdb_reviews
from rosetta.datasets.errors import DataError

FACTS = {"cifar10": cifar.facts, "imdb": imdb_reviews.facts}


def prepare(dataset):
    """Find or download a data set, check it, and return the facts about it as a dict.

    "name"; "source": official, copy or synthetic; "label": the same for people; "digest": SHA-256,
    one for all of it; "train" and "test": how many examples; "path": the folder to name in
    ROSETTA_DATA; and what a script's report of its input is compared with (see `cifar.facts` and
    `imdb_reviews.facts`).
    """
    if dataset not in FACTS:
        raise DataError(f"unknown data set {dataset!r}; known: {', '.join(FACTS)}")
    return FACTS[dataset](cache.data_folder())
