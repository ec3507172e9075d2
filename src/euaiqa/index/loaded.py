"""One loaded version of the index: search by vector, by words, by designation."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Language, Passage, Sentence
from euaiqa.encoder import Vectors
from euaiqa.index.dense import DenseVectors
from euaiqa.index.designations import Designations
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.manifest import Manifest

_ALONE: Mapping[str, str] = MappingProxyType({})


class Index:
    """One loaded version; immutable, so any number of threads may search it."""

    def __init__(
        self,
        manifest: Manifest,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        vectors: DenseVectors,
        lexical: Mapping[Language, LexicalIndex],
        *,
        witnesses: Mapping[str, str] = _ALONE,
    ) -> None:
        """Take the parts of a version.

        Args:
            manifest: what it was built from.
            documents: the articles by id.
            passages: theirs, each article's together and in order.
            vectors: the passages' and their sentences'.
            lexical: the passages of each language by their words.
            witnesses: as `near_duplicates.witnesses` gives them.
        """
        self.manifest = manifest
        self.documents = documents
        self.passages = passages
        self.vectors = vectors
        self.witnesses = witnesses
        sizes = [len(p.sentences) for p in passages]
        self._most_sentences = max(sizes, default=1)
        self._first = np.concatenate([[0], np.cumsum(sizes)])
        self._number = {(p.document, p.start): i for i, p in enumerate(passages)}
        self._owner = np.repeat(np.arange(len(passages), dtype=np.int64), sizes)
        self._lexical = lexical
        self._designations = Designations(documents.values())
        self._of_language = {
            language: np.array(
                [i for i, p in enumerate(passages) if p.language == language], dtype=np.int64
            )
            for language in lexical
        }

    @functools.cached_property
    def sentences(self) -> Mapping[str, tuple[Sentence, ...]]:
        """The sentences of each article by its id, in order: those that can be quoted."""
        # The passages of an article stand together, in order.
        runs = itertools.groupby(self.passages, key=lambda passage: passage.document)
        told = {id_: tuple(s for p in passages for s in p.sentences) for id_, passages in runs}
        return {id_: told.get(id_, ()) for id_ in self.documents}

    def witness_of(self, document: str) -> str:
        """What is the same for all articles that are one witness; else the article's own id."""
        return self.witnesses.get(document, document)

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
        found = [n for n, passage in enumerate(self.passages) if passage.document in ids]
        same = [n for n in found if self.passages[n].language == language]
        return same or found

    def cosine(self, query: Vectors, numbers: Sequence[int]) -> Vectors:
        """Cosines of some passages to one vector, float32 (len(numbers),)."""
        return np.asarray(self.vectors.passages[list(numbers)] @ query, dtype=np.float32)

    def sentence_vectors(self, passage: Passage) -> Vectors:
        """The vectors of the sentences before a passage and of its own.

        They are in order, float32 (before + sentences, d), L2-normalised.
        """
        number = self._number[passage.document, passage.start]
        first = self._first[number] - len(passage.before)  # an article's sentences are in order
        return self.vectors.sentences[first : self._first[number + 1]]
