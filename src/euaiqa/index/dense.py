"""The vectors of an index: what is searched, and what is compared later.

A passage is as near to a question as the whole of it and its best sentence together: the
whole tells what it is about, the sentence whether it says it. One vector a sentence, the sum
of its own and its passage's, makes that an ordinary nearest-neighbour search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from euaiqa.datamodels import Passage
from euaiqa.encoder import Vectors
from euaiqa.index.neutral import Neutral

# Up to so many entries all are compared; beyond, a graph is walked. What each costs and misses:
# docs/adr/0016-large-folders.md
EXACT = 50_000
LINKS = 32  # of an entry in the graph
BUILT = 100  # candidates that are looked at for them
WALKED = 2048  # candidates that are looked at for a question
_TRAINED = 50_000  # entries that the range of numbers is learnt from


@dataclass(frozen=True, slots=True)
class DenseVectors:
    """`index` is FAISS's, an entry a sentence; `passages` (n, d) and `sentences` are as encoded."""

    index: Any
    passages: Vectors
    sentences: Vectors
    neutral: Neutral


def entries(
    passages: Sequence[Passage], whole: Vectors, single: Vectors, neutral: Neutral
) -> Vectors:
    """What FAISS searches: for each sentence, its vector and its passage's, added.

    Args:
        passages: in the order of `whole`.
        whole: float32 (n, d), the passages' vectors.
        single: float32 (sentences, d), those of their sentences, in order.
        neutral: what is subtracted for the language.

    Returns:
        float32 (sentences, d).
    """
    sizes = [len(passage.sentences) for passage in passages]
    languages = [passage.language for passage in passages]
    neutral_passages = neutral.texts(whole, languages)
    of_sentence = [language for language, n in zip(languages, sizes, strict=True) for _ in range(n)]
    summed = neutral.texts(single, of_sentence) + np.repeat(neutral_passages, sizes, axis=0)
    return np.ascontiguousarray(summed, dtype=np.float32)


def searchable(vectors: Vectors) -> Any:
    """A FAISS index of entries, by inner product: exact where they are few.

    Many are linked to a graph of neighbours (HNSW, https://arxiv.org/abs/1603.09320), a byte a
    number, which is walked towards a question.

    Args:
        vectors: float32 (n, d).
    """
    import faiss

    n, d = vectors.shape
    if n <= EXACT:
        exact = faiss.IndexFlatIP(d)
        exact.add(vectors)
        return exact
    make: Any = faiss.IndexHNSWSQ  # its stub knows one of its signatures only
    graph = make(d, faiss.ScalarQuantizer.QT_8bit, LINKS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction, graph.hnsw.efSearch = BUILT, WALKED
    graph.train(vectors[:: max(1, n // _TRAINED)])
    graph.add(vectors)
    return graph


def kind_of(index: Any) -> str:
    """What a FAISS index is, in a word."""
    return "graph" if hasattr(index, "hnsw") else "exact"
