"""Turn tokenized reviews into the arrays that a script gets.

A module of its own because a record of a run is stale once this changes; what fetches, checks and
tokenizes the reviews may change freely, for the tokens have a digest.
"""

import numpy as np

PAD, START, UNKNOWN = 0, 1, 2


def arrays(reviews, vocabulary, length):
    """Return int32 tokens (reviews, length) and int32 labels.

    `reviews` has `tokens` of all reviews one after another, where each review's `starts`, one more
    start for the end, and `labels`. A start token comes before each review; then all but its last
    `length` tokens are cut, and what is shorter is padded in front.
    """
    words = np.append(reviews.tokens, PAD)  # so that an index one past the end is harmless
    words = np.where(words < vocabulary, words, UNKNOWN).astype(np.int32)
    starts, ends = reviews.starts[:-1, np.newaxis], reviews.starts[1:, np.newaxis]
    place = ends - length + np.arange(length)  # of each token of the row among all words
    x = words[np.maximum(place, 0)]
    x[place < starts] = PAD
    x[place == starts - 1] = START
    return x, reviews.labels.astype(np.int32)
