"""The folder of verified models: what is in it, and how something gets into it.

A file is used only if its hash is the manifest's. To hash 1.1 GB at every start would
cost seconds, so a stamp beside it (`<name>.verified.json`) keeps what was hashed; it
is trusted while size and modification time are the same, else the file is hashed again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from euaiqa.models.manifest import Variant
from euaiqa.models.sources import CHUNK

State = Literal["absent", "verified", "wrong"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What was verified: `source` is its key, `files` maps paths to (sha256, bytes, mtime_ns)."""

    source: str
    files: dict[str, tuple[str, int, int]]


def sha256_of(path: Path, advance: Callable[[int], None] = lambda _: None) -> str:
    """SHA-256 of a file, lower-case hex; `advance` is told the bytes as they are read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            advance(len(chunk))
    return digest.hexdigest()


def state(variant: Variant, models: Path) -> State:
    """Whether the variant is in the cache with the right bytes; hashes only what changed."""
    root = models / variant.cached_as
    if not root.exists():
        return "absent"
    stamp = read_stamp(variant, models)
    if stamp is None:
        if root.is_dir():
            return "wrong"  # only the stamp knows the hashes of a folder's smaller files
        now = make_stamp(root, "cache")  # put there by hand, or its stamp was lost
    elif not stamp.files.keys() <= _paths(root):
        return "wrong"
    elif not any(_changed(root / path, entry) for path, entry in stamp.files.items()):
        return "verified" if _agrees(variant, stamp) else "wrong"
    else:
        now = make_stamp(root, stamp.source)
        if any(now.files[path][0] != entry[0] for path, entry in stamp.files.items()):
            return "wrong"
    if not _agrees(variant, now):
        return "wrong"
    with contextlib.suppress(OSError):  # a cache that may only be read works, slower
        write_stamp(variant, models, now)
    return "verified"


def install(variant: Variant, built: Path, models: Path, source: str, trash: Path) -> Path:
    """Move `built`, whose hashes were checked, into the cache by one rename.

    The stamp comes first: without its file it says nothing, and a file never lacks it.
    Something wrong that is in the way is moved into `trash`.
    """
    target = models / variant.cached_as
    write_stamp(variant, models, make_stamp(built, source))
    if target.exists():
        shutil.rmtree(trash, ignore_errors=True)
        trash.parent.mkdir(parents=True, exist_ok=True)
        target.replace(trash)
    built.replace(target)
    return target


def make_stamp(root: Path, source: str) -> Stamp:
    """Hash a file, or every file of a folder."""
    files = {}
    for path in sorted(_paths(root)):
        about = (root / path).stat()
        files[path] = (sha256_of(root / path), about.st_size, about.st_mtime_ns)
    return Stamp(source, files)


def read_stamp(variant: Variant, models: Path) -> Stamp | None:
    """The stamp, or None if there is none that can be read."""
    try:
        content: Any = json.loads(_stamp_path(variant, models).read_text(encoding="utf-8"))
        files = {
            str(path): (str(entry["sha256"]), int(entry["bytes"]), int(entry["mtime_ns"]))
            for path, entry in content["files"].items()
        }
        return Stamp(str(content["source"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_stamp(variant: Variant, models: Path, stamp: Stamp) -> None:
    """Replace the stamp."""
    path = _stamp_path(variant, models)
    files = {
        name: {"sha256": sha256, "bytes": size, "mtime_ns": mtime}
        for name, (sha256, size, mtime) in stamp.files.items()
    }
    partial = path.with_name(path.name + ".new")
    content = {"source": stamp.source, "files": files}
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def _stamp_path(variant: Variant, models: Path) -> Path:
    return models / f"{variant.cached_as}.verified.json"


def _paths(root: Path) -> set[str]:
    """The files under `root` by relative POSIX path; a file itself is ""."""
    if root.is_file():
        return {""}
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def _changed(path: Path, entry: tuple[str, int, int]) -> bool:
    about = path.stat()
    return (about.st_size, about.st_mtime_ns) != entry[1:]


def _agrees(variant: Variant, stamp: Stamp) -> bool:
    """Whether the hashes are the manifest's, wherever it knows one."""
    return all(
        path in stamp.files and stamp.files[path][0] == sha256
        for path, sha256 in variant.cached.items()
    )
