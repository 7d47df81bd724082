"""Packages of the system: named when missing; dpkg itself is asked."""

import os
import shutil

import pytest

from rosetta.run import debian
from rosetta.run.environments import EnvironmentMissing

needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no dpkg here")
ABSENT = "no-such-package-anywhere"


@needs_dpkg
def test_what_is_installed_is_not_missing():
    assert debian.missing(["dpkg", ABSENT]) == [ABSENT]
    debian.ensure(["dpkg"])


@needs_dpkg
def test_without_the_right_to_install_the_error_has_the_command(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EnvironmentMissing, match=f"`sudo apt-get install {ABSENT}`"):
        debian.ensure(["dpkg", ABSENT])


@needs_dpkg
def test_a_package_that_cannot_be_had_is_an_error_that_says_so(tmp_path, monkeypatch):
    """A stand-in for apt-get: the real one would ask the network."""
    stand_in = tmp_path / "apt-get"
    stand_in.write_text('#!/bin/sh\necho "E: cannot $*" >&2\nexit 100\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said = []
    with pytest.raises(EnvironmentMissing, match=f"{ABSENT}` failed: E: cannot install .*{ABSENT}"):
        debian.ensure([ABSENT], said.append)
    assert said == [f"installing Debian packages: {ABSENT}"]


def test_elsewhere_nothing_is_missing(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert debian.missing([ABSENT]) == []
