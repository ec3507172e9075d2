from __future__ import annotations

from pathlib import Path

import pytest

from euaiqa import index
from euaiqa.datamodels import Corpus, Document, Language
from euaiqa.index.designations import Designations
from euaiqa.retrieve import Retriever, Weights
from fakes import HashEncoder

PARTS = [(1, "apples"), (2, "badgers"), (3, "clocks"), (4, "dunes")]


def test_retrieve_best_first_with_scores(built: Path, encoder: HashEncoder) -> None:
    retriever = Retriever(index.load(built, encoder), encoder)
    found = retriever.retrieve("How much did the Vega programme cost?", "en", 10)
    assert found[0].passage.document == "report.md"
    scores = [p.score for p in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) == len({(p.passage.document, p.passage.start) for p in found})


def test_retrieve_k_limits_the_number(built: Path, encoder: HashEncoder) -> None:
    retriever = Retriever(index.load(built, encoder), encoder)
    assert len(retriever.retrieve("Orion", "fr", 1)) == 1


def test_retrieve_words_alone_find_what_vectors_miss(built: Path, encoder: HashEncoder) -> None:
    loaded = index.load(built, encoder)
    lexical = Retriever(loaded, encoder, Weights(0.0, 1.0))
    found = lexical.retrieve("Lindqvist", "en", 3)
    assert found[0].passage.document == "report.md"
    assert found[0].score > 0 and 0.69 < found[0].cosine <= 1


def test_retrieve_words_of_another_language_do_not_count(built: Path, encoder: HashEncoder) -> None:
    lexical = Retriever(index.load(built, encoder), encoder, Weights(0.0, 1.0))
    assert lexical.retrieve("Lindqvist", "fr", 1)[0].score == 0


def test_retrieve_named_article_comes_first(tmp_path: Path, encoder: HashEncoder) -> None:
    documents = [
        Document("a5.txt", "Article 5 — Fines", None, "en", "Fines are paid at once.", "1"),
        Document("a5-fr.txt", "Article 5 — Amendes", None, "fr", "Les amendes sont dues.", "2"),
        Document("a9.txt", "Article 9", None, "en", "Duties under Article 5 end under law.", "3"),
    ]
    index.build(Corpus(tuple(documents)), encoder, tmp_path)
    retriever = Retriever(index.load(tmp_path, encoder), encoder)

    def first(query: str, language: Language) -> str:
        return retriever.retrieve(query, language, 3)[0].passage.document

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
