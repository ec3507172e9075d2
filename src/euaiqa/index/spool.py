"""Articles on their way from the folder into the index: few in memory, many on disk.

Two kinds of rows are written once and read by their number: files as they were read, and the
articles that were decided from them. To read a file may take seconds, so a build keeps these by
name until it ends well; one that was broken off is gone on with. All else has no name, so that a
killed program leaves nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

import numpy as np

from euaiqa.datamodels import Document, Source
from euaiqa.errors import SettingsError
from euaiqa.index.article import Article, document_of, row_of, source_of
from euaiqa.index.manifest import SCHEMA
from euaiqa.index.versions import BUILDING, unwritable
from euaiqa.notice import from_json, to_json

IN_MEMORY: Final = 32_000_000  # bytes
# What helps where a row cannot be written or read: its file is on one disk or another.
_INDEX: Final = "check the disk that the index is on, and make space there"
_TEMPORARY: Final = (
    "make space in the folder for temporary files, or set TMPDIR to one on another disk"
)
_SIZE: Final = 8  # bytes of a row's length
_KEY: Final = 16  # bytes of a hash
_HEAD: Final = 2 * _KEY  # of a row that is kept: of all that follows, and what file it was


class Spool:
    """What was read and decided, until the context is left."""

    def __init__(self, folder: Path | None = None, *, reader: str = "", anew: bool = False) -> None:
        """Begin, or go on with what a build that was broken off has read.

        Args:
            folder: the index folder, whose lock is held; None to keep nothing.
            reader: tells how files are read; what another one read is not found.
            anew: whether to throw away what was read before.

        Raises:
            SettingsError: the folder cannot be written.
        """
        self._reader = reader
        self._kept = folder / BUILDING / "sources" if folder else None
        try:
            self._sources = _Rows(_opened(self._kept, anew), _INDEX if self._kept else _TEMPORARY)
            self._found = self._sources.recover()
        except OSError as error:
            raise unwritable(error) from error
        self._articles = _Rows(_opened(), _TEMPORARY)

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._articles.close()
        self._sources.close()
        if self._kept and (kind is None or not self._found):
            with contextlib.suppress(OSError):
                self._kept.unlink(missing_ok=True)
                self._kept.parent.rmdir()

    def forget(self) -> None:
        """Leave nothing of what was read for a later build, however this one ends."""
        self._found.clear()

    def find_source(self, id_: str, sha256: str) -> int | None:
        """The number of a file that was read already."""
        return self._found.get(self._key(id_, sha256))

    def put_source(self, source: Source) -> int:
        """Keep a file that was read; its number is given back."""
        document = Document(source.id, "", None, "en", source.text, source.sha256)
        key = self._key(source.id, source.sha256)
        row = {**row_of(Article(document, source)), "missing": to_json(source.missing)}
        number = self._sources.put(_line(row), key)
        self._found[key] = number
        return number

    def source(self, number: int) -> Source:
        """The file of a number.

        Raises:
            SettingsError: the spool cannot be read.
        """
        row = json.loads(self._sources.row(number))
        source = source_of(row)
        return replace(source, missing=from_json(row.get("missing", source.missing)))

    def put(self, article: Article) -> int:
        """Keep an article; its number is given back."""
        told = [article.state, article.size, article.changed, article.lines.tolist()]
        return self._articles.put(_line({**row_of(article), "told": told}))

    def article(self, number: int) -> Article:
        """The article of a number.

        Raises:
            SettingsError: the spool cannot be read.
        """
        row = json.loads(self._articles.row(number))
        state, size, changed, lines = row["told"]
        keys = np.array(lines, dtype=np.uint64)
        return Article(document_of(row), source_of(row), state, size, changed, keys)

    def _key(self, id_: str, sha256: str) -> bytes:
        # Rows of another layout may not be what `source` reads.
        told = f"{SCHEMA}\n{self._reader}\n{sha256}\n{id_}".encode()
        return hashlib.blake2b(told, digest_size=_KEY).digest()


class _Rows:
    """Rows in a file, each with a hash of itself before it."""

    def __init__(self, file: IO[bytes], hint: str) -> None:
        self._file = file
        self._hint = hint
        self._at = [0]

    def recover(self) -> dict[bytes, int]:
        """Find the rows that are whole; a broken one ends them. Their numbers by their keys."""
        found: dict[bytes, int] = {}
        end = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        while size := self._file.read(_SIZE):
            length = _HEAD + int.from_bytes(size, "little")
            row = self._file.read(length) if length <= end else b""
            if len(row) < length or row[:_KEY] != _hash(row[_KEY:]):
                break
            found[row[_KEY:_HEAD]] = len(self._at) - 1
            self._at.append(self._file.tell())
        self._file.truncate(self._at[-1])
        return found

    def put(self, line: bytes, key: bytes = bytes(_KEY)) -> int:
        told = key + line
        try:
            self._file.seek(self._at[-1])
            self._file.write(len(line).to_bytes(_SIZE, "little") + _hash(told) + told)
            self._file.flush()
        except OSError as error:
            raise self._failed("written", error) from error
        self._at.append(self._file.tell())
        return len(self._at) - 2

    def row(self, number: int) -> bytes:
        try:
            self._file.seek(self._at[number] + _SIZE + _HEAD)
            return self._file.read(self._at[number + 1] - self._file.tell())
        except OSError as error:
            raise self._failed("read", error) from error

    def _failed(self, how: str, error: OSError) -> SettingsError:
        message = f"a temporary file cannot be {how}: {error.strerror or error}"
        return SettingsError(message, hint=self._hint)

    def close(self) -> None:
        # What could not be written cannot be written now, which was told.
        with contextlib.suppress(OSError):
            self._file.close()


def _opened(kept: Path | None = None, anew: bool = False) -> IO[bytes]:
    if not kept:
        return SpooledTemporaryFile(max_size=IN_MEMORY)
    kept.parent.mkdir(exist_ok=True)
    if anew:
        kept.unlink(missing_ok=True)
    kept.touch()
    return kept.open("r+b")


def _line(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8")


def _hash(row: bytes) -> bytes:
    return hashlib.blake2b(row, digest_size=_KEY).digest()
