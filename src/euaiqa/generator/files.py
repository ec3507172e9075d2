"""Cells of passages as files: what a model once computed outlives its process.

Takes texts and bytes, gives the bytes back; least recently used goes first. A file's name is a
hash of all that its bytes depend on, so that a change of any never finds an old file. Several
processes may share a folder: a file appears whole or not at all, and one that is damaged, or
gone meanwhile, is computed anew. A folder that cannot be written to is said once, and done
without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import struct
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from euaiqa.generator.context import Bytes

logger = logging.getLogger(__name__)

ENDING = ".cells"
_HEAD = struct.Struct("<8sIIQ")  # magic, cells, CRC-32 of both, length of the bytes
_MAGIC = b"EUAIQA01"
_TIDY = 0.9  # the share of the budget that is left filled once it was exceeded


class CellFiles:
    """A folder of cells that takes at most `max_bytes`."""

    def __init__(self, folder: Path, *, made_by: Sequence[str], max_bytes: int) -> None:
        """Look at a folder, which need not be there yet.

        Args:
            folder: for these files alone.
            made_by: all that cells depend on beside the texts: model file, build, settings.
            max_bytes: on disk; 28,672 bytes a token with the default model.
        """
        self._folder = folder
        self._made_by = tuple(made_by)
        self._max_bytes = max_bytes
        self._broken = False
        self._checked: set[str] = set()  # names of files that are known to be whole
        entries = self._entries()
        self._bytes = sum(size for _, size, _ in entries)
        self._count = len(entries)

    @property
    def full(self) -> bool:
        """Whether another passage would push one out, or none can be written."""
        usual = self._bytes / max(1, self._count)
        return self._broken or self._bytes + usual > self._max_bytes

    def holds(self, prefix: str, passage: str) -> bool:
        """Whether there is a file of a passage after a prefix."""
        return self._path(prefix, passage).exists()

    def read(self, prefix: str, passage: str) -> tuple[Bytes, int] | None:
        """The bytes of a passage after a prefix, and how many cells they are; None without."""
        path = self._path(prefix, passage)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error)
            return None
        with contextlib.suppress(OSError):  # a folder that may only be read serves as well
            os.utime(path)
        data = memoryview(content)[_HEAD.size :]
        if len(content) >= _HEAD.size:
            magic, cells, crc, length = _HEAD.unpack_from(content)
            whole = path.name in self._checked or crc == zlib.crc32(data, cells)
            if whole and (magic, length) == (_MAGIC, len(data)):
                self._checked.add(path.name)
                return np.frombuffer(data, dtype=np.uint8), cells
        logger.warning("a file of cells is damaged and is made anew: %s", path.name)
        self._remove(path, len(content))
        return None

    def write(self, prefix: str, passage: str, data: Bytes, cells: int) -> bool:
        """Keep the bytes of a passage after a prefix; false where they were not kept."""
        size = _HEAD.size + len(data)
        if self._broken or size > self._max_bytes:
            return False
        path = self._path(prefix, passage)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
            try:
                content = data.data
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_HEAD.pack(_MAGIC, cells, zlib.crc32(content, cells), len(data)))
                    file.write(content)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            self._give_up(error)
            return False
        self._checked.add(path.name)
        self._bytes += size
        self._count += 1
        if self._bytes > self._max_bytes:
            self._tidy()
        return True

    def _tidy(self) -> None:
        """Remove the files that were not read for the longest time."""
        entries = self._entries()
        self._bytes = sum(size for _, size, _ in entries)
        self._count = len(entries)
        for _, size, path in sorted(entries):
            if self._bytes <= _TIDY * self._max_bytes:
                break
            self._remove(path, size)

    def _remove(self, path: Path, size: int) -> None:
        with contextlib.suppress(OSError):  # another process was quicker, or may and we may not
            path.unlink()
        self._checked.discard(path.name)
        self._bytes -= size
        self._count -= 1

    def _entries(self) -> list[tuple[float, int, Path]]:
        """When each file was last used, its size and its path."""
        found = []
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                        about = entry.stat()
                        if entry.name.endswith((ENDING, ".new")):
                            found.append((about.st_mtime, about.st_size, Path(entry.path)))
        except FileNotFoundError:
            return []
        except OSError as error:
            self._give_up(error)
        return found

    def _path(self, prefix: str, passage: str) -> Path:
        key = json.dumps([*self._made_by, prefix, passage])
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}{ENDING}"

    def _give_up(self, error: OSError) -> None:
        if not self._broken:
            logger.warning(
                "what the model computes for passages cannot be kept in %s (%s): "
                "answers are right, but slower after a start; "
                "free disk space, or set EUAIQA_CELLS_FOLDER",
                self._folder.name,
                error.strerror,
            )
        self._broken = True
