"""Data from files, where they come from, and synthetic data."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rosetta.datasets import (
    DataError,
    cache,
    cifar,
    cifar10,
    layout,
    origin,
    prepare,
    synthetic,
)

ROOT = Path(__file__).resolve().parents[2]
SMALL = layout.Edition(rows=20, url="http://127.0.0.1:9/small.tar.gz", md5="0" * 32, sha1={})


def write_files(data_folder, rows=SMALL.rows):
    """Write six files of random images in CIFAR-10's layout; return their folder."""
    folder = Path(data_folder) / layout.FOLDER
    folder.mkdir(parents=True)
    random = np.random.RandomState(7)
    for name in layout.BATCHES:
        records = random.randint(256, size=(rows, layout.RECORD_BYTES)).astype(np.uint8)
        records[:, 0] %= layout.CLASSES
        records.tofile(folder / name)
    return folder


def set_byte(path, position, value):
    content = bytearray(path.read_bytes())
    content[position] = value
    path.write_bytes(content)


def sha256(*arrays):
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


@pytest.fixture
def folder(tmp_path):
    return write_files(tmp_path)


# Files


def test_pixels_and_labels_are_those_of_the_files(folder):
    (x_train, y_train), (x_test, y_test) = cifar.load(folder, SMALL, True, False)
    assert (x_train.shape, x_test.shape) == ((100, 3, 32, 32), (20, 3, 32, 32))
    assert {x_train.dtype, x_test.dtype} == {np.dtype("float32")}
    assert {y_train.dtype, y_test.dtype} == {np.dtype("int32")}
    for name, x, y in [
        ("data_batch_1.bin", x_train[:20], y_train[:20]),
        ("data_batch_5.bin", x_train[80:], y_train[80:]),
        ("test_batch.bin", x_test, y_test),
    ]:
        records = np.fromfile(folder / name, np.uint8).reshape(20, 3073)
        pixels = records[:, 1:].reshape(20, 3, 32, 32)
        assert np.array_equal(x, pixels.astype(np.float32) / np.float32(255))
        assert np.array_equal(y, records[:, 0])


def test_channels_last_is_the_transpose(folder):
    first, last = (cifar.load(folder, SMALL, choice, False) for choice in (True, False))
    for (x_first, _), (x_last, _) in zip(first, last, strict=True):
        assert x_last.flags.c_contiguous
        assert np.array_equal(x_last, x_first.transpose(0, 2, 3, 1))


def test_one_hot_labels(folder):
    _, (_, labels) = cifar.load(folder, SMALL, True, False)
    _, (_, vectors) = cifar.load(folder, SMALL, True, True)
    assert vectors.dtype == np.float32
    assert np.array_equal(vectors, np.arange(10) == labels[:, None])


SIZE = SMALL.rows * layout.RECORD_BYTES


@pytest.mark.parametrize(
    ("damage", "expected", "found"),
    [
        (lambda path: path.unlink(), f"{SIZE} bytes", "No such file"),
        (lambda path: os.truncate(path, SIZE - 5), f"{SIZE} bytes", f"{SIZE - 5} bytes"),
        (lambda path: os.truncate(path, SIZE + 1), f"{SIZE} bytes", f"{SIZE + 1} bytes"),
        (lambda path: set_byte(path, 3 * 3073, 10), "from 0 to 9", "label 10 in record 3"),
    ],
    ids=["missing", "truncated", "too long", "label over 9"],
)
@pytest.mark.parametrize(
    "use",
    [cifar.facts, lambda *where: cifar.load(*where, True, False)],
    ids=["prepare", "load"],
)
def test_a_damaged_file_is_named_and_never_replaced(folder, damage, expected, found, use):
    damage(folder / "data_batch_4.bin")
    where = folder.parent if use is cifar.facts else folder
    with pytest.raises(DataError) as caught:
        use(where, SMALL)
    message = str(caught.value)
    for part in (str(folder / "data_batch_4.bin"), expected, found, "Put a whole copy"):
        assert part in message


def test_full_size_files_in_memory(tmp_path):
    write_files(tmp_path, rows=10_000)
    program = (
        "import resource\n"
        "from rosetta.datasets import cifar10\n"
        "(x_train, y_train), (x_test, y_test) = cifar10(channels_first=False, one_hot=True)\n"
        "assert x_train.shape == (50000, 32, 32, 3) and y_test.shape == (10000, 10)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)\n"
    )
    environment = dict(os.environ, ROSETTA_DATA=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert int(done.stdout) < 1.2e9


# Origin


def published(folder):
    return {name: hashlib.sha1((folder / name).read_bytes()).hexdigest() for name in layout.BATCHES}


def test_files_with_unknown_digests_are_an_unverified_copy(folder):
    facts = cifar.facts(folder.parent, SMALL)
    first = np.fromfile(folder / "data_batch_1.bin", np.uint8).reshape(20, 3073)[:, 1:] / 255
    lines = "".join(
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
        for name in layout.BATCHES
    )
    means = facts.pop("channel_means")
    assert facts == {
        "name": "CIFAR-10",
        "source": "copy",
        "label": "CIFAR-10, unverified copy",
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
        "train": 100,
        "test": 20,
        "largest": 1.0,
        "path": folder.parent,
    }
    assert means == pytest.approx(first.reshape(20, 3, 1024).mean(axis=(0, 2)).tolist())


def test_files_with_the_published_digests_are_official(folder):
    edition = SMALL._replace(sha1=published(folder))
    assert cifar.facts(folder.parent, edition)["source"] == "official"
    set_byte(folder / "test_batch.bin", 100, 0)
    set_byte(folder / "test_batch.bin", 101, 1)
    assert cifar.facts(folder.parent, edition)["source"] == "copy"


def test_a_manifest_is_believed_only_while_it_matches(folder):
    origin.write_manifest(folder, SMALL)
    assert cifar.facts(folder.parent, SMALL)["source"] == "official"
    assert cifar.facts(folder.parent, SMALL._replace(md5="1" * 32))["source"] == "copy"
    set_byte(folder / "data_batch_2.bin", 1, 0)
    set_byte(folder / "data_batch_2.bin", 2, 1)
    assert cifar.facts(folder.parent, SMALL)["source"] == "copy"


def test_digests_are_kept_until_a_file_changes(folder):
    before = origin.digests(folder, SMALL)
    kept = folder / origin.DIGESTS
    content = json.loads(kept.read_text())
    content["data_batch_1.bin"]["sha256"] = "kept"
    kept.write_text(json.dumps(content))
    assert origin.digests(folder, SMALL)["data_batch_1.bin"]["sha256"] == "kept"

    os.utime(folder / "data_batch_1.bin", ns=(1, 1))
    assert origin.digests(folder, SMALL) == before


@pytest.mark.parametrize("damage", ["", "[]", '{"data_batch_1.bin": 3}', "{"])
def test_damaged_kept_digests_are_made_anew(folder, damage):
    before = origin.digests(folder, SMALL)
    (folder / origin.DIGESTS).write_text(damage)
    assert origin.digests(folder, SMALL) == before


def test_digests_need_no_writable_folder(folder):
    (folder / origin.DIGESTS).mkdir()  # cannot be replaced by a file, not even by root
    assert cifar.facts(folder.parent, SMALL)["source"] == "copy"
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        (*layout.BATCHES, origin.DIGESTS)
    )


# The folder


def test_rosetta_data_names_the_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ROSETTA_DATA", str(tmp_path))
    assert cache.data_folder() == str(tmp_path)


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", None, "/home/ada/.cache/rosetta"),
        ("linux", "XDG_CACHE_HOME", "/elsewhere/rosetta"),
        ("darwin", None, "/home/ada/Library/Caches/rosetta"),
        ("win32", "LOCALAPPDATA", "/elsewhere/rosetta"),
    ],
)
def test_platform_cache_folder(monkeypatch, platform, variable, expected):
    for name in ("ROSETTA_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setattr(sys, "platform", platform)
    if variable:
        monkeypatch.setenv(variable, "/elsewhere")
    assert cache.data_folder() == expected


def test_an_unknown_data_set_names_the_known_one():
    with pytest.raises(DataError, match="'cifar100'; known: cifar10"):
        prepare("cifar100")


# Synthetic


@pytest.fixture
def nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("ROSETTA_DATA", str(tmp_path))
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    return tmp_path


def test_without_files_images_are_synthetic_and_say_so(nothing, capsys):
    facts = prepare("cifar10")
    assert capsys.readouterr().err == ""
    (x_train, y_train), (x_test, y_test) = cifar10(channels_first=True)
    assert "SYNTHETIC" in capsys.readouterr().err
    assert (x_train.shape, x_test.shape) == ((50_000, 3, 32, 32), (10_000, 3, 32, 32))
    for x in (x_train, x_test, x_train[:1000]):
        assert (x.min(), x.max()) == (0, 1)
    assert np.bincount(y_train).tolist() == [5000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10

    assert facts["source"] == "synthetic"
    assert "synthetic" in facts["label"]
    assert facts["digest"] == synthetic.DIGEST
    assert (facts["train"], facts["test"], facts["largest"]) == (50_000, 10_000, 1.0)
    means = x_train[:1000].mean(axis=(0, 2, 3), dtype=np.float64)
    assert facts["channel_means"] == pytest.approx(means.tolist(), abs=1e-6)
    assert min(abs(means - np.roll(means, 1))) > 0.02, "swapped channels would not be seen"
    assert list(nothing.iterdir()) == []


def test_synthetic_images_are_those_of_this_version():
    drawn = sha256(*(synthetic.read_batch(name, 100) for name in layout.BATCHES))
    assert (synthetic.VERSION, drawn[:16]) == (1, "35f3c63ed811f0c3"), (
        "whoever changes what is drawn counts synthetic.VERSION up"
    )


def test_synthetic_images_can_be_learned_but_not_perfectly():
    def halved(records):
        images = records[:, 1:].reshape(-1, 3, 16, 2, 16, 2)
        return images.mean(axis=(3, 5), dtype=np.float32).reshape(len(records), -1)

    train = synthetic.read_batch(layout.TRAIN[0], 4000)
    test = synthetic.read_batch(layout.TEST[0], 300)
    x_train, x_test = halved(train), halved(test)
    nearest = ((x_train**2).sum(axis=1) - 2 * x_test @ x_train.T).argmin(axis=1)
    accuracy = (train[nearest, 0] == test[:, 0]).mean()
    assert 0.4 < accuracy < 0.95
