"""Servers and archives that lie, each answered by one message and nothing left that is wrong.

A server here is a socket that sends what it was told to, byte for byte.
"""

import gzip
import hashlib
import socket
import tarfile
import threading

import pytest
from test_datasets_download import ARCHIVE, MD5, ROWS, archive_of, data_members, names, of_type

from rosetta.datasets import DataError, cifar, download, layout

HALF = len(ARCHIVE) // 2
WHOLE = b"Content-Length: %d\r\n\r\n" % len(ARCHIVE)


@pytest.fixture(autouse=True)
def online(monkeypatch):
    for name in ("ROSETTA_OFFLINE", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(download, "TIMEOUT", 0.5)


class Liar:
    """Answers every request with the same bytes, then closes the connection or keeps silent."""

    def __init__(self, answer: bytes, silent: bool):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/small.tar.gz"
        self.answer, self.silent, self.kept = answer.replace(b"URL", self.url.encode()), silent, []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(1 << 16)
                connection.sendall(self.answer)
                if self.silent:
                    self.kept.append(connection.dup())


@pytest.fixture
def find(tmp_path):
    """Return a function that looks for the data at a server that answers so."""
    liars = []

    def look(answer, silent=False, md5=MD5):
        liars.append(Liar(answer, silent))
        return cifar.find(tmp_path, layout.Edition(ROWS, liars[-1].url, md5, {}))

    yield look
    for liar in liars:
        liar.socket.close()
        for connection in liar.kept:
            connection.close()


OK, PARTIAL = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 206 Partial Content\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
# What is answered, whether the server then keeps silent, what is said, and which files are left.
PART, NOTHING = ["small.tar.gz.part"], []
BROKEN = {
    "stops and closes": (OK + WHOLE + ARCHIVE[:HALF], False, f"broke .{HALF} of", PART),
    "stops and is silent": (OK + WHOLE + ARCHIVE[:HALF], True, "broke .timed out", PART),
    "announces too much": (OK + b"Content-Length: 999999\r\n\r\n" + ARCHIVE, False,
                           f"broke .{len(ARCHIVE)} of 999999", PART),
    "announces too little": (OK + b"Content-Length: %d\r\n\r\n" % HALF + ARCHIVE, False,
                             "its MD5 is .* Run again", NOTHING),
    "announces nothing and stops": (OK + b"\r\n" + ARCHIVE[:HALF], False, "its MD5 is", NOTHING),
    "sends too much": (OK + b"\r\n" + ARCHIVE + b"more", False, "its MD5 is", NOTHING),
    "sends nothing": (b"HTTP/1.1 204 No Content\r\n\r\n", False, "its MD5 is d41d8cd98f", NOTHING),
    "a chunk that is none": (CHUNKED + b"zz\r\nabc", False, "the download broke", PART),
    "a chunk that is cut off": (CHUNKED + b"fff\r\nabc", False, "the download broke", PART),
}  # fmt: skip


@pytest.mark.parametrize("lie", BROKEN)
def test_a_server_that_lies_or_stops(find, tmp_path, lie):
    answer, silent, said, left = BROKEN[lie]
    with pytest.raises(DataError, match=said) as raised:
        find(answer, silent)
    assert "\n" not in str(raised.value)
    assert names(tmp_path) == left
    if not left:
        assert find(OK + WHOLE + ARCHIVE) == str(tmp_path / layout.FOLDER)


@pytest.mark.parametrize(
    "answer",
    [
        PARTIAL + WHOLE + ARCHIVE,
        PARTIAL + b"Content-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n" + ARCHIVE[:10],
        PARTIAL + b"Content-Length: %d\r\n\r\n" % HALF + b"x" * HALF,
    ],
    ids=["all of it", "another one", "other bytes"],
)
def test_a_range_that_is_answered_wrongly(find, tmp_path, answer):
    (tmp_path / "small.tar.gz.part").write_bytes(ARCHIVE[:HALF])
    with pytest.raises(DataError, match=r"its MD5 is .*; the download was deleted\. Run again"):
        find(answer)
    assert names(tmp_path) == []
    assert find(OK + WHOLE + ARCHIVE) == str(tmp_path / layout.FOLDER)


# What is answered, and how the line on standard error ends.
UNREACHABLE = {
    "redirects for ever": (b"HTTP/1.1 302 Found\r\nLocation: URL\r\n\r\n", "Found"),
    "redirects to a file": (b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
                            "not allowed"),
    "redirects to nowhere": (b"HTTP/1.1 302 Found\r\n\r\n", "302 Found"),
    "is no server": (b"SSH-2.0-OpenSSH\r\n", "SSH-2.0-OpenSSH"),
    "says nothing": (b"", "Remote end closed connection without response"),
    "has moved it": (b"HTTP/1.1 404 Not Found\r\n\r\n", "the server says 404 Not Found"),
    "refuses the range": (b"HTTP/1.1 416 Range Not Satisfiable\r\n\r\n",
                          "the server says 416 Range Not Satisfiable"),
}  # fmt: skip


@pytest.mark.parametrize("lie", UNREACHABLE)
def test_a_server_that_does_not_have_it(find, tmp_path, capsys, lie):
    answer, said = UNREACHABLE[lie]
    assert find(answer) is None
    told = capsys.readouterr().err
    assert "small.tar.gz is out of reach: " in told
    assert told.strip().endswith(said)
    assert names(tmp_path) == []


# ---- Archives ---------------------------------------------------------------------------------


def claiming(size: int) -> bytes:
    """Return an archive whose only member is said to be as large."""
    member = tarfile.TarInfo(f"{layout.FOLDER}/data_batch_1.bin")
    member.size = size
    return gzip.compress(member.tobuf() + bytes(1024))


def named(name: str) -> bytes:
    return archive_of([*data_members(), (tarfile.TarInfo(name), b"evil")])


def also(member) -> bytes:
    return archive_of([*data_members(), (member, b"")])


ARCHIVES = {
    "a block device": (also(of_type(tarfile.BLKTYPE)), "is neither a file nor a folder"),
    "a link in a folder's place": (also(of_type(tarfile.SYMTYPE, layout.FOLDER)), "is neither"),
    "a link to what is inside": (also(of_type(tarfile.LNKTYPE, target=f"{layout.FOLDER}/x")),
                                 "is neither a file nor a folder"),
    "a folder that leads out": (named(f"{layout.FOLDER}/a/../../evil"), "leads out of"),
    "an absolute path": (named("/evil"), "leads out of"),
    "a path with two slashes": (named(f"{layout.FOLDER}//evil"), "leads out of"),
    "a name of Windows": (named("C:\\evil"), "leads out of"),
    "a name that is too long": (named(f"{layout.FOLDER}/{'x' * 300}"), "cannot be written"),
    "a file where a folder is": (named(f"{layout.FOLDER}/data_batch_1.bin/evil"), "cannot be"),
    "more than there is": (claiming(10**12), "not a whole tar.gz archive|data_batch_1.bin"),
    "cut off": (ARCHIVE[:HALF], "not a whole tar.gz archive"),
    "not compressed": (gzip.decompress(ARCHIVE), "not a whole tar.gz archive"),
    "compressed twice": (gzip.compress(ARCHIVE), "not a whole tar.gz archive"),
}  # fmt: skip


@pytest.mark.parametrize("fault", ARCHIVES)
def test_an_archive_that_lies(tmp_path, fault):
    content, said = ARCHIVES[fault]
    data = tmp_path / "data"
    data.mkdir()
    (data / "small.tar.gz").write_bytes(content)
    url = "http://127.0.0.1:9/small.tar.gz"
    edition = layout.Edition(ROWS, url, hashlib.md5(content).hexdigest(), {})
    with pytest.raises(DataError, match=said) as raised:
        cifar.find(data, edition)
    assert "\n" not in str(raised.value)
    assert names(data) == ["small.tar.gz"]
    assert (data / "small.tar.gz").read_bytes() == content
    assert names(tmp_path) == ["data"]
