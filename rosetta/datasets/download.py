"""Download a file: with a progress bar, from where a broken download ended, checked before use."""

import http.client
import os
import sys
import time
import urllib.error
import urllib.request

from rosetta.datasets import archive
from rosetta.datasets.errors import DataError, cannot_write

TIMEOUT = 10  # seconds without an answer or a byte
BLOCK_BYTES = 1 << 17


class Unreachable(Exception):
    """The server sent nothing: no network, a firewall, or the file is gone."""


def download(url, path, md5):
    """Download a file whose MD5 is known.

    It is written to `path`.part, kept when the download breaks, and takes its name once checked.
    Raises Unreachable, or DataError if the download broke, the disk is full or the MD5 is wrong.
    """
    part = path + ".part"
    try:
        _transfer(url, part)
        found = archive.md5(part)
        if found != md5:
            os.remove(part)
            raise DataError(
                f"{url}: its MD5 is {found}, expected {md5}; the download was deleted. Run again "
                "to start afresh, or set ROSETTA_OFFLINE=1 to do without."
            )
        os.replace(part, path)
    except OSError as error:
        raise cannot_write(part, error) from None


def _transfer(url, part):
    """Bring `part` to the full length that the server announces."""
    done = os.path.getsize(part) if os.path.exists(part) else 0
    response = _open(url, done)
    if response is None:
        return
    with response:
        if response.status != http.client.PARTIAL_CONTENT:
            done = 0  # the server does not resume: from the start, then
        length = response.headers["Content-Length"]
        total = done + int(length) if length else None
        progress = Progress(os.path.basename(url), done, total, sys.stderr)
        try:
            with open(part, "ab" if done else "wb") as file:
                for block in _blocks(response, part):
                    file.write(block)
                    done += len(block)
                    progress.show(done)
        finally:
            progress.finish()
    if total is not None and done < total:
        raise _broken(part, f"{done} of {total} bytes arrived")


def _open(url, start):
    """Return the server's answer, or None if there is nothing after `start`."""
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if start and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            return None
        raise Unreachable(f"the server says {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise Unreachable(_reason(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(_reason(error)) from None


def _blocks(response, part):
    while True:
        try:
            block = response.read(BLOCK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise _broken(part, _reason(error)) from None
        if not block:
            return
        yield block


def _reason(error):
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _broken(part, reason):
    return DataError(
        f"{part}: the download broke ({reason}). Run again to continue it, or set "
        "ROSETTA_OFFLINE=1 to do without."
    )


class Progress:
    """Draw a bar on a terminal; elsewhere write a plain line now and then."""

    def __init__(self, title, start, total, stream):
        self.title = title
        self.start = self.done = start
        self.total = total
        self.stream = stream
        self.terminal = stream.isatty()
        self.interval = 0.2 if self.terminal else 10
        self.began = self.shown = time.monotonic()

    def show(self, done):
        """Tell how many bytes are there; draws only if the last time is long enough ago."""
        self.done = done
        if time.monotonic() - self.shown >= self.interval:
            self._draw("")

    def finish(self):
        """Draw the final state and end the line."""
        self._draw("\n")

    def _draw(self, end):
        self.shown = time.monotonic()
        text = f"{self.title}  {self.done / 1e6:.0f} MB"
        if self.total:
            share = self.done / self.total
            text = f"{self.title}  {share:4.0%}  {self.done / 1e6:.0f} of {self.total / 1e6:.0f} MB"
            if self.terminal:
                text += "  [{:30}]".format("#" * int(30 * share))
        rate = (self.done - self.start) / 1e6 / max(self.shown - self.began, 1e-3)
        text += f"  {rate:6.1f} MB/s"
        self.stream.write("\r" + text + end if self.terminal else text + "\n")
        self.stream.flush()
