#!/usr/bin/env python3
"""Resolve every `*.in` beside this file into a lock with hashes: `make locks LOCKS="mxnet docs"`.

The first line of both names the Python versions they are for, the preferred one first; the runner
reads it. A lock is resolved for the oldest of them and for all platforms, from the public index
alone.

PyTorch is the exception that this file exists for. Its CPU build is not on the public index and its
CUDA build drags in 3 GB of libraries, so there is no `pytorch.in`: a `<name>-cuda.in` that has no
`<name>.in` beside it makes both locks, and `<name>.txt` is `<name>-cuda.txt` without those
libraries and with the digests of the CPU builds, as PyTorch publishes them for Python 3.11, on
torch's own line.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GPU_ONLY = ("nvidia-", "cuda-", "triton")
TORCH_CPU_DIGESTS = {
    "manylinux_2_28_x86_64": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
    "manylinux_2_28_aarch64": "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
    "win_amd64": "10717d8b3b67c45a4788bf7ffc0bab1ea1e5ebbedd24466be6100102d141fac1",
}


def pythons(name):
    """Return the Python versions that the first line of `<name>.in` names."""
    path = HERE / f"{name}.in"
    first = path.read_text("utf-8").partition("\n")[0]
    if not re.fullmatch(r"# python: 3\.\d+(, 3\.\d+)*", first):
        sys.exit(f"{path}:1: expected a line such as '# python: 3.12, 3.11', found {first!r}")
    return first.partition(": ")[2].split(", ")


def resolve(name):
    """Return the text that uv resolves `<name>.in` to.

    Its pins also hold for what builds a source archive, here as when the lock is installed.
    """
    oldest = min(pythons(name), key=lambda version: tuple(map(int, version.split("."))))
    source = HERE / f"{name}.in"
    command = [
        *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", oldest),
        *("--generate-hashes", "--no-header", "--no-annotate", "--no-config"),
        *("--build-constraints", source, source),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        complaint = " ".join(done.stderr.split())[-600:]
        sys.exit(f"{source}: uv cannot resolve it, the lock is as it was: {complaint}")
    return done.stdout


def blocks(text):
    """Split a lock into one block of lines per package."""
    return re.findall(r"^\S.*(?:\n[ \t].*)*\n?", text, re.MULTILINE)


def without_cuda(text):
    """Return the lock of PyTorch's CPU build, derived from that of its CUDA build."""
    kept = [block for block in blocks(text) if not block.startswith(GPU_ONLY)]
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in TORCH_CPU_DIGESTS.values())
    return "".join(
        re.sub(r"^(torch==\S+)[\s\S]*", lambda found: f"{found[1]}{hashes}\n", block)
        if block.startswith("torch==")
        else block
        for block in kept
    )


def write(name, text, source):
    versions = ", ".join(pythons(source))
    header = f"# python: {versions}\n# Made by `make locks` from {source}.in; do not edit.\n"
    (HERE / f"{name}.txt").write_text(header + text)
    print(f"requirements/{name}.txt: {len(blocks(text))} packages")


def main(names):
    known = sorted(path.stem for path in HERE.glob("*.in"))
    for name in names or known:
        if name not in known:
            sys.exit(f"requirements/lock.py: there is no {name}.in; there are: {', '.join(known)}")
        text = resolve(name)
        write(name, text, name)
        cpu = name.removesuffix("-cuda")
        if not (HERE / f"{cpu}.in").exists():
            write(cpu, without_cuda(text), name)


if __name__ == "__main__":
    main(sys.argv[1:])
