"""BM25 over the passages of one language, with that language's stemmer.

Only questions in the same language are looked up here: across languages words match by
accident, and names and figures alone gained nothing over vectors (docs/adr/0004-retrieval.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Language

_STEMMERS = {"fr": "french", "en": "english"}
_WORD = re.compile(r"\w+")
# 100 000, 100.000 and 100,000 are one number written three ways
_GROUPED = re.compile(r"(?<=\d)[ .,\u00a0\u202f](?=\d{3}(?!\d))")


class LexicalIndex:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) over stemmed words.

    Source: the variants are compared in https://arxiv.org/abs/2407.03618 (bm25s).
    """

    def __init__(self, language: Language, bm25: Any, size: int) -> None:
        import Stemmer

        self._stemmer = Stemmer.Stemmer(_STEMMERS[language])
        self._bm25 = bm25
        self._size = size

    @classmethod
    def build(cls, language: Language, texts: Sequence[str]) -> LexicalIndex:
        """Index texts of one language; their position is their id."""
        import bm25s

        self = cls(language, bm25s.BM25(method="lucene", k1=1.5, b=0.75), len(texts))
        tokens = [self.tokens(text) for text in texts]
        if any(tokens):
            self._bm25.index(tokens, show_progress=False)
        else:
            self._bm25, self._size = None, 0
        return self

    @classmethod
    def load(cls, language: Language, folder: Path) -> LexicalIndex:
        """Read what `save` wrote.

        Raises:
            OSError: it is not there.
        """
        import bm25s

        if not any(folder.iterdir()):
            return cls(language, None, 0)
        bm25 = bm25s.BM25.load(str(folder), mmap=False)
        return cls(language, bm25, int(bm25.scores["num_docs"]))

    def save(self, folder: Path) -> None:
        """Write to a new folder, which stays empty when there is nothing to search."""
        folder.mkdir()
        if self._bm25 is not None:
            self._bm25.save(str(folder), show_progress=False)

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text for a query: float32 (n,), 0 where no word is shared."""
        known = []
        if self._bm25 is not None:
            known = [t for t in self.tokens(query) if t in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def tokens(self, text: str) -> list[str]:
        """Words, lower-cased, stemmed, without accents; `L’IA` gives `l`, `ia`."""
        joined = _GROUPED.sub("", text.lower().replace("’", "'"))
        stems: list[str] = self._stemmer.stemWords(_WORD.findall(joined))
        return [_unaccented(stem) for stem in stems]


def _unaccented(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
