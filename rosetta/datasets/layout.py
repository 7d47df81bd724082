"""Read the files of CIFAR-10's binary version, and refuse those that are not whole.

Six files of 10,000 records; a record is one label byte, then 3,072 bytes of a 32 x 32 image: red,
green, blue, each row by row (https://www.cs.toronto.edu/~kriz/cifar.html).
"""

import os
from typing import NamedTuple

import numpy as np

from rosetta.datasets.errors import DataError

FOLDER = "cifar-10-batches-bin"
TRAIN = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST = ("test_batch.bin",)
BATCHES = TRAIN + TEST
CLASSES = 10
IMAGE_SHAPE = (3, 32, 32)
RECORD_BYTES = 1 + 3 * 32 * 32


class Edition(NamedTuple):
    """What is published about a data set in this layout; tests use smaller ones."""

    rows: int  # records in each file
    url: str  # of the archive
    md5: str  # of the archive
    sha1: dict  # of each file, by its name


OFFICIAL = Edition(
    rows=10000,
    url="https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    md5="c32a1d4ab5d03f1284b67883e8d87530",
    # As in Apache MXNet 1.9.1, mxnet.gluon.data.vision.CIFAR10, which checks the same files.
    sha1={
        "data_batch_1.bin": "aadd24acce27caa71bf4b10992e9e7b2d74c2540",
        "data_batch_2.bin": "c0ba65cce70568cd57b4e03e9ac8d2a5367c1795",
        "data_batch_3.bin": "1dd00a74ab1d17a6e7d73e185b69dbf31242f295",
        "data_batch_4.bin": "aab85764eb3584312d3c7f65fd2fd016e36a258e",
        "data_batch_5.bin": "26e2849e66a845b7f1e4614ae70f4889ae604628",
        "test_batch.bin": "67eb016db431130d61cd03c7ad570b013799c88c",
    },
)


def check_size(path, rows):
    """Return the file's os.stat_result; raises DataError if it is missing or of the wrong size."""
    expected = rows * RECORD_BYTES
    try:
        status = os.stat(path)
    except OSError as error:
        raise _unusable(path, f"{expected} bytes", error.strerror) from None
    if status.st_size != expected:
        raise _unusable(path, f"{expected} bytes", f"{status.st_size} bytes")
    return status


def read_batch(path, rows):
    """Return a file's records, uint8 (rows, 3073), the label first.

    Raises DataError if the file is missing, of the wrong size, or has a label over 9.
    """
    check_size(path, rows)
    try:
        records = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise _unusable(path, "a readable file", error.strerror) from None
    if records.size != rows * RECORD_BYTES:  # it shrank while being read
        raise _unusable(path, f"{rows} records", f"{records.size} bytes")
    records = records.reshape(rows, RECORD_BYTES)
    wrong = np.flatnonzero(records[:, 0] >= CLASSES)
    if wrong.size:
        found = f"label {records[wrong[0], 0]} in record {wrong[0]}"
        raise _unusable(path, "labels from 0 to 9", found)
    return records


def _unusable(path, expected, found):
    return DataError(
        f"{path}: expected {expected}, found {found}. Put a whole copy of the file there, or move "
        "its folder away: the next run then downloads the official one."
    )
