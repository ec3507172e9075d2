"""What a measurement ran on: processor, load, versions."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "llama-cpp-python")
WIDE = (("avx512f", "AVX-512"), ("avx2", "AVX2"))


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load() -> float | None:
    """Processes that ran or waited to, on average over the last minute; None where unknown."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def processor() -> str:
    """Its name and its widest instructions."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text(encoding="utf-8") if cpuinfo.exists() else ""
    name = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    known = flags[1].split() if flags else []
    widest = next((f" ({label})" for flag, label in WIDE if flag in known), "")
    return (name[1] if name else platform.processor() or platform.machine()) + widest


def versions() -> dict[str, str]:
    """Python's and those of the packages that all systems share."""
    return {"Python": platform.python_version()} | {name: version(name) for name in PACKAGES}
