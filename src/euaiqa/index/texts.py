"""All texts that a version has vectors of: passages, sentences, and generic questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from euaiqa.index.embedding import Embedding
from euaiqa.index.neutral import PARALLEL_TEXTS, Neutral, questions
from euaiqa.index.passages import Passages
from euaiqa.index.progress import Steps
from euaiqa.index.vectors import Keys, as_keys, key_of


class Texts:
    """The texts of one version."""

    def __init__(
        self,
        passages: Passages,
        first: NDArray[np.int64],
        whole: Keys,
        single: Keys,
        titles: Sequence[str],
    ) -> None:
        self._passages, self._first = passages, first
        self._whole, self._single = whole, single
        self._asked = questions(titles)
        self._queries = {
            language: [key_of(text, "query") for text in texts]
            for language, texts in self._asked.items()
        }
        self._parallel = [key_of(text) for text in PARALLEL_TEXTS]
        asked = [key for keys in self._queries.values() for key in keys]
        self.generic = as_keys(b"".join([*self._parallel, *asked]))

    @property
    def different(self) -> int:
        """How many there are, each counted once."""
        return len({bytes(k) for part in self._parts() for k in part})

    def embed(self, embedding: Embedding, steps: Steps) -> None:
        """Embed those that have no vector."""
        missing = embedding.missing(np.concatenate(self._parts()))
        steps.start("embedding texts", missing)
        if not missing:
            return
        embedding.embed(zip(self._parallel, PARALLEL_TEXTS, strict=True))
        for language, keys in self._queries.items():
            embedding.embed(zip(keys, self._asked[language], strict=True), "query")
        embedding.embed(self._of_passages())

    def neutral(self, embedding: Embedding) -> Neutral:
        """What is subtracted for the language."""
        return Neutral.of_vectors(
            embedding.rows(as_keys(b"".join(self._parallel))),
            {
                language: embedding.rows(as_keys(b"".join(keys)))
                for language, keys in self._queries.items()
            },
        )

    def _of_passages(self) -> Iterator[tuple[bytes, str]]:
        for number, key in enumerate(self._whole):
            passage = self._passages[number]
            yield bytes(key), passage.text
            start, end = self._first[number : number + 2]
            for one, sentence in zip(self._single[start:end], passage.sentences, strict=True):
                yield bytes(one), sentence.text

    def _parts(self) -> tuple[Keys, Keys, Keys]:
        return self.generic, self._whole, self._single
