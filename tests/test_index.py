from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import index
from euaiqa.datamodels import Corpus, Document, DocumentProblem, Language
from euaiqa.documents import read_corpus
from euaiqa.encoder import Vectors
from euaiqa.errors import IndexMismatch, IndexMissing, SettingsError
from euaiqa.index import LexicalIndex, store
from euaiqa.index.neutral import Neutral
from euaiqa.language import detect
from euaiqa.notice import Notice
from fakes import HashEncoder


def version_folder(built: Path) -> Path:
    return built / (built / "CURRENT").read_text().split()[0]


def test_load_what_build_wrote_is_the_same(seeds: Path, built: Path, encoder: HashEncoder) -> None:
    corpus = read_corpus(seeds, detect)
    loaded = index.load(built, encoder)
    assert tuple(loaded.documents.values()) == corpus.documents
    assert [head.id for head in loaded.heads] == [d.id for d in corpus.documents]
    assert loaded.manifest.documents == len(corpus.documents)
    assert loaded.manifest.passages == len(loaded.passages)
    for passage in loaded.passages:
        text = loaded.documents[passage.document].text
        assert text[passage.start : passage.end] == passage.text
        assert all(text[s.start : s.end] == s.text for s in passage.sentences)


def mixed(size: int, languages: str = "fr en") -> Corpus:
    """Articles of one to four short sentences, in the languages by turns."""
    words = "alpha beta gamma delta epsilon zeta eta theta".split()
    each = cast(list[Language], languages.split())

    def text(i: int) -> str:
        parts = [f"{words[(i + j) % 8]} {words[i * j % 8]} n{i} m{j}." for j in range(1 + i % 4)]
        return " ".join(part.capitalize() for part in parts)

    return Corpus(
        tuple(
            Document(f"{i}", f"title {i}", None, each[i % len(each)], text(i), f"{i}")
            for i in range(size)
        )
    )


def brute_force(loaded: index.Index, encoder: HashEncoder, query: Vectors, of: Language) -> Vectors:
    """The score of every passage, from the definition: whole and best sentence, both neutral."""
    neutral = Neutral.of_corpus([d.title for d in loaded.documents.values()], encoder)
    asked = query - neutral.asking[of]
    asked = asked / np.linalg.norm(asked)
    scores = []
    for passage in loaded.passages:
        offset = neutral.offset[passage.language]
        whole = encoder.encode_passages([passage.text])[0] - offset
        single = encoder.encode_passages([s.text for s in passage.sentences]) - offset
        scores.append(whole @ asked + max(single @ asked))
    return np.array(scores, dtype=np.float32)


@pytest.mark.parametrize("of", ["fr", "en"])
@pytest.mark.parametrize(
    ("size", "languages"), [(48, "fr en"), (20, "fr en en en"), (9, "fr"), (9, "en"), (1, "fr")]
)
def test_search_dense_agrees_with_brute_force(
    tmp_path: Path, encoder: HashEncoder, size: int, languages: str, of: Language
) -> None:
    index.build(mixed(size, languages), encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)
    assert size == 1 or max(len(p.sentences) for p in loaded.passages) > 2
    query = encoder.encode_queries(["gamma theta n6"])[0]
    exact = brute_force(loaded, encoder, query, of)
    for k in (1, 7, size, 3 * size):
        numbers, scores = loaded.search_dense(query, of, k)
        assert numbers.dtype == np.int64 and scores.dtype == np.float32
        assert len(set(numbers.tolist())) == len(numbers) == len(scores) == min(k, size)
        assert np.allclose(scores, np.sort(exact)[::-1][:k], atol=1e-6)
        assert np.allclose(exact[numbers], scores, atol=1e-6)


def test_search_dense_passage_of_many_sentences_does_not_crowd_out_others(
    tmp_path: Path, encoder: HashEncoder
) -> None:
    many = " ".join(f"Gamma theta number n{i}." for i in range(9))
    texts = [many, "Gamma one.", "Delta two.", "Zeta three."]
    documents = tuple(Document(f"{i}", "t", None, "en", x, f"{i}") for i, x in enumerate(texts))
    index.build(Corpus(documents), encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)
    assert len(loaded.passages[0].sentences) == 9
    numbers, _ = loaded.search_dense(encoder.encode_queries(["gamma theta"])[0], "en", 4)
    assert numbers[0] == 0 and sorted(numbers) == [0, 1, 2, 3]


def test_cosine_is_of_the_passages_as_encoded(tmp_path: Path, encoder: HashEncoder) -> None:
    index.build(mixed(12), encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)
    query = encoder.encode_queries(["gamma theta n6"])[0]
    exact = encoder.encode_passages([p.text for p in loaded.passages]) @ query
    assert np.allclose(loaded.cosine(query, [5, 3]), exact[[5, 3]], atol=1e-6)
    assert loaded.cosine(query, []).shape == (0,)


def test_vectors_build_wrote_are_those_of_the_encoder(tmp_path: Path, encoder: HashEncoder) -> None:
    corpus = mixed(12)
    index.build(corpus, encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)
    names = ("passages", "sentences", "neutral")
    stored = {name: np.load(version_folder(tmp_path) / f"{name}.npy") for name in names}
    texts = [p.text for p in loaded.passages]
    single = [s.text for p in loaded.passages for s in p.sentences]
    assert np.array_equal(stored["passages"], encoder.encode_passages(texts))
    assert np.array_equal(stored["sentences"], encoder.encode_passages(single))
    neutral = Neutral.of_corpus([d.title for d in corpus.documents], encoder)
    rows = [part[a] for part in (neutral.offset, neutral.asking) for a in get_args(Language)]
    assert np.array_equal(stored["neutral"], np.stack(rows))
    assert all(array.dtype == np.float32 for array in stored.values())


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


@pytest.mark.parametrize("content", [b"{", b""], ids=["garbage", "empty"])
@pytest.mark.parametrize(
    "name",
    "manifest.json heads.json dense.faiss documents.jsonl documents.offsets.npy table-spans.npy "
    "passages.npy sentences.npy neutral.npy".split(),
)
def test_load_damaged_file_is_a_clear_error(
    built: Path, encoder: HashEncoder, name: str, content: bytes
) -> None:
    (version_folder(built) / name).write_bytes(content)
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


@pytest.mark.parametrize("name", ["passages.npy", "sentences.npy", "neutral.npy"])
@pytest.mark.parametrize(
    "change",
    [
        lambda a: a[:-1],
        lambda a: np.concatenate([a, a]),
        lambda a: a[:, :-1],
        lambda a: a[0],
        lambda a: a[0, 0],
    ],
    ids=["row missing", "rows too many", "too narrow", "one row", "a number"],
)
def test_load_vectors_of_another_size_are_a_clear_error(
    built: Path, encoder: HashEncoder, name: str, change: Callable[[Vectors], Vectors]
) -> None:
    path = version_folder(built) / name
    np.save(path, change(np.load(path)))
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


@pytest.mark.parametrize("missing", ["passages.npy", "sentences.npy", "neutral.npy"])
def test_load_without_vectors_is_a_clear_error(
    built: Path, encoder: HashEncoder, missing: str
) -> None:
    (version_folder(built) / missing).unlink()
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


@pytest.mark.parametrize(("entries", "width"), [(1, 0), (0, 1)], ids=["entries", "width"])
def test_load_search_index_of_another_size_is_a_clear_error(
    built: Path, encoder: HashEncoder, entries: int, width: int
) -> None:
    import faiss

    path = str(version_folder(built) / "dense.faiss")
    size = faiss.read_index(path).ntotal + entries
    other = faiss.IndexFlatIP(encoder.dimensions + width)
    other.add(np.zeros((size, encoder.dimensions + width), dtype=np.float32))
    faiss.write_index(other, path)
    with pytest.raises(IndexMismatch, match="differ"):
        index.load(built, encoder)


def test_load_without_its_words_is_a_clear_error(built: Path, encoder: HashEncoder) -> None:
    shutil.rmtree(version_folder(built) / "lexical-fr")
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


def test_build_leaves_folders_that_are_not_its_own(
    seeds: Path, built: Path, encoder: HashEncoder
) -> None:
    (built / "v-important").mkdir()
    for _ in range(3):
        index.build(read_corpus(seeds, detect), encoder, built)
    assert (built / "v-important").is_dir()


def test_load_truncated_articles_are_a_clear_error(built: Path, encoder: HashEncoder) -> None:
    path = version_folder(built) / "documents.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


@pytest.mark.parametrize("name", "owners languages spans sizes before sentences".split())
def test_load_table_of_another_size_is_a_clear_error(
    built: Path, encoder: HashEncoder, name: str
) -> None:
    path = version_folder(built) / f"table-{name}.npy"
    np.save(path, np.load(path)[:-1])
    with pytest.raises(IndexMismatch, match="damaged"):
        index.load(built, encoder)


def test_build_without_articles_is_a_clear_error(tmp_path: Path, encoder: HashEncoder) -> None:
    corpus = Corpus((), (DocumentProblem("a.txt", Notice("it is empty")),))
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
    assert not list(built.glob(".building/version"))


def test_build_again_replaces_and_cleans_up(seeds: Path, built: Path, encoder: HashEncoder) -> None:
    old = index.load(built, encoder)
    for i in range(3):
        (seeds / f"new{i}.txt").write_text(f"Article number {i} about topic {i}.")
        index.build(read_corpus(seeds, detect), encoder, built)
    new = index.load(built, encoder)
    assert len(new.documents) == 5
    assert new.manifest.index_version != old.manifest.index_version
    assert len(list(built.glob("v-*"))) == 2  # the current one and the one before


def test_index_version_depends_on_articles_problems_and_encoder(
    seeds: Path, tmp_path: Path
) -> None:
    corpus = read_corpus(seeds, detect)

    def version(corpus: Corpus, encoder: str = "a") -> str:
        return index.build(corpus, HashEncoder(encoder), tmp_path / "own").index_version

    first = version(corpus)
    assert first == version(read_corpus(seeds, detect))
    assert first != version(corpus, "b")
    large = Notice("larger than {megabytes} MB", megabytes=10)
    told = version(Corpus(corpus.documents, (DocumentProblem("x.txt", large),)))
    assert first != told  # and it is what the sentence gives, whatever that is made of
    plain = (DocumentProblem("x.txt", Notice("larger than 10 MB")),)
    assert told == version(Corpus(corpus.documents, plain))
    (seeds / "plan.txt").write_text("Autre texte, tout autre article.")
    assert first != version(read_corpus(seeds, detect))


def test_load_version_that_is_replaced_meanwhile_loads_the_new_one(
    seeds: Path, built: Path, encoder: HashEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.manifest_of

    def slow(version: Path) -> index.Manifest:
        monkeypatch.setattr(store, "manifest_of", real)
        for number in range(2):  # the second build takes the first version away
            (seeds / f"new{number}.txt").write_text(f"Article number {number} about a topic.")
            index.build(read_corpus(seeds, detect), encoder, built)
        return real(version)

    monkeypatch.setattr(store, "manifest_of", slow)
    assert len(index.load(built, encoder).documents) == 4


def test_build_keeps_separators_inside_a_text(tmp_path: Path, encoder: HashEncoder) -> None:
    text = "One line\u2028still the same.\x0bAnd this\x85too."
    document = Document("a.txt", "t", None, "en", text, "0")
    index.build(Corpus((document,)), encoder, tmp_path)
    assert index.load(tmp_path, encoder).documents["a.txt"].text == text


@pytest.mark.parametrize(
    "reason", [7, {"template": "{a}"}, {"template": "{a.b}", "values": {"a": 1}}]
)
def test_read_manifest_with_a_damaged_problem_is_refused(built: Path, reason: object) -> None:
    path = version_folder(built) / "manifest.json"
    row = json.loads(path.read_text())
    problem = {"document": "a.txt", "reason": reason, "remedy": ""}
    path.write_text(json.dumps(row | {"problems": [problem]}))
    with pytest.raises(IndexMismatch, match="damaged"):
        index.read_manifest(built)


def test_read_manifest_of_another_schema_is_refused(built: Path) -> None:
    path = version_folder(built) / "manifest.json"
    row = json.loads(path.read_text())
    path.write_text(json.dumps(row | {"schema": row["schema"] - 1}))
    with pytest.raises(IndexMismatch, match="schema"):
        index.read_manifest(built)
    shutil.rmtree(built)
    with pytest.raises(IndexMissing):
        index.read_manifest(built)
