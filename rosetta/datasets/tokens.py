"""Number the words of reviews as Keras does, and keep the numbers for the next load.

Lower case, Keras's filter of punctuation, words between spaces; numbers from 3 on by falling
frequency in the training set. Words of equal frequency stand in alphabetical order, so that every
machine numbers them alike; Keras's order is that in which it met them.
"""

import collections
import hashlib
import os
import shutil

import numpy as np

from rosetta.datasets import cache
from rosetta.datasets.errors import cannot_write

PARTS = ("train", "test")
FIRST = 3  # below it: padding, start, unknown
FILTERED = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'  # keras_preprocessing.text.Tokenizer's default
SPACES = str.maketrans(FILTERED, " " * len(FILTERED))
# Whoever changes how words are numbered counts this up: what was kept before is then made again.
VERSION = 1
MANIFEST = "rosetta-manifest.json"

# tokens: int32, of all reviews one after another; starts: int64, where each review begins and the
# last one ends; labels: int32.
Reviews = collections.namedtuple("Reviews", "tokens starts labels")


def words(text):
    """Return the words of a review in order."""
    return [word for word in text.lower().translate(SPACES).split(" ") if word]


def tokenized(train, test):
    """Return {"train", "test"} as Reviews; each argument is a list of texts and one of labels.

    A word that the training set lacks gets a number above all others, outside every vocabulary.
    """
    split = [[words(text) for text in texts] for texts, _ in (train, test)]
    counts = collections.Counter(word for review in split[0] for word in review)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    numbers = {word: number for number, word in enumerate(order, start=FIRST)}
    absent = FIRST + len(order)
    kept = {}
    for part, reviews, labels in zip(PARTS, split, (train[1], test[1])):
        flat = [numbers.get(word, absent) for review in reviews for word in review]
        lengths = [len(review) for review in reviews]
        kept[part] = Reviews(
            np.array(flat, np.int32),
            np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            np.array(labels, np.int32),
        )
    return kept


def digest(kept):
    """Return one SHA-256 for all arrays."""
    lines = [f"{sha256}  {name}\n" for name, sha256 in sorted(_digests(kept).items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _digests(kept):
    """Return the SHA-256 of each array's little-endian bytes, by the name of its file."""
    return {
        name: hashlib.sha256(array.astype(array.dtype.newbyteorder("<")).tobytes()).hexdigest()
        for name, array in _files(kept).items()
    }


def _files(kept):
    return {
        f"{part}-{field}.npy": array
        for part in PARTS
        for field, array in kept[part]._asdict().items()
    }


def keep(folder, source_digest, train, test):
    """Tokenize texts, write the tokens to a folder, whole or not at all, and return them.

    Raises DataError if they cannot be written.
    """
    kept = tokenized(train, test)
    unfinished = folder + ".part"
    try:
        shutil.rmtree(unfinished, ignore_errors=True)  # from a process that was killed
        os.makedirs(unfinished)
        for name, array in _files(kept).items():
            np.save(os.path.join(unfinished, name), array, allow_pickle=False)
        manifest = _manifest(source_digest, _digests(kept))
        cache.write_json(os.path.join(unfinished, MANIFEST), manifest)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(unfinished, folder)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise cannot_write(folder, error) from None
    return kept


def read(folder, source_digest):
    """Return what `keep` wrote for this source, or None if it is missing, outdated or damaged."""
    manifest = cache.read_json(os.path.join(folder, MANIFEST))
    try:
        kept = {
            part: Reviews(
                *(
                    np.load(os.path.join(folder, f"{part}-{field}.npy"), allow_pickle=False)
                    for field in Reviews._fields
                )
            )
            for part in PARTS
        }
    except (OSError, ValueError, EOFError):
        return None
    return kept if manifest == _manifest(source_digest, _digests(kept)) else None


def _manifest(source_digest, digests):
    return {"version": VERSION, "source": source_digest, "sha256": digests}
