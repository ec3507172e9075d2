"""Retrieval: a question in, the best passages out, by meaning, by words and by designation.

Ranks are fused, never raw scores: e5 cosines lie in a narrow band and BM25 has no scale.
It does not decide whether the passages answer the question.
"""

from __future__ import annotations

from dataclasses import dataclass

from euaiqa.datamodels import Language, RetrievedPassage
from euaiqa.encoder import Encoder
from euaiqa.index import Index

# Reciprocal rank fusion with its usual constant.
# Source: Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114
RRF_K = 60
DEPTH = 100  # ranks that are fused


@dataclass(frozen=True, slots=True)
class Weights:
    """What a rank weighs in the fusion. Words must not outvote meaning.

    Tuned on public sets: docs/adr/0004-retrieval.md.
    """

    dense: float = 1.0
    lexical: float = 0.1
    named: float = 1.0  # an article that the question names by its number goes first


class Retriever:
    """Dense and lexical search over one index, fused by rank."""

    def __init__(self, index: Index, encoder: Encoder, weights: Weights | None = None) -> None:
        self._index = index
        self._encoder = encoder
        self._weights = weights or Weights()

    def retrieve(self, query: str, language: Language, k: int) -> tuple[RetrievedPassage, ...]:
        """Find passages for a question.

        Args:
            query: the question as a person types it.
            language: the question's language; only its passages are searched by words.
            k: how many passages; fewer come back when the index holds fewer.

        Returns:
            The best passages first; scores are sums of reciprocal ranks, about 0.003 to 0.03.
        """
        vector = self._encoder.encode_queries([query])[0]  # (d,)
        depth = max(DEPTH, k)
        numbers, cosines = self._index.search_dense(vector, depth)
        weights = self._weights
        scores = {int(n): weights.dense / (RRF_K + rank) for rank, n in enumerate(numbers, 1)}
        cosine = {int(n): float(c) for n, c in zip(numbers, cosines, strict=True)}
        for rank, n in enumerate(self._index.search_lexical(query, language, depth), 1):
            scores[int(n)] = scores.get(int(n), 0.0) + weights.lexical / (RRF_K + rank)
        named = self._index.named(query, language)
        if named:
            # Its best passage and what follows it there: an enumeration is read in order.
            first = named.index(max(named, key=lambda n: scores.get(n, 0.0)))
            for rank, n in enumerate([*named[first:], *named[:first]], 1):
                scores[n] = (weights.named + weights.dense) / (RRF_K + rank)
        missing = [n for n in scores if n not in cosine]
        for n, value in zip(missing, self._index.cosine(vector, missing), strict=True):
            cosine[n] = float(value)
        best = sorted(scores, key=lambda n: (-scores[n], -cosine[n]))[:k]
        return tuple(RetrievedPassage(self._index.passages[n], scores[n], cosine[n]) for n in best)
