"""Retrieval: a question in, the best passages out, by meaning, by words and by designation.

Ranks are fused, never raw scores: e5 cosines lie in a narrow band and BM25 has no scale.
A passage that articles of one witness print alike comes once. It does not decide whether the
passages answer the question.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping

from euaiqa.datamodels import Language, Passage, RetrievedPassage, Sentence
from euaiqa.encoder import Encoder, Vectors
from euaiqa.index import Index

# Reciprocal rank fusion with its usual constant.
# Source: Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114
RRF_K = 60
DEPTH = 100  # ranks that are fused
DEPTH_OF_WORDS = 1000  # of BM25's: a lower rank is worth less than two neighbours differ
# What BM25's ranks weigh beside the dense ones, tuned on public sets: words must not outvote
# meaning. docs/adr/0004-retrieval.md
LEXICAL = 0.1

_MARKS = str.maketrans(
    dict.fromkeys("‘’ʼ`´", "'") | dict.fromkeys("“”„«»", '"') | dict.fromkeys("‐‑–—−", "-")
)
_AROUND = re.compile(r"\s*([\"%:;!?])\s*")


class Retriever:
    """Dense and lexical search over one index, fused by rank."""

    def __init__(self, index: Index, encoder: Encoder, *, lexical: float = LEXICAL) -> None:
        """Search one index.

        Args:
            index: the loaded index.
            encoder: the one it was built with.
            lexical: what BM25's ranks weigh beside the dense ones.
        """
        self._index = index
        self._encoder = encoder
        self._weight = lexical

    def retrieve(self, query: str, language: Language, k: int) -> tuple[RetrievedPassage, ...]:
        """Find passages for a question.

        Args:
            query: the question as a person types it.
            language: the question's language; only its passages are searched by words.
            k: how many passages; fewer come back when the index holds fewer.

        Returns:
            The best passages first; scores fall with the rank, mostly between -0.2 and 0.8.
        """
        vector = self._encoder.encode_queries([query])[0]  # (d,)
        named = self._index.named(query, language)
        depth = max(DEPTH, k)
        while True:
            ranked, more = self._ranked(query, vector, language, named, depth)
            once = self._once(ranked, named)
            if len(once) >= k or len(once) == len(ranked) or not more:
                break
            depth *= 4  # what is printed alike took the places of others
        ranked, best = once, list(once)[:k]
        cosines = self._index.cosine(vector, best)
        asked = self._index.question_vector(vector, language)
        passages = [self._index.passages[n] for n in best]
        return tuple(
            RetrievedPassage(passage, ranked[n], float(cosine), self._nearest(passage, asked))
            for n, passage, cosine in zip(best, passages, cosines, strict=True)
        )

    def _ranked(
        self, query: str, vector: Vectors, language: Language, named: list[int], depth: int
    ) -> tuple[dict[int, float], bool]:
        """Numbers of passages with their scores, best first, and whether there may be more."""
        numbers, scores = self._index.search_dense(vector, language, depth)
        order = self._by_words_too(query, language, [int(n) for n in numbers])
        ranked = dict(zip(order, map(float, scores), strict=True))
        if named:
            # Its best passage and what follows it there: an enumeration is read in order.
            place = {n: rank for rank, n in enumerate(order)}
            first = named.index(min(named, key=lambda n: place.get(n, depth)))
            top = max(ranked.values(), default=0.0)
            ranked = dict.fromkeys([*named[first:], *named[:first]], top) | {
                n: score for n, score in ranked.items() if n not in named
            }
        return ranked, len(numbers) == depth

    def _once(self, ranked: Mapping[int, float], named: Collection[int]) -> dict[int, float]:
        """Of passages that articles of one witness print alike, one, where the best ranked was.

        It is an article's that the question names, else one's with a date, since a reader is
        told dates where articles differ; then the earliest one's, the nearest to the source, and
        the first one's by id: which outlet is quoted must not change from passage to passage.
        """
        if not self._index.witnesses:
            return dict(ranked)
        alike: dict[object, list[int]] = {}
        for n in ranked:
            passage = self._index.passages[n]
            apart = passage.document not in self._index.witnesses
            key = n if apart else (self._index.witness_of(passage.document), _plain(passage.text))
            alike.setdefault(key, []).append(n)

        def preferred(n: int) -> tuple[bool, dt.date, str, int]:
            passage = self._index.passages[n]
            return n not in named, passage.published or dt.date.max, passage.document, n

        return {min(same, key=preferred): ranked[same[0]] for same in alike.values()}

    def _nearest(self, passage: Passage, asked: Vectors) -> Sentence:
        """The sentence of a passage that is nearest to a question (d,)."""
        own = self._index.sentence_vectors(passage)[len(passage.before) :]  # (sentences, d)
        return passage.sentences[int((own @ asked).argmax())]

    def _by_words_too(self, query: str, language: Language, dense: list[int]) -> list[int]:
        """Reorder the passages of the question's language among themselves by BM25's ranks too.

        Words know no other language, so they may not move a passage past one of the other.
        """
        lexical = self._index.search_lexical(query, language, DEPTH_OF_WORDS)
        words = {int(n): rank for rank, n in enumerate(lexical, 1)}
        own = [n for n in dense if self._index.language_of(n) == language]
        fused = {
            n: 1 / (RRF_K + rank) + (self._weight / (RRF_K + words[n]) if n in words else 0.0)
            for rank, n in enumerate(own, 1)
        }
        in_order = iter(sorted(own, key=lambda n: -fused[n]))
        return [next(in_order) if n in fused else n for n in dense]


def _plain(text: str) -> str:
    """A text without the outlet's white space and typographic marks; figures stay as they are."""
    plain = " ".join(unicodedata.normalize("NFC", text).translate(_MARKS).split())
    return _AROUND.sub(r"\1", plain)
