"""One loaded version of the index: search by vector, by words, by designation."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Head, Language, Passage, Sentence
from euaiqa.encoder import Vectors
from euaiqa.index.dense import DenseVectors
from euaiqa.index.designations import Designations
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.manifest import Manifest
from euaiqa.index.passages import LANGUAGES, Articles, Passages, Quotable, Table

_ALONE: Mapping[str, str] = MappingProxyType({})


class Index:
    """One loaded version; immutable, so any number of threads may search it."""

    def __init__(
        self,
        manifest: Manifest,
        heads: Sequence[Head],
        documents: Sequence[Document],
        table: Table,
        vectors: DenseVectors,
        lexical: Mapping[Language, LexicalIndex],
        *,
        witnesses: Mapping[str, str] = _ALONE,
    ) -> None:
        """Put the parts together.

        Args:
            manifest: what it was built from.
            heads: what is told of each article, in the table's order.
            documents: the articles themselves, in the same order.
            table: its passages.
            vectors: theirs and their sentences'.
            lexical: the words of each language, its passages in the table's order.
            witnesses: as `near_duplicates.witnesses` gives them.
        """
        self.manifest = manifest
        self.heads = heads
        self.table = table
        self.vectors = vectors
        self.witnesses = witnesses
        self._lexical = lexical
        self._articles = documents
        self._first = np.concatenate([[0], np.cumsum(table.sizes)])
        self._owner = np.repeat(np.arange(len(table.sizes), dtype=np.int64), table.sizes)
        self._most_sentences = int(table.sizes.max(initial=1))
        self._of_language = {
            language: np.flatnonzero(table.languages == place)
            for place, language in enumerate(LANGUAGES)
        }
        ends = np.searchsorted(table.owners, np.arange(len(heads) + 1)).tolist()
        # The numbers of each article's passages, which stand together.
        self._ranges = {head.id: range(ends[i], ends[i + 1]) for i, head in enumerate(heads)}
        self._designations = Designations(heads)
        self.passages: Sequence[Passage] = Passages(table, self._first, documents)
        self.documents: Mapping[str, Document] = Articles(heads, documents)
        self.sentences: Mapping[str, Sequence[Sentence]] = Quotable(self.passages, self._ranges)

    def but(
        self, *, vectors: DenseVectors | None = None, witnesses: Mapping[str, str] | None = None
    ) -> Index:
        """The same articles with other vectors, or other reprints."""
        return Index(
            self.manifest,
            self.heads,
            self._articles,
            self.table,
            self.vectors if vectors is None else vectors,
            self._lexical,
            witnesses=self.witnesses if witnesses is None else witnesses,
        )

    def language_of(self, number: int) -> Language:
        """A passage's language."""
        return LANGUAGES[int(self.table.languages[number])]

    def passages_of(self, document: str) -> Sequence[Passage]:
        """An article's passages, in order."""
        return [self.passages[number] for number in self._ranges[document]]

    def witness_of(self, document: str) -> str:
        """What is the same for all articles that are one witness; else the article's own id."""
        return self.witnesses.get(document, document)

    def twins(self, document: str) -> Sequence[Head]:
        """The other articles that are one witness with an article, in order."""
        group = self._groups.get(self.witness_of(document), ())
        return [head for head in group if head.id != document]

    @functools.cached_property
    def _groups(self) -> Mapping[str, Sequence[Head]]:
        groups: dict[str, list[Head]] = {each: [] for each in self.witnesses.values()}
        for head in self.heads if groups else ():
            if (witness := self.witness_of(head.id)) in groups:
                groups[witness].append(head)
        return groups

    @functools.cached_property
    def characters(self) -> int:
        """How long the articles are together, in code points, boilerplate aside."""
        return int((self.table.spans[:, 1] - self.table.spans[:, 0]).sum())

    def count(self, document: str) -> int:
        """How many sentences an article has."""
        own = self._ranges[document]
        return int(self._first[own.stop] - self._first[own.start])

    def holding(self, word: str, *, whole: bool) -> NDArray[np.bool_]:
        """Which articles may hold a word in their title or text: bool (articles,), as `heads`.

        Nothing is read but the index of words; `Vocabulary.of` tells what may be missed.

        Args:
            word: lower-case, without accents.
            whole: whether just this word is looked for, not one that begins with it.
        """
        found = np.zeros(len(self.heads), dtype=np.bool_)
        for language, lexical in self._lexical.items():
            numbers = self._of_language[language][lexical.holding(word, whole=whole)]
            found[self.table.owners[numbers]] = True
        return found

    def search_dense(
        self, query: Vectors, language: Language, k: int
    ) -> tuple[NDArray[np.int64], Vectors]:
        """The passages nearest to a question, whatever their language.

        Args:
            query: float32 (d,), L2-normalised.
            language: the question's.
            k: how many; fewer come back when there are fewer.

        Returns:
            Passage numbers, int64 (k,), and their scores, float32 (k,), best first: higher is
            nearer, mostly between -0.2 and 0.8.
        """
        neutral = self.vectors.neutral.query(query, language)
        # So many entries belong to at least k passages.
        entries = min(len(self._owner), k * self._most_sentences)
        scores, found = self.vectors.index.search(neutral[None, :], entries)
        # A passage comes with each of its sentences; the first time is with its best one.
        best: dict[int, float] = {}
        there = found[0] >= 0  # FAISS fills up with -1 where it found too few
        for number, score in zip(self._owner[found[0][there]], scores[0][there], strict=True):
            best.setdefault(int(number), float(score))
        numbers = np.array(list(best)[:k], dtype=np.int64)
        return numbers, np.array(list(best.values())[:k], dtype=np.float32)

    def question_vector(self, query: Vectors, language: Language) -> Vectors:
        """A question (d,) without what all questions share: for telling sentences apart by it."""
        return self.vectors.neutral.query(query, language)

    def search_lexical(self, query: str, language: Language, k: int) -> NDArray[np.int64]:
        """Numbers of the `k` passages in a language that share most with a query, best first."""
        scores = self._lexical[language].scores(query)
        best = np.arange(len(scores))
        if k < len(scores):  # to sort a million takes longer than all else
            least = np.partition(scores, -k)[-k]
            best = np.flatnonzero(scores >= least)
        best = best[np.argsort(-scores[best], kind="stable")][:k]
        return self._of_language[language][best[scores[best] > 0]]

    def named(self, query: str, language: Language) -> list[int]:
        """Numbers of the passages of the articles that a query names (`Article 5`).

        Where the same designation stands in both languages, those in the query's own.
        """
        ids = self._designations.named_in(query)
        if not ids:
            return []
        found = [n for id_ in sorted(ids) for n in self._ranges[id_]]
        same = [n for n in found if self.language_of(n) == language]
        return same or found

    def cosine(self, query: Vectors, numbers: Sequence[int]) -> Vectors:
        """Cosines of some passages to one vector, float32 (len(numbers),)."""
        return np.asarray(self.vectors.passages[list(numbers)] @ query, dtype=np.float32)

    def sentence_vectors(self, passage: Passage) -> Vectors:
        """The vectors of the sentences before a passage and of its own.

        They are in order, float32 (before + sentences, d), L2-normalised.
        """
        own = self._ranges[passage.document]
        starts = self.table.spans[own.start : own.stop, 0]
        number = own.start + int(np.searchsorted(starts, passage.start))
        first = self._first[number] - len(passage.before)  # an article's sentences are in order
        return self.vectors.sentences[first : self._first[number + 1]]
