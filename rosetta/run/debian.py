"""See to the Debian packages that a framework needs beside its environment."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable

from .environments import EnvironmentMissing


def missing(packages: Iterable[str]) -> list[str]:
    """Return those that are not installed; none where there is no dpkg to ask.

    Other systems have other names for them: there the framework itself says what it lacks.
    """
    query = shutil.which("dpkg-query")
    return [name for name in packages if query and not is_installed(query, name)]


def is_installed(query: str, package: str) -> bool:
    done = subprocess.run(
        [query, "--show", "--showformat=${db:Status-Status}", package],
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() == "installed"


def ensure(packages: Iterable[str], say: Callable[[str], None] = print) -> None:
    """Install what is missing where this process may; it never asks for a password.

    Raises EnvironmentMissing with the command that installs them.
    """
    needed = missing(packages)
    if not needed:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *needed]
    typed = f"apt-get install {' '.join(needed)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise EnvironmentMissing(f"Debian packages are missing: `sudo {typed}`")
    say(f"installing Debian packages: {' '.join(needed)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    if done.returncode:  # the package lists may be old, or have never been fetched
        subprocess.run(["apt-get", "update"], capture_output=True, env=quiet)
        done = subprocess.run(command, capture_output=True, text=True, env=quiet)
    if done.returncode:
        complaint = " ".join(done.stderr.split())[-300:]
        raise EnvironmentMissing(f"`{typed}` failed: {complaint}")
