"""Vector search: exact where entries are few, near to it where they are many."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import index
from euaiqa.datamodels import Corpus, Document, Head
from euaiqa.encoder import Vectors
from euaiqa.index import Index, LexicalIndex, dense
from euaiqa.index.dense import kind_of, searchable
from euaiqa.index.passages import Table
from fakes import HashEncoder, passage_of

MANIFEST: Any = SimpleNamespace()


def clustered(size: int, width: int = 32, topics: int = 40) -> tuple[Vectors, Vectors]:
    """Entries around some topics, as articles give them, and questions near to entries."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(topics, width))
    entries = centres[random.integers(topics, size=size)] + random.normal(size=(size, width))
    asked = entries[random.integers(size, size=100)] + 0.3 * random.normal(size=(100, width))
    return entries.astype(np.float32), asked.astype(np.float32)


def test_searchable_few_entries_are_searched_exactly() -> None:
    entries, asked = clustered(500)
    found = searchable(entries)
    assert kind_of(found) == "exact"
    exact = np.argsort(-(asked @ entries.T), axis=1)[:, :10]
    assert (found.search(asked, 10)[1] == exact).all()


def test_searchable_many_entries_are_searched_by_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "EXACT", 5000)
    entries, asked = clustered(20_000)
    found = searchable(entries)
    assert kind_of(found) == "graph"
    assert found.ntotal == 20_000
    exact = np.argsort(-(asked @ entries.T), axis=1)[:, :10]
    near = found.search(asked, 10)[1]
    hits = [len(set(a) & set(b)) for a, b in zip(near.tolist(), exact.tolist(), strict=True)]
    assert sum(hits) / 1000 > 0.9


def test_search_dense_by_a_graph_gives_passages_alone(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may find fewer entries than were asked for."""
    monkeypatch.setattr(dense, "EXACT", 100)
    monkeypatch.setattr(dense, "WALKED", 20)
    encoder = HashEncoder()
    corpus = Corpus(
        tuple(
            Document(f"{i}", "t", None, "fr", f"Mot{i} numéro{i % 7}.", f"{i}") for i in range(300)
        )
    )
    folder = tmp_path_factory.mktemp("lists")
    manifest = index.build(corpus, encoder, folder)
    assert manifest.dense == "graph"
    loaded = index.load(folder, encoder)
    for i in (3, 77):
        (query,) = encoder.encode_passages([f"Mot{i} numéro{i % 7}."])
        numbers, scores = loaded.search_dense(query, "fr", 300)
        assert loaded.passages[numbers[0]].document == f"{i}"
        assert len(numbers) == len(scores) == len(set(numbers.tolist()))
        assert numbers.min() >= 0


@given(
    st.lists(st.sampled_from(["usine", "plan", "usine plan", "train"]), min_size=1, max_size=30),
    st.integers(1, 40),
)
def test_search_lexical_best_few_are_the_first_of_all(texts: list[str], k: int) -> None:
    table = Table.of(enumerate(passage_of(text, document=f"{i}") for i, text in enumerate(texts)))
    heads = [Head(f"{i}", "", None, "fr") for i in range(len(texts))]
    lexical = LexicalIndex.build("fr", texts)
    vectors: Any = SimpleNamespace()
    loaded = Index(MANIFEST, heads, [], table, vectors, {"fr": lexical})
    scores = lexical.scores("usine plan")
    first = [i for i in np.argsort(-scores, kind="stable").tolist() if scores[i] > 0]
    assert loaded.search_lexical("usine plan", "fr", k).tolist() == first[:k]
