from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from euaiqa import index
from euaiqa.datamodels import Corpus, Document, Language
from euaiqa.index.designations import Designations
from euaiqa.retrieve import DEPTH, Retriever
from fakes import HashEncoder

PARTS = [(1, "apples"), (2, "badgers"), (3, "clocks"), (4, "dunes")]


def test_retrieve_best_first_with_scores(built: Path, encoder: HashEncoder) -> None:
    retriever = Retriever(index.load(built, encoder), encoder)
    found = retriever.retrieve("How much did the Vega programme cost?", "en", 10)
    assert found[0].passage.document == "report.md"
    scores = [p.score for p in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) == len({(p.passage.document, p.passage.start) for p in found})


def test_retrieve_match_is_the_sentence_nearest_to_the_question(
    built: Path, encoder: HashEncoder
) -> None:
    loaded = index.load(built, encoder)
    question = "How much did the Vega programme cost?"
    asked = loaded.question_vector(encoder.encode_queries([question])[0], "en")
    found = Retriever(loaded, encoder).retrieve(question, "en", 10)
    assert any(len(each.passage.sentences) > 1 for each in found)
    for each in found:
        own = each.passage.sentences
        near = loaded.sentence_vectors(each.passage) @ asked
        assert each.match in own
        assert near[len(each.passage.before) + own.index(each.match)] == max(near[-len(own) :])


def test_retrieve_k_limits_the_number(built: Path, encoder: HashEncoder) -> None:
    retriever = Retriever(index.load(built, encoder), encoder)
    assert len(retriever.retrieve("Orion", "fr", 1)) == 1


def articles(*texts: tuple[Language, str]) -> Corpus:
    return Corpus(
        tuple(
            Document(f"{i}", f"Title {i}", None, language, text, f"{i}")
            for i, (language, text) in enumerate(texts)
        )
    )


SUBJECTS = "apples badgers clocks dunes eagles ferries".split()
lists = st.lists(st.tuples(st.sampled_from(["fr", "en"]), st.sampled_from(SUBJECTS)), min_size=1,
                 max_size=8)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(lists, st.sampled_from(SUBJECTS), st.sampled_from(["fr", "en"]), st.integers(1, 12))
def test_retrieve_any_corpus_keeps_what_is_promised(
    corpus: list[tuple[Language, str]], subject: str, language: Language, k: int
) -> None:
    encoder = HashEncoder()
    texts = [(of, f"{word.capitalize()} and n{i}." * (1 + i % 3)) for i, (of, word) in
             enumerate(corpus)]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        index.build(articles(*texts), encoder, Path(folder))
        loaded = index.load(Path(folder), encoder)
    query = f"which {subject} and n2"
    dense = Retriever(loaded, encoder, lexical=0.0).retrieve(query, language, len(texts))
    words = Retriever(loaded, encoder, lexical=1e6).retrieve(query, language, len(texts))
    assert len(dense) == len(words) == len(texts)
    # Words change the order within the question's language, and nothing else.
    assert [p.passage.language for p in words] == [p.passage.language for p in dense]
    others = [[p.passage for p in x if p.passage.language != language] for x in (dense, words)]
    assert others[0] == others[1]
    assert [p.score for p in words] == [p.score for p in dense]
    found = Retriever(loaded, encoder).retrieve(query, language, k)
    scores = [p.score for p in found]
    assert scores == sorted(scores, reverse=True)
    assert len({p.passage.document for p in found}) == len(found) == min(k, len(texts))
    question = encoder.encode_queries([query])[0]
    for each in found:
        cosine = float(encoder.encode_passages([each.passage.text])[0] @ question)
        assert abs(each.cosine - cosine) < 1e-6


def test_retrieve_words_reorder_around_the_other_language(
    tmp_path: Path, encoder: HashEncoder
) -> None:
    corpus = articles(
        ("en", "Apples apples apples apples badgers."),
        ("fr", "Apples apples apples grow."),
        ("en", "Apples and clocks and dunes and Orion."),
    )
    index.build(corpus, encoder, tmp_path)
    loaded = index.load(tmp_path, encoder)

    def order(weight: float, language: Language) -> list[str]:
        found = Retriever(loaded, encoder, lexical=weight).retrieve("apples Orion", language, 3)
        return [p.passage.document for p in found]

    before = order(0.0, "en")
    assert before[1] == "1"
    assert order(1e6, "en") == before[::-1]
    assert order(1e6, "fr") == order(0.0, "fr")


def over(documents: list[Document], folder: Path, witnesses: dict[str, str]) -> Retriever:
    """Search articles of which some are one witness."""
    encoder = HashEncoder()
    index.build(Corpus(tuple(documents)), encoder, folder)
    loaded = index.load(folder, encoder)
    return Retriever(loaded.but(witnesses=witnesses), encoder)


def printed(id_: str, text: str, published: dt.date | None = None, title: str = "") -> Document:
    return Document(id_, title or id_, published, "fr", text, id_)


ALIKE = "Les pommes « mûres » valent 5 % de plus : l'été fut sec."


def test_retrieve_passage_of_one_witness_comes_once(tmp_path: Path) -> None:
    documents = [
        printed("a", ALIKE),
        printed("b", "Les pommes “mûres” valent\u00a05% de plus: l’été fut sec.\n"),
        printed("c", ALIKE.replace("5", "6")),
        printed("d", ALIKE),
    ]

    def ids(witnesses: dict[str, str], k: int) -> list[str]:
        found = over(documents, tmp_path, witnesses).retrieve("prix des pommes", "fr", k)
        scores = [one.score for one in found]
        assert scores == sorted(scores, reverse=True)
        return [one.passage.document for one in found]

    assert sorted(ids({}, 4)) == ["a", "b", "c", "d"]
    assert sorted(ids({"a": "a", "b": "a"}, 4)) == ["a", "c", "d"]  # the fourth is another's
    assert sorted(ids({"a": "a", "b": "a", "d": "a"}, 4)) == ["a", "c"]
    # Another figure is another text, whatever the articles are.
    assert sorted(ids(dict.fromkeys("abcd", "a"), 4)) == ["a", "c"]
    assert len(ids({"a": "a", "b": "a"}, 3)) == 3  # as many as are asked for


def test_retrieve_of_one_witness_an_article_with_the_earliest_date_is_shown(tmp_path: Path) -> None:
    documents = [
        printed("a", ALIKE),
        printed("b", ALIKE, dt.date(2026, 3, 2)),
        printed("c", ALIKE, dt.date(2026, 3, 1)),
        printed("d", "Les poires sont là."),
    ]
    retriever = over(documents, tmp_path, dict.fromkeys("abc", "a"))
    assert [p.passage.document for p in retriever.retrieve("les pommes", "fr", 4)] == ["c", "d"]
    named = [printed("n", ALIKE, title="Article 7"), *documents]
    retriever = over(named, tmp_path, dict.fromkeys("abcn", "a"))
    found = retriever.retrieve("Que dit l'article 7 des pommes ?", "fr", 4)
    assert [p.passage.document for p in found] == ["n", "d"]


def test_retrieve_gives_as_many_as_there_are_behind_a_heap_of_reprints(tmp_path: Path) -> None:
    reprints = [printed(f"r{n:03}", "Les pommes rouges.") for n in range(DEPTH + 20)]
    others = [printed(f"o{n}", f"Poire{n} et pommes vertes de {n} jardins.") for n in range(5)]
    witnesses = {one.id: "r000" for one in reprints}
    found = over(reprints + others, tmp_path, witnesses).retrieve("les pommes rouges", "fr", 5)
    assert found[0].passage.document == "r000"
    assert len(found) == 5 == len({p.passage.document for p in found})


@settings(max_examples=25, deadline=None)
@given(lists, st.sampled_from(SUBJECTS), st.sampled_from(["fr", "en"]), st.integers(1, 12),
       st.sets(st.integers(0, 7)))  # fmt: skip
def test_retrieve_without_equal_passages_is_the_same_with_and_without_witnesses(
    corpus: list[tuple[Language, str]], subject: str, language: Language, k: int, one: set[int]
) -> None:
    texts = [(of, f"{word.capitalize()} and n{i}.") for i, (of, word) in enumerate(corpus)]
    documents = list(articles(*texts).documents)
    query = f"which {subject} and n2"
    with tempfile.TemporaryDirectory() as folder:
        alone = over(documents, Path(folder), {}).retrieve(query, language, k)
        witnesses = {str(i): str(min(one)) for i in one}
        assert over(documents, Path(folder), witnesses).retrieve(query, language, k) == alone


def test_retrieve_language_without_articles_finds_the_other(
    tmp_path: Path, encoder: HashEncoder
) -> None:
    index.build(articles(("fr", "Les pommes."), ("fr", "Les dunes.")), encoder, tmp_path)
    found = Retriever(index.load(tmp_path, encoder), encoder).retrieve("les dunes", "en", 5)
    assert [p.passage.text for p in found] == ["Les dunes.", "Les pommes."]


def test_retrieve_one_passage_is_found(tmp_path: Path, encoder: HashEncoder) -> None:
    index.build(articles(("en", "Apples grow.")), encoder, tmp_path)
    retriever = Retriever(index.load(tmp_path, encoder), encoder)
    for query in ("apples", "", "Title 0", "xylophone"):
        (found,) = retriever.retrieve(query, "en", 3)
        assert found.passage.text == "Apples grow." and np.isfinite(found.score)


def test_retrieve_named_article_comes_first(tmp_path: Path, encoder: HashEncoder) -> None:
    documents = [
        Document("a5.txt", "Article 5 — Fines", None, "en", "Fines are paid at once.", "1"),
        Document("a5-fr.txt", "Article 5 — Amendes", None, "fr", "Les amendes sont dues.", "2"),
        Document("a9.txt", "Article 9", None, "en", "Duties under Article 5 end under law.", "3"),
    ]
    index.build(Corpus(tuple(documents)), encoder, tmp_path)
    retriever = Retriever(index.load(tmp_path, encoder), encoder)

    def first(query: str, language: Language) -> str:
        found = retriever.retrieve(query, language, 3)
        assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
        return found[0].passage.document

    assert first("Which duties end under Article 5?", "en") == "a5.txt"
    assert first("Quelles obligations selon l'article 5 ?", "fr") == "a5-fr.txt"
    assert first("Which duties end under law?", "en") == "a9.txt"


def test_retrieve_named_article_is_read_on_from_its_best_passage(
    tmp_path: Path, encoder: HashEncoder
) -> None:
    parts = [f"Part {i} tells of {word} and of {'other ' * 90}things." for i, word in PARTS]
    document = Document("a.txt", "Article 7", None, "en", "\n\n".join(parts), "1")
    index.build(Corpus((document,)), encoder, tmp_path)
    retriever = Retriever(index.load(tmp_path, encoder), encoder)
    found = retriever.retrieve("What does Article 7 say of badgers?", "en", 4)
    assert [p.passage.text[:6] for p in found] == ["Part 2", "Part 3", "Part 4", "Part 1"]
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("Que dit l’annexe III ?", {"x"}),
        ("what is in annex III", {"x"}),
        ("what is in annex IIIb or 5 annexes", set()),
        ("Article 55", set()),
        ("Que pensent les 27 pays ?", set()),
        ("and annexe iii ?", {"x"}),
    ],
)
def test_designations_are_found_in_both_spellings(query: str, named: set[str]) -> None:
    document = Document("x", "Annexe III — Domaines", None, "fr", "Texte.", "1")
    other = Document("y", "See Article 55", None, "en", "Text.", "2")
    news = Document("z", "Les 27 adoptent la loi", None, "fr", "Texte.", "3")
    assert Designations([document, other, news]).named_in(query) == named
