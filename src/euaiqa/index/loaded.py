"""One loaded version of the index: search by vector, by words, by designation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Language, Passage
from euaiqa.encoder import Vectors
from euaiqa.index.designations import Designations
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.manifest import Manifest


class Index:
    """One loaded version; immutable, so any number of threads may search it."""

    def __init__(
        self,
        manifest: Manifest,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        dense: Any,
        lexical: Mapping[Language, LexicalIndex],
    ) -> None:
        self.manifest = manifest
        self.documents = documents
        self.passages = passages
        self._dense = dense
        self._lexical = lexical
        self._designations = Designations(documents.values())
        self._of_language = {
            language: np.array(
                [i for i, p in enumerate(passages) if p.language == language], dtype=np.int64
            )
            for language in lexical
        }

    def search_dense(self, query: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """The passages nearest to one vector.

        Args:
            query: float32 (d,), L2-normalised.
            k: how many; fewer come back when there are fewer.

        Returns:
            Passage numbers, int64 (k,), and their cosines, float32 (k,), best first.
        """
        k = min(k, len(self.passages))
        cosines, numbers = self._dense.search(query[None, :], k)
        return numbers[0], cosines[0]

    def search_lexical(self, query: str, language: Language, k: int) -> NDArray[np.int64]:
        """Numbers of the passages in a language that share words with a query, best first."""
        scores = self._lexical[language].scores(query)
        best = np.argsort(-scores, kind="stable")[:k]
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
        rows = [self._dense.reconstruct(int(n)) for n in numbers]
        return np.array([float(row @ query) for row in rows], dtype=np.float32)
