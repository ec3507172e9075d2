"""BM25 over the passages of one language, with that language's stemmer.

Only questions in the same language are looked up here: across languages words match by
accident, and names and figures alone gained nothing over vectors (docs/adr/0004-retrieval.md).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Language
from euaiqa.index.holding import Vocabulary

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
    def build(cls, language: Language, texts: Iterable[str]) -> LexicalIndex:
        """Index texts of one language; their position is their id."""
        import bm25s

        self = cls(language, bm25s.BM25(method="lucene", k1=1.5, b=0.75), 0)
        words: dict[str, int] = {}
        rows = _Rows()
        for text in texts:
            rows.append([words.setdefault(token, len(words)) for token in self.tokens(text)])
        self._size = len(rows)
        if words:
            self._bm25.index(bm25s.tokenization.Tokenized(rows, words), show_progress=False)
        else:
            self._bm25, self._size = None, 0
        return self

    @classmethod
    def load(cls, language: Language, folder: Path) -> LexicalIndex:
        """Open what `save` wrote; what is looked up is mapped from disk.

        Raises:
            OSError: it is not there.
        """
        import bm25s

        if not any(folder.iterdir()):
            return cls(language, None, 0)
        bm25 = bm25s.BM25.load(str(folder), mmap=True)
        return cls(language, bm25, int(bm25.scores["num_docs"]))

    def save(self, folder: Path) -> None:
        """Write to a new folder, which stays empty when there is nothing to search."""
        folder.mkdir()
        if self._bm25 is not None:
            self._bm25.save(str(folder), show_progress=False)

    def __len__(self) -> int:
        """How many texts can be found; 0 where none has a word."""
        return self._size

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 of every text for a query: float32 (n,), 0 where no word is shared."""
        known = []
        if self._bm25 is not None:
            known = [t for t in self.tokens(query) if t in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def holding(self, word: str, *, whole: bool) -> NDArray[np.int64]:
        """Numbers of the texts that may hold a word, each at least once; see `Vocabulary.of`."""
        if self._bm25 is None:
            return np.empty(0, dtype=np.int64)
        ends, texts = self._bm25.scores["indptr"], self._bm25.scores["indices"]
        found = [texts[ends[i] : ends[i + 1]] for i in self._vocabulary.of(word, whole=whole)]
        return np.concatenate([np.empty(0, dtype=np.int64), *found])

    @functools.cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._bm25.vocab_dict, self.tokens)

    def tokens(self, text: str) -> list[str]:
        """Words, lower-cased, stemmed, without accents; `L’IA` gives `l`, `ia`."""
        joined = _GROUPED.sub("", text.lower().replace("’", "'"))
        stems: list[str] = self._stemmer.stemWords(_WORD.findall(joined))
        return [_unaccented(stem) for stem in stems]


class _Rows(Sequence[list[int]]):
    """Lists of numbers in four bytes each: a Python list takes eight and more."""

    def __init__(self) -> None:
        self._numbers, self._at = array("I"), array("Q", [0])

    def __len__(self) -> int:
        return len(self._at) - 1

    @overload
    def __getitem__(self, number: int) -> list[int]: ...
    @overload
    def __getitem__(self, number: slice) -> list[list[int]]: ...
    def __getitem__(self, number: int | slice) -> list[int] | list[list[int]]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self._numbers[self._at[number] : self._at[number + 1]].tolist()

    def append(self, row: Sequence[int]) -> None:
        self._numbers.extend(row)
        self._at.append(len(self._numbers))


def _unaccented(word: str) -> str:
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
