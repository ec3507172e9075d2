"""The passages of an index: a table of places in the articles, each made when it is asked for."""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args, overload

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Head, Language, Passage, Sentence
from euaiqa.index import arrays

LANGUAGES: tuple[Language, ...] = get_args(Language)
KEPT = 8192  # passages that stay made
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """Where passages and sentences stand, those of an article together and in order.

    `owners` int64 (n,): the number of a passage's article; `languages` int64 (n,): its language's
    place in `LANGUAGES`; `spans` int64 (n, 2); `sizes` int64 (n,): how many sentences it has;
    `before` int64 (n,): how many of the article's stand just before it; `sentences` int64 (m, 2).
    """

    owners: Numbers
    languages: Numbers
    spans: Numbers
    sizes: Numbers
    before: Numbers
    sentences: Numbers

    def save(self, folder: Path) -> None:
        """Write each column to a file of its name."""
        for name in self.__slots__:
            arrays.save(folder / f"table-{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Table:
        """Map what `save` wrote.

        Raises:
            OSError: a file is not there.
            ValueError: one is no array, or they do not belong together.
        """
        table = cls(*(arrays.load(folder / f"table-{name}.npy") for name in cls.__slots__))
        n = len(table.owners)
        shapes = [c.shape for c in (table.languages, table.spans, table.sizes, table.before)]
        if shapes != [(n,), (n, 2), (n,), (n,)] or int(table.sizes.sum()) != len(table.sentences):
            raise ValueError("the columns of the table differ in length")
        return table

    @classmethod
    def of(cls, passages: Iterable[tuple[int, Passage]]) -> Table:
        """The table of passages, each with its article's number, an article's together."""
        columns = Columns()
        for owner, passage in passages:
            columns.add(owner, passage)
        return columns.table()


class Columns:
    """A table that grows."""

    def __init__(self) -> None:
        self._owners, self._languages, self._spans = array("q"), array("q"), array("q")
        self._sizes, self._before, self._sentences = array("q"), array("q"), array("q")

    def __len__(self) -> int:
        return len(self._owners)

    def add(self, owner: int, passage: Passage) -> None:
        """Append a passage of an article."""
        self._owners.append(owner)
        self._languages.append(LANGUAGES.index(passage.language))
        self._spans.extend((passage.start, passage.end))
        self._sizes.append(len(passage.sentences))
        self._before.append(len(passage.before))
        for sentence in passage.sentences:
            self._sentences.extend((sentence.start, sentence.end))

    def table(self) -> Table:
        """What was added."""
        flat = (self._owners, self._languages, self._spans, self._sizes, self._before)
        owners, languages, spans, sizes, before, sentences = (
            np.array(column, dtype=np.int64) for column in (*flat, self._sentences)
        )
        return Table(
            owners, languages, spans.reshape(-1, 2), sizes, before, sentences.reshape(-1, 2)
        )


class Passages(Sequence[Passage]):
    """The passages of a table, cut out of their articles; any number of threads may read."""

    def __init__(self, table: Table, first: Numbers, documents: Sequence[Document]) -> None:
        """Take the table, the number of each passage's first sentence, and the articles."""
        self._size = len(table.owners)
        # No method: the cache would hold this object, and what it maps, in a circle.
        cut = functools.partial(_cut, table, first, documents)
        self._made = functools.lru_cache(maxsize=KEPT)(cut)

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, number: int) -> Passage: ...
    @overload
    def __getitem__(self, number: slice) -> list[Passage]: ...
    def __getitem__(self, number: int | slice) -> Passage | list[Passage]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return self._made(int(number) % len(self))


class Articles(Mapping[str, Document]):
    """The articles by their ids, each read when it is asked for."""

    def __init__(self, heads: Sequence[Head], documents: Sequence[Document]) -> None:
        """Take what tells their ids, and the articles in the same order."""
        self._numbers = {head.id: number for number, head in enumerate(heads)}
        self._documents = documents

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __contains__(self, document: object) -> bool:
        return document in self._numbers

    def __getitem__(self, document: str) -> Document:
        return self._documents[self._numbers[document]]


class Quotable(Mapping[str, Sequence[Sentence]]):
    """The sentences of each article by its id, in order: those that can be quoted."""

    def __init__(self, passages: Sequence[Passage], ranges: Mapping[str, range]) -> None:
        """Take the passages, and which of them are an article's by its id."""
        self._passages = passages
        self._ranges = ranges

    def __len__(self) -> int:
        return len(self._ranges)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranges)

    def __getitem__(self, document: str) -> tuple[Sentence, ...]:
        return tuple(s for i in self._ranges[document] for s in self._passages[i].sentences)


def _cut(table: Table, first: Numbers, documents: Sequence[Document], number: int) -> Passage:
    document = documents[int(table.owners[number])]
    start, end = (int(place) for place in table.spans[number])
    opening = int(first[number])
    before = opening - int(table.before[number])
    sentences = tuple(
        Sentence(document.id, int(a), int(b), document.text[a:b])
        for a, b in table.sentences[before : opening + int(table.sizes[number])]
    )
    return Passage(
        document=document.id,
        title=document.title,
        published=document.published,
        language=document.language,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=sentences[opening - before :],
        before=sentences[: opening - before],
    )
