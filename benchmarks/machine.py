"""What a measurement ran on: processor, load, versions."""

from __future__ import annotations

import os
import platform
import re
import shlex
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

from euaiqa.settings import cores

PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "llama-cpp-python")
WIDE = (("avx512f", "AVX-512"), ("avx2", "AVX2"))


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


def measured(seconds: float) -> str:
    """When, by which command, for how long and on what something was measured."""
    told = ", ".join(f"{name} {number}" for name, number in versions().items())
    return (
        f"Measured on {date.today().isoformat()} by `{command()}` in {seconds / 60:.0f} min on "
        f"{cores()} cores of {processor()}; {told}."
    )


def command() -> str:
    """The command that measures, as it was given."""
    return f"python -m benchmarks.{Path(sys.argv[0]).stem} {shlex.join(sys.argv[1:])}".strip()
