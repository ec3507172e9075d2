"""The index folder: which version is read, which one before, and who may change that.

    CURRENT              names the version that readers load, and the one before it
    .lock                held by the one program that builds
    .building/           what a build has so far; a later one goes on with it
    v-<index_version>-*/ one version, never changed once it has this name

A version is written under another name, checked, renamed, and only then named in CURRENT,
which is itself replaced by one rename: a reader sees the old version or the new one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from euaiqa.errors import IndexBusy, IndexMissing, SettingsError
from euaiqa.index.manifest import REBUILD

BUILDING = ".building"
_CURRENT = "CURRENT"
_NAME = re.compile(r"v-[0-9a-f]{12}-[0-9a-f]{8}")
# What a build that was killed leaves behind, of this layout and of the one before it.
_LEFT = re.compile(rf"\.{_CURRENT}-[0-9a-f]{{32}}|\.building-[0-9a-f]{{32}}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says: folders' names; `held` where `current` was put back by hand."""

    current: str
    previous: str = ""
    held: bool = False


@contextlib.contextmanager
def locked(folder: Path, wait: float = 0) -> Iterator[None]:
    """Be the only one who changes the index; the system frees it when a program dies.

    Args:
        folder: the index folder; made when missing.
        wait: seconds to wait for another to finish; below 0 as long as it takes.

    Raises:
        IndexBusy: another builds.
        SettingsError: the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise IndexBusy(
            "another program is building this index", hint="wait until it is done, then try again"
        ) from error
    except OSError as error:
        raise unwritable(error) from error
    try:
        yield
    finally:
        lock.release()


def pointer(folder: Path) -> Pointer:
    """Read CURRENT.

    Raises:
        IndexMissing: nothing was built there yet.
    """
    try:
        words = (folder / _CURRENT).read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise IndexMissing("there is no index yet", hint=REBUILD) from error
    if not words or not all(map(_NAME.fullmatch, words[:2])):
        raise IndexMissing("there is no index yet", hint=REBUILD)
    return Pointer(words[0], words[1] if len(words) > 1 else "", "held" in words[2:])


def current(folder: Path) -> Path:
    """The folder of the version that readers load.

    Raises:
        IndexMissing: nothing was built there yet.
    """
    return folder / pointer(folder).current


def swap_in(aside: Path, folder: Path, version: str) -> None:
    """Make a finished version the current one; the lock must be held.

    Args:
        aside: its folder, on the same disk.
        folder: the index folder.
        version: `Manifest.index_version`.

    Raises:
        OSError: the folder cannot be written.
    """
    # A rebuild of the same version gets a name of its own: the old one may be in use.
    name = f"v-{version}-{uuid.uuid4().hex[:8]}"
    for path in (*(each for each in sorted(aside.rglob("*"))), aside):
        _to_disk(path)
    before = _before(folder, version)
    aside.rename(folder / name)
    _write(folder, Pointer(name, before))
    sweep(folder)


def roll_back(folder: Path) -> Pointer:
    """Make the version before the current one; a second time takes that back.

    Returns:
        What CURRENT says now.

    Raises:
        IndexMissing: there is no version before it.
        SettingsError: the folder cannot be written.
    """
    now = pointer(folder)
    if not now.previous or not (folder / now.previous).is_dir():
        raise IndexMissing(
            "there is no earlier version of the index", hint="the last good one is kept from now on"
        )
    then = Pointer(now.previous, now.current, held=not now.held)
    try:
        _write(folder, then)
    except OSError as error:
        raise unwritable(error) from error
    return then


def release(folder: Path) -> None:
    """Hold the current version no more: it is what the articles give.

    Raises:
        IndexMissing: there is no index.
        SettingsError: the folder cannot be written.
    """
    now = pointer(folder)
    if now.held:
        try:
            _write(folder, Pointer(now.current, now.previous))
        except OSError as error:
            raise unwritable(error) from error


def sweep(folder: Path) -> None:
    """Remove what no pointer names and what killed builds left, but for their vectors."""
    named = pointer(folder)
    for path in folder.iterdir():  # only what is ours
        old = _NAME.fullmatch(path.name) and path.name not in {named.current, named.previous}
        if old or (_LEFT.fullmatch(path.name) and path.is_dir()):
            shutil.rmtree(path, ignore_errors=True)
        elif _LEFT.fullmatch(path.name):
            path.unlink(missing_ok=True)


def unwritable(error: OSError) -> SettingsError:
    """What a failed write is told as."""
    return SettingsError(
        f"the index cannot be written: {error.strerror or error}",
        hint="check the space and the rights of the folder EUAIQA_INDEX",
    )


def _before(folder: Path, version: str) -> str:
    """The version that a new one comes after; none where it is not there.

    One that says the same is not worth keeping, so the one before that is.
    """
    try:
        now = pointer(folder)
    except IndexMissing:
        return ""
    same = now.current.startswith(f"v-{version}-")
    name = now.previous if same else now.current
    return name if name and (folder / name / "manifest.json").exists() else ""


def _write(folder: Path, new: Pointer) -> None:
    words = [new.current, new.previous, "held" if new.held else ""]
    aside = folder / f".{_CURRENT}-{uuid.uuid4().hex}"
    aside.write_text("\n".join(filter(None, words)) + "\n", encoding="utf-8")
    _to_disk(aside)
    aside.replace(folder / _CURRENT)
    _to_disk(folder)


def _to_disk(path: Path) -> None:
    """Wait until a file or a folder's entries are on the disk, so that no power cut undoes it."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folder, and needs none to be
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
