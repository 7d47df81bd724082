"""What a machine is called: two of different kinds never share a folder of records."""

from pathlib import Path

import pytest

from rosetta.run import machine

GIB = 2**30
X86 = """
processor\t: 0
cpu family\t: {family}
model\t\t: {model}
model name\t: {name}
stepping\t: {stepping}
"""
ARM = """
processor\t: 0
CPU implementer\t: 0x41
CPU part\t: {part}
"""
EPYC = X86.format(name="AMD EPYC", family=25, model=1, stepping=1)
OTHERS = {
    "microarchitecture": (EPYC.replace(": 1\n", ": 17\n", 1), 2, 24),
    "cores": (EPYC, 4, 24),
    "memory": (EPYC, 2, 8),
    "name": (EPYC.replace("EPYC", "Ryzen"), 2, 24),
    "no name": (ARM.format(part="0xd0c"), 2, 24),
    "no name, another part": (ARM.format(part="0xd40"), 2, 24),
    "unlike cores": (ARM.format(part="0xd0c") + ARM.format(part="0xd40"), 2, 24),
    "nothing known": ("", 2, 24),
}


@pytest.fixture
def box(monkeypatch):
    """Return a function that says how a machine with these facts describes itself."""
    monkeypatch.delenv("ROSETTA_MACHINE")

    def describe(cpuinfo: str, cores: int, gib: float, device: str = "cpu") -> dict:
        monkeypatch.setattr(Path, "read_text", lambda path, *_: cpuinfo)
        monkeypatch.setattr(machine, "usable_cores", lambda: cores)
        monkeypatch.setattr(machine, "memory_bytes", lambda: int(gib * GIB))
        return machine.describe(device)

    return describe


def test_the_folder_names_processor_kind_cores_and_memory(box):
    found = box(EPYC, 2, 23.6)
    assert found["slug"] == "amd-epyc-family-25-model-1-stepping-1-2-cores-24-gib"
    assert found["processor"] == "AMD EPYC"


def test_machines_of_different_kinds_share_no_folder(box):
    slugs = [box(EPYC, 2, 24)["slug"], *(box(*other)["slug"] for other in OTHERS.values())]
    assert len(set(slugs)) == len(slugs)
    assert all(slug.strip("-") and "--" not in slug for slug in slugs)


def test_gpus_of_one_name_and_unlike_memory_share_no_folder(box, monkeypatch):
    found = set()
    for memory in (40, 80):
        facts = {"gpu": "NVIDIA A100", "gpu_memory_bytes": memory * GIB, "driver": "1"}
        monkeypatch.setattr(machine, "gpu", lambda facts=facts: facts)
        found.add(box(EPYC, 2, 24, "cuda")["slug"])
    assert found == {"nvidia-a100-40-gib", "nvidia-a100-80-gib"}
