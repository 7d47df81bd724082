"""Downloads, extraction and what can go wrong with them, against a server on loopback."""

import contextlib
import hashlib
import http.server
import io
import socket
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from rosetta.datasets import DataError, cache, cifar, download, layout, origin

ROOT = Path(__file__).resolve().parents[2]
ROWS = 20


def archive_of(members):
    """Return a tar.gz archive's bytes, from (tarfile.TarInfo, content) pairs."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return written.getvalue()


def data_members():
    random = np.random.RandomState(7)
    for name in layout.BATCHES:
        records = random.randint(256, size=(ROWS, layout.RECORD_BYTES)).astype(np.uint8)
        records[:, 0] %= layout.CLASSES
        yield tarfile.TarInfo(f"{layout.FOLDER}/{name}"), records.tobytes()


ARCHIVE = archive_of(data_members())
MD5 = hashlib.md5(ARCHIVE).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Serves one file; its attributes say how badly."""

    content = ARCHIVE
    resumes = True  # understands Range
    breaks_after = None  # bytes, then it closes the connection
    delay = 0  # seconds before the answer
    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.ranges = []  # the Range header of each request
        self.url = f"http://127.0.0.1:{self.server_port}/small.tar.gz"

    def edition(self, content=ARCHIVE):
        return layout.Edition(ROWS, self.url, hashlib.md5(content).hexdigest(), {})


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        asked = self.headers["Range"]
        server.ranges.append(asked)
        time.sleep(server.delay)
        start = int(asked[len("bytes=") : -1]) if asked and server.resumes else 0
        status = 206 if start else server.status
        if start >= len(server.content):
            status = 416
        self.send_response(status)
        if status in (200, 206):
            body = server.content[start:]
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: server.breaks_after])
        else:
            self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def online(monkeypatch):
    monkeypatch.delenv("ROSETTA_OFFLINE", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".rosetta-lock")


# Downloads


def test_a_download_is_official_and_leaves_only_the_data(server, tmp_path):
    data = tmp_path / "made" / "here"
    facts = cifar.facts(data, server.edition())
    assert facts["source"] == "official"
    assert names(data) == [layout.FOLDER]
    assert set(names(data / layout.FOLDER)) == {*layout.BATCHES, origin.MANIFEST, origin.DIGESTS}
    assert cifar.facts(data, server.edition()) == facts
    assert server.ranges == [None]


def test_a_broken_download_is_kept_and_continued(server, tmp_path):
    server.breaks_after = 50_000
    with pytest.raises(DataError, match=r"small.tar.gz.part: .* broke \(50000 of .* Run again"):
        cifar.find(tmp_path, server.edition())
    assert names(tmp_path) == ["small.tar.gz.part"]
    server.breaks_after = None
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"
    assert server.ranges == [None, "bytes=50000-"]


def test_a_server_that_does_not_resume_starts_afresh(server, tmp_path):
    (tmp_path / "small.tar.gz.part").write_bytes(ARCHIVE[:50_000])
    server.resumes = False
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"


def test_a_download_that_ended_just_before_the_check(server, tmp_path):
    (tmp_path / "small.tar.gz.part").write_bytes(ARCHIVE)
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"


def test_a_wrong_download_is_deleted(server, tmp_path):
    server.content = b"<html>Please log in to the wireless network</html>"
    found = hashlib.md5(server.content).hexdigest()
    with pytest.raises(DataError, match=f"MD5 is {found}, expected {MD5}.* Run again"):
        cifar.find(tmp_path, server.edition())
    assert names(tmp_path) == []


def test_a_file_that_changed_on_the_server_is_not_mixed_with_the_old_one(server, tmp_path):
    (tmp_path / "small.tar.gz.part").write_bytes(b"the old file, or what there is of it")
    with pytest.raises(DataError, match="MD5"):
        cifar.find(tmp_path, server.edition())
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"


def test_a_server_that_refuses_gives_synthetic_data(server, tmp_path, capsys):
    server.status = 503
    assert cifar.facts(tmp_path, server.edition())["source"] == "synthetic"
    assert capsys.readouterr().err == (
        f"{server.url} is out of reach: the server says 503 Service Unavailable\n"
    )


def test_no_server_gives_synthetic_data(tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    edition = layout.Edition(ROWS, f"http://127.0.0.1:{port}/small.tar.gz", MD5, {})
    assert cifar.facts(tmp_path, edition)["source"] == "synthetic"
    assert capsys.readouterr().err == f"{edition.url} is out of reach: Connection refused\n"


def test_a_silent_server_is_given_up(server, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(download, "TIMEOUT", 0.2)
    server.delay = 1
    assert cifar.find(tmp_path, server.edition()) is None
    assert "timed out" in capsys.readouterr().err


def test_offline_asks_no_server(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    assert cifar.facts(tmp_path, server.edition())["source"] == "synthetic"
    assert server.ranges == []


FIND = (
    "import sys\n"
    "from rosetta.datasets import cifar, layout\n"
    "folder, url, md5 = sys.argv[1:]\n"
    f"print(cifar.find(folder, layout.Edition({ROWS}, url, md5, {{}})))\n"
)


def find_elsewhere(folder, url, preamble=""):
    """Start another process that looks for the data."""
    return subprocess.Popen(
        [sys.executable, "-c", preamble + FIND, str(folder), url, MD5],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_processes_download_once(server, tmp_path):
    with cache.exclusive(tmp_path):
        processes = [find_elsewhere(tmp_path, server.url) for _ in range(2)]
        for process in processes:
            assert process.stderr.readline().startswith("waiting for another process")
        assert server.ranges == []
    outputs = [process.communicate(timeout=600)[0] for process in processes]
    assert outputs == [f"{tmp_path / layout.FOLDER}\n"] * 2
    assert server.ranges == [None]


# A full disk is a limit on the size of a file: both fail in the same call.
FULL_DISK = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"


def test_a_disk_that_fills_during_the_download(server, tmp_path):
    out, err = find_elsewhere(tmp_path, server.url, FULL_DISK.format(10_000)).communicate()
    assert out == ""
    assert "DataError" in err
    assert "small.tar.gz.part: cannot be written (File too large)" in err
    assert names(tmp_path) == ["small.tar.gz.part"]
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"


def test_a_disk_that_fills_during_the_extraction(server, tmp_path):
    (tmp_path / "small.tar.gz").write_bytes(ARCHIVE)
    out, err = find_elsewhere(tmp_path, server.url, FULL_DISK.format(10_000)).communicate()
    assert out == ""
    assert f"{tmp_path / layout.FOLDER}: cannot be written (File too large)" in err
    assert names(tmp_path) == ["small.tar.gz"]


def test_a_folder_that_cannot_be_made(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file.*: cannot be written .*set ROSETTA_DATA"):
        cifar.find(tmp_path / "file" / "folder", server.edition())


# Archives


def test_an_archive_already_there_is_extracted_and_kept(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ROSETTA_OFFLINE", "1")
    (tmp_path / "small.tar.gz").write_bytes(ARCHIVE)
    (tmp_path / f"{layout.FOLDER}.part").mkdir()  # left by a process that was killed
    (tmp_path / f"{layout.FOLDER}.part" / "leftover").touch()
    assert cifar.facts(tmp_path, server.edition())["source"] == "official"
    assert names(tmp_path) == [layout.FOLDER, "small.tar.gz"]
    assert "leftover" not in names(tmp_path / layout.FOLDER)
    assert server.ranges == []


def test_a_wrong_archive_already_there_is_named_and_kept(server, tmp_path):
    (tmp_path / "small.tar.gz").write_bytes(ARCHIVE[:-1])
    with pytest.raises(DataError, match=rf"small.tar.gz: its MD5 .* expected {MD5}\. Delete it"):
        cifar.find(tmp_path, server.edition())
    assert names(tmp_path) == ["small.tar.gz"]
    assert server.ranges == []


def of_type(kind, name=f"{layout.FOLDER}/link", target="/etc/passwd"):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (tarfile.TarInfo(f"{layout.FOLDER}/../evil"), "leads out"),
        (tarfile.TarInfo("../evil"), "leads out"),
        (tarfile.TarInfo("evil"), "leads out"),
        (tarfile.TarInfo("/tmp/evil"), "leads out"),
        (tarfile.TarInfo(f"{layout.FOLDER}/C:\\evil"), "leads out"),
        (of_type(tarfile.SYMTYPE), "neither a file nor a folder"),
        (of_type(tarfile.LNKTYPE), "neither a file nor a folder"),
        (of_type(tarfile.CHRTYPE), "neither a file nor a folder"),
        (of_type(tarfile.FIFOTYPE), "neither a file nor a folder"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_members_that_lead_elsewhere_are_refused(server, tmp_path, member, reason):
    content = archive_of([*data_members(), (member, b"")])
    data = tmp_path / "data"
    data.mkdir()
    (data / "small.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=f"refused, because its member .* {reason}"):
        cifar.find(data, server.edition(content))
    assert names(data) == ["small.tar.gz"]
    assert names(tmp_path) == ["data"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "not a whole tar.gz archive"),
        (archive_of(list(data_members())[:3]), "data_batch_4.bin: expected"),
    ],
    ids=["no archive", "missing batch"],
)
def test_an_archive_that_holds_something_else(server, tmp_path, content, message):
    (tmp_path / "small.tar.gz").write_bytes(content)
    with pytest.raises(DataError, match=message):
        cifar.find(tmp_path, server.edition(content))
    assert names(tmp_path) == ["small.tar.gz"]


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(stream):
    with contextlib.closing(stream):
        progress = download.Progress("cifar.tar.gz", 0, 200_000_000, stream)
        for done in (50_000_000, 100_000_000):
            progress.show(done)
        progress.interval = 0
        progress.show(150_000_000)
        progress.done = 200_000_000
        progress.finish()
        return stream.getvalue()


def test_progress_on_a_terminal_is_one_line():
    text = shown(Terminal())
    assert text.index("\n") == len(text) - 1
    assert " 75%  150 of 200 MB  [######################        ]" in text.split("\r")[1]
    assert f"100%  200 of 200 MB  [{'#' * 30}]" in text.split("\r")[2]


def test_progress_elsewhere_is_plain_lines():
    text = shown(io.StringIO())
    assert not set("\r#") & set(text)
    assert [line.split("  ")[1].strip() for line in text.splitlines()] == ["75%", "100%"]
