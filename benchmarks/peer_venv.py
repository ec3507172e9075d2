"""LlamaIndex's own environment: its packages alone, over those that ours has installed.

It is no dependency of ours, and torch, sentence-transformers and the llama.cpp that was compiled
for this processor must be the same for a fair comparison: a path file lends the new
environment our packages, and what is missing there is installed from a lock without dependencies.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

LOCK = Path(__file__).with_name("requirements-llamaindex.txt")


class PeerSetupFailed(Exception):
    """LlamaIndex cannot be installed; the message tells why."""


def prepare(folder: Path) -> Path:
    """Make the environment, unless it is there as the lock wants it.

    Args:
        folder: where it is or will be.

    Returns:
        Its Python.

    Raises:
        PeerSetupFailed: it cannot be made, or a package cannot be installed.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "euaiqa-stamp"
    ours = sysconfig.get_path("purelib")
    wanted = hashlib.sha256(LOCK.read_bytes() + f"{ours} {sys.version}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    try:
        venv.create(folder, with_pip=True, clear=folder.exists())
    except (OSError, subprocess.CalledProcessError) as error:
        raise PeerSetupFailed(f"its environment cannot be created: {error}") from error
    _pip(python, "install", "--quiet", "--no-deps", "-r", str(LOCK))
    purelib = sysconfig.get_path("purelib", "venv", {"base": str(folder)})
    Path(purelib, "euaiqa-packages.pth").write_text(f"{ours}\n", encoding="utf-8")
    _pip(python, "check")
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _pip(python: Path, *arguments: str) -> None:
    """Run pip there.

    Raises:
        PeerSetupFailed: it failed.
    """
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise PeerSetupFailed(f"pip {arguments[0]}: {lines[-1] if lines else 'no message'}")
