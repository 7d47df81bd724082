"""Draw a stand-in for the IMDB reviews for machines that have neither them nor a network.

Reviews of 20 to 319 words, whose numbers fall in frequency like those of a language. One word in
ten is an opinion, and seven opinions in ten fit the review's label; one review in ten is labeled
wrongly. A network learns it well above chance in a hundred training steps, and can never be right
about all of it.
"""

import hashlib

import numpy as np

from rosetta.datasets.tokens import FIRST, PARTS, Reviews

# Whoever changes what is drawn counts this up: records made before are then seen to be stale.
VERSION = 1
DIGEST = hashlib.sha256(f"synthetic IMDB, version {VERSION}".encode()).hexdigest()

REVIEWS = 25_000  # in each part
WORDS = 30_000
OPINIONS = 100  # of each label; the words before them have none


def draw(reviews=REVIEWS):
    """Return {"train", "test"} as `tokens.tokenized` does.

    Integers from RandomState only, so that every machine and NumPy version draws the same ones.
    """
    return {
        part: _part(np.random.RandomState(1 + number), reviews) for number, part in enumerate(PARTS)
    }


def _part(random, reviews):
    labels = random.permutation(reviews) % 2
    shown = np.where(random.randint(10, size=reviews) == 0, 1 - labels, labels)
    lengths = random.randint(20, 320, size=reviews)
    total = int(lengths.sum())
    # The product of three uniform numbers: small ones are frequent.
    drawn = [random.randint(1, 101, size=total).astype(np.int64) for _ in range(2)]
    ranks = drawn[0] * drawn[1] * random.randint(WORDS, size=total) // 10_000
    opinion = random.randint(10, size=total) == 0
    fitting = random.randint(10, size=total) < 7
    label = np.repeat(shown, lengths)
    about = np.where(fitting, label, 1 - label)
    ranks = np.where(opinion, OPINIONS * (1 + about) + random.randint(OPINIONS, size=total), ranks)
    return Reviews(
        (FIRST + ranks).astype(np.int32),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        labels.astype(np.int32),
    )
