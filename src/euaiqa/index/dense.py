"""The vectors of an index: what is searched, and what is compared later.

A passage is as near to a question as the whole of it and its best sentence together: the
whole tells what it is about, the sentence whether it says it. One vector a sentence, the sum
of its own and its passage's, makes that an ordinary nearest-neighbour search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from euaiqa.encoder import Vectors
from euaiqa.index.neutral import Neutral
from euaiqa.index.passages import LANGUAGES, Table

# Up to so many entries all are compared; beyond, a graph is walked. What each costs and misses:
# docs/adr/0016-large-folders.md
EXACT = 50_000
LINKS = 32  # of an entry in the graph
BUILT = 100  # candidates that are looked at for them
WALKED = 2048  # candidates that are looked at for a question
_TRAINED = 50_000  # entries that the range of numbers is learnt from
_ADDED = 8_192  # entries that are added at a time


@dataclass(frozen=True, slots=True)
class DenseVectors:
    """`index` is FAISS's, an entry a sentence; `passages` (n, d) and `sentences` are as encoded."""

    index: Any
    passages: Vectors
    sentences: Vectors
    neutral: Neutral


class Entries:
    """What FAISS searches: for each sentence, its vector and its passage's, added.

    They are made where they are asked for: all at once would not fit into memory.
    """

    def __init__(self, table: Table, whole: Vectors, single: Vectors, neutral: Neutral) -> None:
        """Take the parts.

        Args:
            table: whose passages and sentences these are.
            whole: float32 (n, d), the passages' vectors.
            single: float32 (sentences, d), those of their sentences, in order.
            neutral: what is subtracted for the language.
        """
        self._whole, self._single = whole, single
        self._owner = np.repeat(np.arange(len(table.sizes)), table.sizes)
        self._language = np.asarray(table.languages)
        self._offsets = np.stack([neutral.offset[language] for language in LANGUAGES])
        self.shape = single.shape

    def __getitem__(self, rows: slice) -> Vectors:
        """Some of them, float32 (rows, d)."""
        owner = self._owner[rows]
        offset = self._offsets[self._language[owner]]
        summed = (self._single[rows] - offset) + (self._whole[owner] - offset)
        return np.ascontiguousarray(summed, dtype=np.float32)


class Sliceable(Protocol):
    """A matrix float32 (n, d), or what makes one row by row."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its size."""

    def __getitem__(self, rows: slice, /) -> Vectors:
        """Some rows."""


def searchable(vectors: Sliceable, advance: Callable[[int], None] = lambda _done: None) -> Any:
    """A FAISS index of entries, by inner product: exact where they are few.

    Many are linked to a graph of neighbours (HNSW, https://arxiv.org/abs/1603.09320), a byte a
    number, which is walked towards a question.

    Args:
        vectors: float32 (n, d).
        advance: called with how many more are in it.
    """
    import faiss

    n, d = vectors.shape
    index: Any
    if n <= EXACT:
        index = faiss.IndexFlatIP(d)
    else:
        make: Any = faiss.IndexHNSWSQ  # its stub knows one of its signatures only
        index = make(d, faiss.ScalarQuantizer.QT_8bit, LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction, index.hnsw.efSearch = BUILT, WALKED
        index.train(vectors[:: max(1, n // _TRAINED)])
    for start in range(0, n, _ADDED):
        part = vectors[start : start + _ADDED]
        index.add(part)
        advance(len(part))
    return index


def kind_of(index: Any) -> str:
    """What a FAISS index is, in a word."""
    return "graph" if hasattr(index, "hnsw") else "exact"


def save(index: Any, path: Path) -> None:
    """Write a FAISS index.

    Raises:
        OSError: it cannot be written.
    """
    import faiss

    # Its own writer does not notice all that goes wrong when a file is closed.
    into: Any = vars(faiss)["PyCallbackIOWriter"]  # its stub does not know it
    with path.open("wb") as file:
        try:
            faiss.write_index(index, into(file.write))
        except RuntimeError as error:  # what FAISS makes of an OSError
            raise OSError(f"the vectors cannot be written: {error}") from error
