#!/usr/bin/env python3
"""Resolve every `*.in` beside this file into a lock with hashes: `make locks LOCKS="mxnet docs"`.

A lock's first line names the Python versions it is for, the preferred one first; the runner reads
it. Locks are resolved for the oldest of them and for all platforms, from the public index alone.

PyTorch is the exception that this file exists for. Its CPU build is not on the public index and its
CUDA build drags in 3 GB of libraries, so `pytorch.txt` is `pytorch-cuda.txt` without those
libraries and with the digests of the CPU builds, as PyTorch publishes them for Python 3.11, on
torch's own line.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHONS = {
    "mxnet": ["3.8", "3.9", "3.10", "3.11"],
    "jax_flax": ["3.13", "3.12"],
    "jax_flax-cuda": ["3.13", "3.12"],
    "pytorch-cuda": ["3.11"],
    "mlx": ["3.11"],
    "mlx-cuda": ["3.11"],
    "tinygrad": ["3.11"],
    "uv": ["3.11", "3.12", "3.13"],
    "docs": ["3.11", "3.12", "3.13"],
    "test": ["3.11", "3.12", "3.13"],
}
GPU_ONLY = ("nvidia-", "cuda-", "triton")
TORCH_CPU_DIGESTS = {
    "manylinux_2_28_x86_64": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
    "manylinux_2_28_aarch64": "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
    "win_amd64": "10717d8b3b67c45a4788bf7ffc0bab1ea1e5ebbedd24466be6100102d141fac1",
}


def resolve(name):
    """Return the text that uv resolves `<name>.in` to."""
    oldest = min(PYTHONS[name], key=lambda version: tuple(map(int, version.split("."))))
    command = [
        *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", oldest),
        *("--generate-hashes", "--no-header", "--no-annotate", "--no-config", HERE / f"{name}.in"),
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


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
    pythons = ", ".join(PYTHONS.get(name) or PYTHONS[source])
    header = f"# python: {pythons}\n# Made by `make locks` from {source}.in; do not edit.\n"
    (HERE / f"{name}.txt").write_text(header + text)
    print(f"requirements/{name}.txt: {len(blocks(text))} packages")


def main(names):
    for name in names or PYTHONS:
        if name not in PYTHONS:
            sys.exit(f"requirements/lock.py: no such lock: {name}; known: {', '.join(PYTHONS)}")
        text = resolve(name)
        write(name, text, name)
        if name == "pytorch-cuda":
            write("pytorch", without_cuda(text), name)


if __name__ == "__main__":
    main(sys.argv[1:])
