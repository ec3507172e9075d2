"""Reading: which passages the model is asked of, in what order, and when it is enough."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa import gate
from euaiqa.datamodels import Document, Passage, Prompt, RetrievedPassage
from euaiqa.generator import never
from euaiqa.ground import ArticleNames
from euaiqa.pipeline import reading
from euaiqa.pipeline.answerability import Likely, answers
from euaiqa.pipeline.reading import ENOUGH, FIRST, Candidate, Reading, chosen, with_names
from fakes import ScriptedGenerator, found, passage_of

QUESTION = "Combien coûte l'usine ?"


def candidates(*scores: float, cosine: float = 0.9) -> list[Candidate]:
    return [
        Candidate(found(passage_of(f"Texte {i}.", document=f"{i}.txt"), score, cosine), 0)
        for i, score in enumerate(scores)
    ]


def read(
    question: str,
    candidates: list[Candidate],
    generator: ScriptedGenerator,
    cancelled: Callable[[], bool],
) -> list[Reading]:
    """Read for a question, as a model says."""
    return reading.read(
        candidates, lambda asked: answers(question, asked, generator, cancelled), cancelled
    )


def saying(*words: float) -> Callable[[Prompt], float]:
    """What the model says of `Texte 0`, `Texte 1` and so on."""

    def yes(prompt: Prompt) -> float:
        (passage,) = prompt.passages
        return words[int(passage.split("Texte ")[1].split(".")[0])]

    return yes


def order(readings: list[Reading]) -> list[str]:
    return [one.passage.document for one in readings]


def test_read_asks_of_each_passage_by_itself() -> None:
    generator = ScriptedGenerator(yes=saying(0.3, 0.2, 0.1))
    readings = read(QUESTION, candidates(0.5, 0.5, 0.5), generator, never)
    assert [len(probe.passages) for probe in generator.probes] == [1, 1, 1]
    assert [one.yes for one in readings] == [0.3, 0.2, 0.1]
    assert not generator.prompts


def test_read_best_passage_comes_first_whatever_its_rank() -> None:
    generator = ScriptedGenerator(yes=saying(0.1, 0.2, 0.8))
    assert order(read(QUESTION, candidates(0.6, 0.5, 0.4), generator, never))[0] == "2.txt"


def test_read_near_ties_are_told_apart_by_retrieval() -> None:
    generator = ScriptedGenerator(yes=saying(0.7, 0.72))
    assert order(read(QUESTION, candidates(0.6, 0.2), generator, never)) == ["0.txt", "1.txt"]


@pytest.mark.parametrize(("yes", "read_of"), [(ENOUGH, FIRST), (ENOUGH - 0.01, FIRST + 2)])
def test_read_stops_once_one_is_sure(yes: float, read_of: int) -> None:
    generator = ScriptedGenerator(yes=saying(0.1, yes, *[0.2] * FIRST))
    read(QUESTION, candidates(*[0.5] * (FIRST + 2)), generator, never)
    assert len(generator.probes) == read_of


@pytest.mark.parametrize(("cosine", "read_of"), [(gate.FAR, 1), (gate.FAR - 0.001, 0)])
def test_read_far_passages_do_not_wake_the_model(cosine: float, read_of: int) -> None:
    generator = ScriptedGenerator()
    readings = read(QUESTION, candidates(0.5, cosine=cosine), generator, never)
    assert len(generator.probes) == len(readings) == read_of


def test_read_one_near_passage_is_enough_to_read_all() -> None:
    near, far = candidates(0.5, cosine=0.9), candidates(0.6, cosine=0.5)
    generator = ScriptedGenerator(yes=0.2)
    assert len(read(QUESTION, [*far, *near], generator, never)) == 2


def test_read_nothing_found_gives_nothing() -> None:
    assert read(QUESTION, [], ScriptedGenerator(), never) == []


def test_read_cancelled_reads_no_further_passage() -> None:
    generator = ScriptedGenerator(yes=0.2)
    asked = candidates(*[0.5] * (FIRST + 2))
    read(QUESTION, asked, generator, lambda: len(generator.probes) > 0)
    assert len(generator.probes) == FIRST


ARTICLES = {
    "a.txt": Document("a.txt", "Titre", None, "fr", "L'usine de Nantes ouvre.", "0"),
    "b.txt": Document("b.txt", "Titre", None, "fr", "L'usine de Lille ouvre.", "0"),
    "c.txt": Document("c.txt", "Lille", None, "fr", "L'usine coûte cher.", "0"),
}


def of(document: str, score: float) -> RetrievedPassage:
    return found(
        passage_of(f"L'usine coûte cher, lit-on dans {document}.", document=document), score
    )


def test_with_names_same_text_in_two_articles_comes_once() -> None:
    same = [found(passage_of("L'usine coûte cher.", document=d), 0.5) for d in ("a.txt", "b.txt")]
    (one,) = with_names(QUESTION, "fr", same, ArticleNames(ARTICLES))
    assert one.found.passage.document == "a.txt"


def test_with_names_article_without_the_name_is_pushed_back() -> None:
    passages = [of("a.txt", 0.50), of("b.txt", 0.45), of("c.txt", 0.43)]
    asked = "Combien coûte l'usine de Lille ?"
    ordered = with_names(asked, "fr", passages, ArticleNames(ARTICLES))
    assert [(c.found.passage.document, c.unnamed) for c in ordered] == [
        ("b.txt", 0),
        ("c.txt", 0),  # the title counts too
        ("a.txt", 1),
    ]


def test_with_names_much_better_passage_stays_in_front() -> None:
    passages = [of("a.txt", 0.80), of("b.txt", 0.45)]
    asked = "Combien coûte l'usine de Lille ?"
    ordered = with_names(asked, "fr", passages, ArticleNames(ARTICLES))
    assert [c.found.passage.document for c in ordered] == ["a.txt", "b.txt"]


def test_with_names_question_without_names_keeps_the_order() -> None:
    passages = [of("a.txt", 0.50), of("b.txt", 0.45)]
    ordered = with_names(QUESTION, "fr", passages, ArticleNames(ARTICLES))
    assert [c.found for c in ordered] == passages


class Scripted:
    """How likely a passage's likeliest sentence answers, and which passages were read for it."""

    def __init__(self, **best: float) -> None:
        self.best = best
        self.read: list[str] = []

    def __call__(self, passage: Passage) -> Likely:
        likely = Likely(QUESTION, passage, lambda: [0.0], ScriptedGenerator(), never)
        name = passage.document[0]

        def best() -> float:
            self.read.append(name)
            return self.best[name]

        likely.best = best  # type: ignore[method-assign]
        return likely


@pytest.mark.parametrize(
    ("best", "tried", "one"),
    [
        ({"a": 0.6, "b": 0.9}, "a", "a"),  # enough
        ({"a": 0.01, "b": 0.9}, "ab", "b"),
        ({"a": 0.3, "b": 0.01, "c": 0.2}, "abc", "a"),
    ],
)
def test_chosen_tries_the_next_passage_where_no_sentence_answers(
    best: dict[str, float], tried: str, one: str
) -> None:
    readings = [
        Reading(Candidate(found(passage_of("Texte.", document=f"{name}.txt")), 0), 0.5)
        for name in "abcd"
    ]
    likely = Scripted(**best)
    taken = chosen(readings, likely, never)
    assert taken and taken.passage.document == f"{one}.txt"
    assert taken.sentence == best[one]
    assert likely.read == list(tried)


def test_chosen_of_hopeless_passages_is_none() -> None:
    hopeless = Reading(candidates(0.5)[0], gate.HOPELESS / 2)
    assert chosen([hopeless], Scripted(), never) is None
    assert chosen([], Scripted(), never) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-0.2, 0.8)), max_size=8))
def test_read_any_words_give_passages_by_worth(rows: list[tuple[float, float]]) -> None:
    generator = ScriptedGenerator(yes=saying(*(yes for yes, _ in rows)))
    asked = candidates(*(score for _, score in rows))
    readings = read(QUESTION, asked, generator, never)
    worths = [reading.worth for reading in readings]
    assert worths == sorted(worths, reverse=True)
    sure = any(reading.yes >= ENOUGH for reading in readings)
    assert len(readings) == len(rows) or (sure and len(readings) == FIRST)


def test_with_names_article_without_a_coined_name_is_about_something_else() -> None:
    asked = "Combien coûte Zorvane, l'usine de Lille ?"
    ordered = with_names(asked, "fr", [of("b.txt", 0.5)], ArticleNames(ARTICLES))
    assert [c.elsewhere for c in ordered] == [True]
    place = with_names(
        "Combien coûte l'usine de Grenoble ?", "fr", [of("b.txt", 0.5)], ArticleNames(ARTICLES)
    )
    assert [(c.unnamed, c.elsewhere) for c in place] == [(1, False)]


def test_with_names_half_a_name_is_behind_all_of_it() -> None:
    articles = {
        name: Document(f"{name}.txt", "Titre", None, "fr", f"Le centre {name}-Lille ouvre.", "0")
        for name in ("Deneb", "Altaïr")
    }
    passages = [of("Deneb.txt", 0.5), of("Altaïr.txt", 0.45)]
    known = ArticleNames({article.id: article for article in articles.values()})
    ordered = with_names("Quand ouvre le centre Altaïr-Lille ?", "fr", passages, known)
    assert [(c.found.passage.document, c.unnamed) for c in ordered] == [
        ("Altaïr.txt", 0),
        ("Deneb.txt", 1),
    ]
