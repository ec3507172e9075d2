"""Disagreements: told with what both articles say, and told only where they do."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import ClassVar

import pytest

from euaiqa.bilingual import names_in
from euaiqa.datamodels import (
    AnswerSentence,
    Disagreement,
    DisagreementValue,
    Document,
    Language,
    Passage,
    Prompt,
)
from euaiqa.generator import never
from euaiqa.ground import Ledger
from euaiqa.language import detect
from euaiqa.pipeline import answerability, comparing
from euaiqa.pipeline.answerability import Likely
from euaiqa.pipeline.comparing import Comparing
from euaiqa.pipeline.writing import Writing
from fakes import ScriptedGenerator, found, passage_of, tools_of

QUESTION = "Combien coûtera l'usine de Douai ?"
COSTS = "L'usine de Douai coûtera {} à la région."


def article(document: str, value: str, *, published: dt.date | None = None) -> Passage:
    return passage_of(COSTS.format(value), document=document, published=published)


MINE = article("a.txt", "2,3 milliards d'euros", published=dt.date(2025, 2, 1))
OTHER = article("b.txt", "2,9 milliards d'euros", published=dt.date(2025, 3, 9))


def copied(prompt: Prompt) -> str:
    """A model that answers with what it reads."""
    return re.sub(r"</?extract>|Titre\n", "", "".join(prompt.passages)).strip()


class Compared:
    """What came of answering from one passage and comparing with others."""

    def __init__(
        self,
        *others: Passage,
        mine: Passage = MINE,
        question: str = QUESTION,
        language: Language = "fr",
        yes: float | Callable[[Prompt], float] = 0.95,
        says: Callable[[Prompt], str] = copied,
        cancelled: Callable[[], bool] = never,
        witness_of: Callable[[str], str] = str,
    ) -> None:
        self.generator = ScriptedGenerator(yes=yes, default=says)
        articles = [
            Document(p.document, p.title, p.published, p.language, p.text, "0")
            for p in (mine, *others)
        ]
        tools, self.ledger = tools_of(self.generator, *articles), Ledger()
        known = tools.answerability(question, cancelled)
        likely = known.sentences(mine)
        writing = Writing(tools, question, language, mine, self.ledger, likely=likely)
        list(writing.events())
        assert writing.proven
        self.result: tuple[AnswerSentence, Disagreement] | None = Comparing(
            tools, question, language, known, cancelled, witness_of=witness_of
        ).compare(
            writing.proven,
            self.ledger,
            [found(p) for p in (mine, *others)],
            names_in(question, detect(question)),
        )


def test_compare_other_value_is_told_with_both_sides() -> None:
    compared = Compared(OTHER)
    assert compared.result
    sentence, disagreement = compared.result
    assert sentence == AnswerSentence(
        "Les articles diffèrent sur ce point\u00a0: «\u00a02,3 milliards d'euros\u00a0» "
        "(1er février 2025) contre «\u00a02,9 milliards d'euros\u00a0» (9 mars 2025).",
        (1, 2),
        "supported",
    )
    assert disagreement.subject == QUESTION
    assert disagreement.values == (
        DisagreementValue("2,3 milliards d'euros", 1),
        DisagreementValue("2,9 milliards d'euros", 2),
    )
    assert [c.document for c in compared.ledger.citations] == ["a.txt", "b.txt"]


def test_compare_values_stand_in_their_quotes_word_for_word() -> None:
    compared = Compared(OTHER, language="en")
    assert compared.result
    sentence, disagreement = compared.result
    assert sentence.text.startswith("The articles differ on this point: “2,3 milliards d'euros”")
    for value in disagreement.values:
        (citation,) = compared.ledger.of((value.citation,))
        assert value.value in citation.quote and value.value in sentence.text


def test_compare_lets_the_model_answer_from_the_other_article_alone() -> None:
    compared = Compared(OTHER)
    _, other = compared.generator.prompts
    (passage,) = other.passages
    assert OTHER.text in passage and MINE.text not in passage
    assert QUESTION in other.question


@pytest.mark.parametrize(
    "value",
    [
        "2,3 milliards d'euros",
        "2,3 Md€",
        "2 300 millions d'euros",
        "2,28 milliards d'euros",  # ours may be this one rounded
        "environ 2,4 milliards d'euros",
        "plus de 2,2 milliards d'euros",
        "entre 2 et 3 milliards d'euros",
    ],
)
def test_compare_values_that_can_both_be_right_are_not_told(value: str) -> None:
    compared = Compared(article("b.txt", value))
    assert compared.result is None
    assert not compared.generator.probes  # nothing there could differ: no reading


@pytest.mark.parametrize("value", ["12 % du budget", "des emplois", "le 3 mars 2026 un mois"])
def test_compare_value_of_another_kind_is_not_told(value: str) -> None:
    assert Compared(article("b.txt", value)).result is None


def test_compare_without_another_article_is_silent() -> None:
    assert Compared().result is None
    assert Compared(article("a.txt", "2,9 milliards d'euros")).result is None


@pytest.mark.parametrize(
    ("question", "enough"),
    [(QUESTION, comparing.LIKELY), ("Que sait-on de l'usine de Douai ?", comparing.SURE)],
)
def test_compare_article_that_may_not_answer_is_not_told(question: str, enough: float) -> None:
    """Where the kind of value is not known, another passage must answer more surely."""
    for yes, told in ((enough, True), (enough - 0.01, False)):
        compared = Compared(OTHER, question=question, yes=yes)
        assert (compared.result is not None) is told
        assert len(compared.generator.prompts) == 1 + told


def test_compare_article_about_another_name_is_not_told() -> None:
    """A shared place is not enough: each of a name's words must be there."""
    costs = "Le centre {}-Douai coûtera {} à la région."
    mine = passage_of(costs.format("Altaïr", "2,3 milliards d'euros"), document="a.txt")
    asked = "Combien coûtera le centre Altaïr-Douai ?"
    for name, told in (("Deneb", False), ("Altaïr", True)):
        other = passage_of(costs.format(name, "2,9 milliards d'euros"), document="b.txt")
        assert bool(Compared(other, mine=mine, question=asked).result) is told


def test_compare_value_that_is_not_asked_for_is_not_told() -> None:
    costs = "L'usine de Douai coûtera {} en {}."
    mine = passage_of(costs.format("2,3 milliards d'euros", "mars 2026"), document="a.txt")
    later = passage_of(costs.format("2,3 milliards d'euros", "mai 2027"), document="b.txt")
    dearer = passage_of(costs.format("2,9 milliards d'euros", "mars 2026"), document="b.txt")
    asks_when = "Quand l'usine de Douai coûtera-t-elle cela ?"
    assert Compared(later, mine=mine).result is None
    assert Compared(dearer, mine=mine).result
    assert Compared(dearer, mine=mine, question=asks_when).result is None
    assert Compared(later, mine=mine, question=asks_when).result


@pytest.mark.parametrize(
    "draft",
    ["", "L'usine de Douai coûtera 7,7 milliards d'euros à la région.", "Je ne sais pas."],
)
def test_compare_answer_that_its_article_does_not_prove_is_not_told(draft: str) -> None:
    def says(prompt: Prompt) -> str:
        return draft if "2,9" in prompt.passages[0] else copied(prompt)

    assert Compared(OTHER, says=says).result is None


def test_compare_article_that_gives_both_values_is_not_told() -> None:
    both = passage_of(
        "L'usine de Douai coûtera 2,3 milliards d'euros, et 2,9 milliards d'euros avec la route.",
        document="b.txt",
    )
    assert Compared(both).result is None


def test_compare_value_that_the_question_gives_is_not_the_answer() -> None:
    asked = "Pourquoi l'usine de Douai de 2,3 milliards d'euros coûtera-t-elle à la région ?"
    assert Compared(OTHER, question=asked).result is None


def test_compare_first_article_that_differs_is_told() -> None:
    agrees = article("c.txt", "2,3 milliards d'euros")
    third = article("d.txt", "3,5 milliards d'euros")
    compared = Compared(agrees, OTHER, third)
    assert compared.result
    assert compared.ledger.citations[1].document == "b.txt"


def test_compare_reads_only_so_many_articles() -> None:
    others = [article(f"{i}.txt", f"{i},9 milliards d'euros") for i in range(3, 12)]
    compared = Compared(*others, yes=0.01)
    assert compared.result is None
    assert len(compared.generator.probes) == comparing.COMPARED < len(others)


def together(*documents: str) -> Callable[[str], str]:
    """Some articles are one witness, all others each their own."""
    return lambda document: documents[0] if document in documents else document


def test_compare_witness_of_a_cited_article_is_no_rival() -> None:
    for others, told in (("a.txt", "c.txt"), True), (("a.txt", "b.txt"), False):
        compared = Compared(OTHER, witness_of=together(*others))
        assert bool(compared.result) is told
        assert len(compared.generator.probes) == told  # no reading of what is not compared


def test_compare_one_witness_is_heard_once_of_those_read() -> None:
    """What an outlet reprints takes no place of those that say something else."""
    reprints = [article(f"{i}.txt", "2,9 milliards d'euros") for i in range(comparing.COMPARED)]
    last = article("z.txt", "3,5 milliards d'euros")

    def yes(prompt: Prompt) -> float:
        return 0.95 if "3,5" in prompt.passages[0] or "2,3" in prompt.passages[0] else 0.01

    assert Compared(*reprints, last, yes=yes).result is None
    one = together(*(p.document for p in reprints))
    compared = Compared(*reprints, last, yes=yes, witness_of=one)
    assert compared.result
    assert len(compared.generator.probes) == 2
    assert compared.ledger.citations[1].document == "z.txt"


def test_compare_one_witness_is_answered_from_once() -> None:
    reprints = [article(f"{i}.txt", "2,9 milliards d'euros") for i in range(comparing.ANSWERED)]
    last = article("z.txt", "3,5 milliards d'euros")

    def says(prompt: Prompt) -> str:
        return "" if "2,9" in prompt.passages[0] else copied(prompt)

    def likelier(prompt: Prompt) -> float:
        return 0.9 if "3,5" in prompt.passages[0] else 0.95

    assert Compared(*reprints, last, says=says, yes=likelier).result is None
    one = together(*(p.document for p in reprints))
    assert Compared(*reprints, last, says=says, yes=likelier, witness_of=one).result


def test_compare_witness_is_heard_again_where_it_says_more() -> None:
    """What one outlet cut stands in another: a passage with another value is read too."""
    more = article("c.txt", "2,9 milliards d'euros, bientôt 9,9 milliards d'euros,")
    same = article("d.txt", "2,9 milliards d'euros")
    one = together("b.txt", "c.txt", "d.txt")
    assert len(Compared(OTHER, more, yes=0.01, witness_of=one).generator.probes) == 2
    assert len(Compared(OTHER, same, yes=0.01, witness_of=one).generator.probes) == 1
    # A second passage of the same article is read as before.
    again = article("b.txt", "2,9 milliards d'euros")
    assert len(Compared(OTHER, again, yes=0.01, witness_of=one).generator.probes) == 2


@pytest.mark.parametrize(("led", "heard"), [("Iberdata", 1), ("Altadata", 2)])
def test_compare_witness_is_heard_again_for_another_name(led: str, heard: int) -> None:
    mine = passage_of(LED.format("Nubaria"))
    others = [passage_of(LED.format("Iberdata"), document="b"), passage_of(LED.format(led),
              document="c")]  # fmt: skip
    compared = Compared(*others, mine=mine, question=LEADS, yes=0.01, witness_of=together("b", "c"))
    assert len(compared.generator.probes) == heard


def test_compare_cancelled_reads_nothing() -> None:
    compared = Compared(OTHER, cancelled=lambda: True)
    assert compared.result is None and not compared.generator.probes


def test_compare_dates_that_differ_are_told() -> None:
    opens = "L'usine de Douai ouvrira {} selon la région."
    mine = passage_of(opens.format("le 3 mars 2026"))
    other = passage_of(opens.format("le 9 mars 2026"), document="b.txt")
    month = passage_of(opens.format("en mars 2026"), document="b.txt")
    asked = "Quand ouvrira l'usine de Douai ?"
    compared = Compared(other, mine=mine, question=asked)
    assert compared.result
    assert [v.value for v in compared.result[1].values] == ["3 mars 2026", "9 mars 2026"]
    assert "sans date" in compared.result[0].text
    assert Compared(month, mine=mine, question=asked).result is None


LED = "Le consortium de Douai est mené par {}."
LEADS = "Quelle entreprise mène le consortium de Douai ?"


def test_compare_other_name_is_told_where_a_name_is_asked_for() -> None:
    mine, other = (
        passage_of(LED.format("Nubaria")),
        passage_of(LED.format("Iberdata"), document="b"),
    )
    compared = Compared(other, mine=mine, question=LEADS)
    assert compared.result
    assert [v.value for v in compared.result[1].values] == ["Nubaria", "Iberdata"]
    # not where something else is asked for
    assert (
        Compared(other, mine=mine, question="Que sait-on du consortium de Douai ?").result is None
    )


@pytest.mark.parametrize("led", ["Nubaria", "Nubaria et Iberdata", "le groupe Nubaria, de Madrid"])
def test_compare_article_that_says_the_name_too_is_not_told(led: str) -> None:
    mine, other = passage_of(LED.format("Nubaria")), passage_of(LED.format(led), document="b")
    assert Compared(other, mine=mine, question=LEADS).result is None


class Sentences(Likely):
    """Of every sentence as likely as it was told; notes which are asked of."""

    known = True
    said: ClassVar[dict[str, float]] = {}
    asked: ClassVar[list[str]] = []

    def of(self, places: Iterable[int]) -> float:
        texts = [self.sentences[i].text for i in places]
        self.asked.extend(texts)
        return max((self.said.get(text, 0.01) for text in texts), default=0.0)

    def likeliest(self) -> int:
        return max(range(len(self.sentences)), key=lambda i: self.of([i]))

    def best(self) -> float:
        return self.of(range(len(self.sentences)))


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """How likely sentences answer, where that is known; to be filled."""
    monkeypatch.setattr(Sentences, "said", {MINE.text: 0.9})
    monkeypatch.setattr(Sentences, "asked", [])
    monkeypatch.setattr(answerability, "Likely", Sentences)
    return Sentences.said


OPENS = "Elle ouvrira en mars."


def test_compare_writes_over_the_likeliest_sentence_with_a_value(said: dict[str, float]) -> None:
    said[OTHER.text] = comparing.SENTENCE
    said[OPENS] = 0.1  # and without a value of the kind that is asked for
    other = passage_of(OPENS, OTHER.text, document="b.txt")
    compared = Compared(
        other, says=lambda prompt: MINE.text if MINE.text in copied(prompt) else OTHER.text
    )
    assert compared.result
    assert f"Sentence: {OTHER.text}" in compared.generator.prompts[-1].question
    assert OPENS not in Sentences.asked[: Sentences.asked.index(OTHER.text) + 1]


def test_compare_hardly_likely_sentence_is_not_written_over(said: dict[str, float]) -> None:
    said[OTHER.text] = comparing.SENTENCE - 0.01
    compared = Compared(OTHER)
    assert compared.result is None and len(compared.generator.prompts) == 1


def test_compare_passage_whose_likeliest_sentence_agrees_is_not_written_over(
    said: dict[str, float],
) -> None:
    agrees = COSTS.format("2 300 millions d'euros")
    said[agrees], said[OTHER.text] = 0.9, 0.5
    compared = Compared(passage_of(OTHER.text, agrees, document="b.txt"))
    assert compared.result is None and len(compared.generator.prompts) == 1


@pytest.mark.parametrize(("other", "told"), [("Anna Berg", True), ("un ministre français", False)])
def test_compare_person_is_a_proper_name(said: dict[str, float], other: str, told: bool) -> None:
    mine = passage_of("L'usine de Douai a été annoncée par Paul Morel.")
    theirs = passage_of(f"L'usine de Douai a été annoncée par {other}.", document="b.txt")
    said[mine.text] = said[theirs.text] = 0.9
    compared = Compared(theirs, mine=mine, question="Qui a annoncé l'usine de Douai ?")
    assert bool(compared.result) == told
