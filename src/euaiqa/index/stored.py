"""One version of the index on disk, opened: nothing is read before it is asked for."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Head, Language, Source
from euaiqa.encoder import Vectors
from euaiqa.errors import IndexMismatch
from euaiqa.index import arrays
from euaiqa.index.article import Article, document_of, source_of
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.manifest import REBUILD, Manifest, manifest_of
from euaiqa.index.passages import LANGUAGES, Table
from euaiqa.index.records import Records
from euaiqa.index.vectors import KEY, Keys

# What a part that cannot be opened is told by: files that are gone, cut off, or are other files.
_BROKEN = (OSError, EOFError, LookupError, ValueError, TypeError, RuntimeError)


@dataclass(frozen=True, slots=True)
class File:
    """What a version tells of an article's file; see `Article`."""

    id: str
    sha256: str
    state: str
    size: int
    changed: int


def _head(id_: str, title: str, day: str, language: Language, outlet: str) -> Head:
    return Head(id_, title, dt.date.fromisoformat(day) if day else None, language, outlet)


def vectors_of(version: Path, fingerprint: str, dimensions: int) -> list[tuple[Keys, Vectors]]:
    """The vectors of a version by their texts' keys, whatever else of it can be used.

    Args:
        version: its folder, of this layout or another.
        fingerprint: the encoder's; vectors of another one are not given.
        dimensions: of a vector.

    Returns:
        Keys uint8 (n, KEY) and vectors float32 (n, d), mapped from disk, of passages, sentences
        and generic questions; less where files are not there.
    """
    found: list[tuple[Keys, Vectors]] = []
    with contextlib.suppress(*_BROKEN):
        told = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        if told["encoder_fingerprint"] != fingerprint:
            return []
        for name in ("passages", "sentences", "questions"):
            keys = arrays.load(version / f"{name}-keys.npy")
            rows = arrays.load(version / f"{name}.npy")
            if keys.shape == (len(rows), KEY) and rows.shape == (len(rows), dimensions):
                found.append((keys, rows))
    return found


class Stored:
    """A version's parts."""

    def __init__(self, folder: Path) -> None:
        """Open a version.

        Raises:
            IndexMismatch: it has another schema, or is damaged.
        """
        self.folder = folder
        self.manifest: Manifest = manifest_of(folder)
        try:
            self.documents: Records[Document] = Records(folder / "documents.jsonl", document_of)
            self.heads = [_head(*row) for row in self._json("heads.json")]
            self.table = Table.load(folder)
            self.whole: Vectors = self._array("passages")
            self.single: Vectors = self._array("sentences")
            self.neutral: Vectors = self._array("neutral")
            self.witnesses: dict[str, str] = dict(self._json("witnesses.json"))
        except _BROKEN as error:
            raise IndexMismatch("the index is damaged", hint=REBUILD) from error
        n, m, told = len(self.table.owners), len(self.table.sentences), self.manifest
        counts = {len(self.heads), len(self.documents), told.documents}
        shapes = [self.whole.shape, self.single.shape, self.neutral.shape]
        width = self.whole.shape[-1:]
        same = shapes == [(n, *width), (m, *width), (2 * len(LANGUAGES), *width)]
        if len(counts) > 1 or (n, m) != (told.passages, told.sentences) or not same:
            raise IndexMismatch("the index is damaged: its parts differ in size", hint=REBUILD)

    @functools.cached_property
    def numbers(self) -> Mapping[str, int]:
        """The articles' numbers by their ids."""
        return {head.id: number for number, head in enumerate(self.heads)}

    @functools.cached_property
    def sources(self) -> Records[Source]:
        """What each article was decided from."""
        return Records(self.folder / "documents.jsonl", source_of)

    @functools.cached_property
    def files(self) -> Mapping[str, File]:
        """What is told of each article's file, by its id."""
        return {row[0]: File(*row) for row in self._json("files.json")}

    @functools.cached_property
    def refused(self) -> Mapping[str, tuple[int, int]]:
        """Size and time, as `Article` has them, of files that hold no text, by their ids."""
        return {id_: (size, changed) for id_, (size, changed) in self._json("refused.json").items()}

    @functools.cached_property
    def bytes(self) -> int:
        """What the version takes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def article(self, number: int) -> Article:
        """An article as the next build takes it over."""
        file = self.files[self.heads[number].id]
        return Article(
            self.documents[number],
            self.sources[number],
            file.state,
            file.size,
            file.changed,
            self.lines(number),
        )

    def lines(self, number: int) -> NDArray[np.uint64]:
        """The keys of an article's lines, uint64 (k,)."""
        keys, ends = self._lines
        return np.asarray(keys[ends[number] : ends[number + 1]])

    def first(self) -> NDArray[np.int64]:
        """The number of each passage's first sentence, and of all: int64 (n + 1,)."""
        return np.concatenate([[0], np.cumsum(self.table.sizes, dtype=np.int64)])

    def ranges(self) -> NDArray[np.int64]:
        """The number of each article's first passage, and of all: int64 (articles + 1,)."""
        return np.searchsorted(self.table.owners, np.arange(len(self.heads) + 1)).astype(np.int64)

    def dense(self) -> Any:
        """The FAISS index, mapped from disk.

        Raises:
            IndexMismatch: it is damaged.
        """
        import faiss

        try:
            index = faiss.read_index(str(self.folder / "dense.faiss"), faiss.IO_FLAG_MMAP_IFC)
        except _BROKEN as error:
            raise IndexMismatch("the index is damaged", hint=REBUILD) from error
        if (index.ntotal, index.d) != self.single.shape:
            raise IndexMismatch("the index is damaged: its parts differ in size", hint=REBUILD)
        return index

    def lexical(self) -> dict[Language, LexicalIndex]:
        """The words of each language.

        Raises:
            IndexMismatch: they are damaged.
        """
        try:
            return {
                language: LexicalIndex.load(language, self.folder / f"lexical-{language}")
                for language in LANGUAGES
            }
        except _BROKEN as error:
            raise IndexMismatch("the index is damaged", hint=REBUILD) from error

    @functools.cached_property
    def sketches(self) -> NDArray[np.uint64]:
        """The articles' sketches, uint64 (articles, SIZE)."""
        sketches: NDArray[np.uint64] = self._array("sketches")
        return sketches

    @functools.cached_property
    def _lines(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        return self._array("lines"), self._array("lines-ends")

    def _array(self, name: str) -> Any:
        try:
            return arrays.load(self.folder / f"{name}.npy")
        except _BROKEN as error:
            raise IndexMismatch("the index is damaged", hint=REBUILD) from error

    def _json(self, name: str) -> Any:
        try:
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        except _BROKEN as error:
            raise IndexMismatch("the index is damaged", hint=REBUILD) from error
