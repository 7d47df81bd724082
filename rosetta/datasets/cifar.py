"""Load CIFAR-10: from a local copy, downloaded, or as a synthetic stand-in that says so."""

import functools
import os
import sys

from rosetta.datasets import archive, cache, layout, origin, synthetic
from rosetta.datasets.cifar10_arrays import arrays
from rosetta.datasets.download import Unreachable, download

LABELS = {
    "official": "CIFAR-10, the official files",
    "copy": "CIFAR-10, unverified copy",
    "synthetic": "synthetic stand-in for CIFAR-10",
}


def cifar10(channels_first, one_hot=False):
    """Return ((x_train, y_train), (x_test, y_test)): 50,000 and 10,000 images.

    Images are float32 from 0 to 1, (3, 32, 32) with channels first, else (32, 32, 3); labels are
    int32, or float32 one-hot vectors. The files are those that `prepare` finds or downloads;
    without any, the images are synthetic, and standard error says so. Raises DataError if a file
    is damaged.
    """
    edition = layout.OFFICIAL
    folder = find(cache.data_folder(), edition)
    if folder is None:
        print(
            "CIFAR-10 is not here: these images are SYNTHETIC, and accuracies mean nothing beyond "
            f"this run. Set ROSETTA_DATA to the folder that holds {layout.FOLDER}.",
            file=sys.stderr,
        )
    return load(folder, edition, channels_first, one_hot)


def facts(data_folder, edition=layout.OFFICIAL):
    """Return the facts about the images as `rosetta.datasets.prepare` does.

    "channel_means" and "largest": of the first 1,000 training images from 0 to 1.
    """
    folder = find(data_folder, edition)
    if folder is None:
        source, digest = "synthetic", synthetic.DIGEST
    else:
        found = origin.digests(folder, edition)
        source = "official" if origin.is_official(folder, found, edition) else "copy"
        digest = origin.combined(found)
    pixels = _reader(folder, edition)(layout.TRAIN[0])[:1000, 1:]
    return {
        "name": "CIFAR-10",
        "source": source,
        "label": LABELS[source],
        "digest": digest,
        "train": edition.rows * len(layout.TRAIN),
        "test": edition.rows * len(layout.TEST),
        "channel_means": (pixels.reshape(-1, 3, 1024).mean(axis=(0, 2)) / 255).tolist(),
        "largest": float(pixels.max() / 255),
        "path": data_folder,
    }


def find(data_folder, edition):
    """Return the folder of the six files, extracted or downloaded if need be.

    Returns None, after one line on standard error, if they cannot be had from here.
    """
    folder = os.path.join(data_folder, layout.FOLDER)
    path = os.path.join(data_folder, os.path.basename(edition.url))
    if os.path.isdir(folder):
        return folder
    if cache.offline() and not os.path.exists(path):
        return None
    with cache.exclusive(data_folder):
        if os.path.isdir(folder):  # made by the process that was waited for
            return folder
        given = os.path.exists(path)
        if given:
            archive.check(path, edition.md5)
        else:
            try:
                download(edition.url, path, edition.md5)
            except Unreachable as error:
                print(f"{edition.url} is out of reach: {error}", file=sys.stderr)
                return None
        with archive.extracted(path, folder) as unfinished:
            origin.write_manifest(unfinished, edition)
        if not given:
            os.remove(path)
    return folder


def load(folder, edition, channels_first, one_hot):
    """Return the training and the test arrays from a folder, or synthetic ones if it is None."""
    read = _reader(folder, edition)
    return tuple(
        arrays(read, names, edition.rows, channels_first, one_hot)
        for names in (layout.TRAIN, layout.TEST)
    )


def _reader(folder, edition):
    """Return a function from a file's name to its records."""
    if folder is None:
        return functools.partial(synthetic.read_batch, rows=edition.rows)
    return lambda name: layout.read_batch(os.path.join(folder, name), edition.rows)
