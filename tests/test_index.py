from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import index
from euaiqa.datamodels import Corpus, Document, DocumentProblem
from euaiqa.documents import read_corpus
from euaiqa.errors import IndexMismatch, IndexMissing, SettingsError
from euaiqa.index import LexicalIndex
from euaiqa.language import detect
from fakes import HashEncoder


def test_load_what_build_wrote_is_the_same(seeds: Path, built: Path, encoder: HashEncoder) -> None:
    corpus = read_corpus(seeds, detect)
    loaded = index.load(built, encoder)
    assert tuple(loaded.documents.values()) == corpus.documents
    assert loaded.manifest.documents == {d.id: d.sha256 for d in corpus.documents}
    assert loaded.manifest.passages == len(loaded.passages)
    for passage in loaded.passages:
        text = loaded.documents[passage.document].text
        assert text[passage.start : passage.end] == passage.text
        assert all(text[s.start : s.end] == s.text for s in passage.sentences)


def test_search_dense_agrees_with_brute_force(tmp_path: Path, encoder: HashEncoder) -> None:
    words = "alpha beta gamma delta epsilon zeta eta theta".split()
    documents = tuple(
        Document(
            f"{i}", "t", None, "en", f"{words[i % 8]} {words[i // 8 % 8]} number n{i}.", f"{i}"
        )
        for i in range(64)
    )
    index.build(Corpus(documents), encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)
    vectors = encoder.encode_passages([p.text for p in loaded.passages])
    query = encoder.encode_queries(["gamma theta n22"])[0]
    numbers, cosines = loaded.search_dense(query, 10)
    exact = vectors @ query
    assert np.allclose(cosines, np.sort(exact)[::-1][:10], atol=1e-6)
    assert np.allclose(exact[numbers], cosines, atol=1e-6)
    assert np.allclose(loaded.cosine(query, [3, 5]), exact[[3, 5]], atol=1e-6)


def test_search_lexical_finds_by_words_of_its_language(built: Path, encoder: HashEncoder) -> None:
    loaded = index.load(built, encoder)
    found = loaded.search_lexical("the auditor Lindqvist and Orion", "en", 5)
    assert {loaded.passages[n].document for n in found} == {"report.md"}
    found = loaded.search_lexical("la commission et Lindqvist", "fr", 5)
    assert {loaded.passages[n].document for n in found} == {"plan.txt"}
    assert len(loaded.search_lexical("xylophone", "en", 5)) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("L’IA européenne", "l'ia européennes"), ("100 000 puces", "100.000 PUCE"), ("été", "ete")],
)
def test_tokens_of_the_same_words_are_equal(one: str, other: str) -> None:
    lexical = LexicalIndex.build("fr", ["x"])
    assert lexical.tokens(one) == lexical.tokens(other)


@given(st.lists(st.text(max_size=40), max_size=6), st.text(max_size=40))
def test_lexical_any_text_scores_every_text(texts: list[str], query: str) -> None:
    lexical = LexicalIndex.build("en", texts)
    scores = lexical.scores(query)
    assert len(scores) in {0, len(texts)}
    assert (scores >= 0).all()


def test_load_without_index_says_so(tmp_path: Path, encoder: HashEncoder) -> None:
    with pytest.raises(IndexMissing) as caught:
        index.load(tmp_path, encoder)
    assert "euaiqa index" in caught.value.hint


def test_load_with_another_encoder_is_refused(built: Path) -> None:
    with pytest.raises(IndexMismatch, match="another encoder"):
        index.load(built, HashEncoder("hash-2"))


@pytest.mark.parametrize("name", ["manifest.json", "dense.faiss", "passages.jsonl"])
def test_load_damaged_file_is_a_clear_error(built: Path, encoder: HashEncoder, name: str) -> None:
    version = built / (built / "CURRENT").read_text().strip()
    (version / name).write_bytes(b"{")
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


def test_load_without_its_words_is_a_clear_error(built: Path, encoder: HashEncoder) -> None:
    shutil.rmtree(built / (built / "CURRENT").read_text().strip() / "lexical-fr")
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


def test_build_leaves_folders_that_are_not_its_own(
    seeds: Path, built: Path, encoder: HashEncoder
) -> None:
    (built / "v-important").mkdir()
    for _ in range(3):
        index.build(read_corpus(seeds, detect), encoder, built)
    assert (built / "v-important").is_dir()


def test_load_truncated_passages_is_a_clear_error(built: Path, encoder: HashEncoder) -> None:
    path = built / (built / "CURRENT").read_text().strip() / "passages.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(IndexMismatch, match="differ"):
        index.load(built, encoder)


def test_build_without_articles_is_a_clear_error(tmp_path: Path, encoder: HashEncoder) -> None:
    corpus = Corpus((), (DocumentProblem("a.txt", "it is empty"),))
    with pytest.raises(SettingsError, match=r"a\.txt: it is empty"):
        index.build(corpus, encoder, tmp_path)


def test_build_that_fails_leaves_the_old_index(
    seeds: Path, built: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (built / "CURRENT").read_text()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (seeds / "new.txt").write_text("A new article about something else entirely.")
    monkeypatch.setattr(LexicalIndex, "save", full)
    with pytest.raises(SettingsError, match="No space left"):
        index.build(read_corpus(seeds, detect), encoder, built)
    assert (built / "CURRENT").read_text() == before
    assert len(index.load(built, encoder).documents) == 2
    assert not list(built.glob(".building-*"))


def test_build_again_replaces_and_cleans_up(seeds: Path, built: Path, encoder: HashEncoder) -> None:
    old = index.load(built, encoder)
    for i in range(3):
        (seeds / f"new{i}.txt").write_text(f"Article number {i} about topic {i}.")
        index.build(read_corpus(seeds, detect), encoder, built)
    new = index.load(built, encoder)
    assert len(new.documents) == 5
    assert new.manifest.index_version != old.manifest.index_version
    assert len(list(built.glob("v-*"))) == 2  # the current one and the one before


def test_version_of_depends_on_articles_and_encoder(seeds: Path) -> None:
    corpus = read_corpus(seeds, detect)
    version = index.version_of(corpus, "a")
    assert version == index.version_of(read_corpus(seeds, detect), "a")
    assert version != index.version_of(corpus, "b")
    (seeds / "plan.txt").write_text("Autre texte, tout autre article.")
    assert version != index.version_of(read_corpus(seeds, detect), "a")


def test_build_keeps_separators_inside_a_text(tmp_path: Path, encoder: HashEncoder) -> None:
    text = "One line\u2028still the same.\x0bAnd this\x85too."
    document = Document("a.txt", "t", None, "en", text, "0")
    index.build(Corpus((document,)), encoder, tmp_path)
    assert index.load(tmp_path, encoder).documents["a.txt"].text == text


def test_read_manifest_of_another_schema_is_refused(built: Path) -> None:
    path = built / (built / "CURRENT").read_text().strip() / "manifest.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 0'))
    with pytest.raises(IndexMismatch, match="schema"):
        index.read_manifest(built)
    shutil.rmtree(built)
    with pytest.raises(IndexMissing):
        index.read_manifest(built)
