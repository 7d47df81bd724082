"""Say what machine this is, without naming anybody: processor, cores, memory, GPU, driver."""

import os
import platform
import re
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path


def default_device() -> str:
    """Return "cuda" where an NVIDIA GPU answers, else "cpu"."""
    return "cuda" if gpu() else "cpu"


def describe(device: str) -> dict:
    """Return the facts that a record keeps about the machine, sizes in bytes.

    `slug` names the folder under results/: after the GPU for device "cuda", else after the
    processor, its microarchitecture (the name alone may be one of a whole family's), cores and
    memory, so that two machines share a folder only if they are of one kind. ROSETTA_MACHINE gives
    it another name.
    """
    facts = {
        **processor(),
        "cores": usable_cores(),
        "memory_bytes": memory_bytes(),
        "system": " ".join([platform.system(), *re.findall(r"^\d+\.\d+", platform.release())]),
    }
    if device == "cuda":
        facts.update(gpu())
        name = f"{facts.get('gpu', 'gpu')} {size(facts.get('gpu_memory_bytes'))}"
    else:
        name = f"{facts['processor']} {facts['microarchitecture']} {facts['cores']} cores "
        name += size(facts["memory_bytes"])
    return {"slug": os.environ.get("ROSETTA_MACHINE") or slugify(name), **facts}


def size(number: int | None) -> str:
    """Return a size in whole GiB, as a part of a folder's name; nothing where it is unknown."""
    return f"{round(number / 2**30)} gib" if number else ""


def slugify(name: str) -> str:
    plain = re.sub(r"\((R|TM)\)|\bCPU\b|\bProcessor\b|@.*GHz", " ", name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def processor() -> dict:
    """Return a processor's name and what tells it from others of the same name.

    Linux names an ARM processor by the numbers of its maker and part only, and virtual machines
    often call every processor of a maker alike ("AMD EPYC").
    Source: proc_cpuinfo(5); the numbers of x86 are CPUID's family, model and stepping.
    """
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        told = ""
    # Of processors with unlike cores, each kind is told once.
    facts = {
        key: list(dict.fromkeys(re.findall(rf"^{key}\s*:\s*(\S.*?)\s*$", told, re.M)))
        for key in ("model name", "cpu family", "model", "stepping", "CPU implementer", "CPU part")
    }
    kinds = [f"{key.split()[-1]} {'+'.join(facts[key])}" for key in list(facts)[1:] if facts[key]]
    name = " + ".join(facts["model name"]) or platform.processor() or platform.machine()
    return {
        "processor": name,
        "architecture": platform.machine(),
        "microarchitecture": ", ".join(kinds) or platform.machine(),
    }


def usable_cores() -> int:
    """Return how many processors this process may use, which a container can make fewer."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


@lru_cache
def gpu() -> dict:
    """Return the first NVIDIA GPU's name, memory and driver; nothing where there is none."""
    fields = query_gpu("name,memory.total,driver_version")
    if not fields:
        return {}
    name, megabytes, driver = fields
    return {"gpu": name, "gpu_memory_bytes": int(megabytes) * 2**20, "driver": driver}


def gpu_memory_used() -> int | None:
    """Return the bytes of GPU memory in use by everybody, or None without a GPU."""
    fields = query_gpu("memory.used")
    return int(fields[0]) * 2**20 if fields else None


def query_gpu(fields: str) -> list[str]:
    if not shutil.which("nvidia-smi"):
        return []
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = done.stdout.strip().splitlines()
    return (
        [field.strip() for field in lines[0].split(",")] if done.returncode == 0 and lines else []
    )
