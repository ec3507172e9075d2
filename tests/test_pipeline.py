from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from euaiqa import prompts
from euaiqa.datamodels import (
    Answer,
    DoneEvent,
    Language,
    PassagesEvent,
    Prompt,
    SentenceEvent,
    TokenEvent,
    Turn,
)
from euaiqa.facts import facts_of
from euaiqa.pipeline import Pipeline, answerability
from euaiqa.pipeline.answerability import Likely
from fakes import ScriptedGenerator

Make = Callable[..., Pipeline]
QUESTION = "Combien de processeurs chaque centre recevra-t-il ?"


def model(*replies: str, **options: Any) -> ScriptedGenerator:
    """Says the replies, then nothing: when asked for a second answer or a gloss."""
    return ScriptedGenerator(*replies, **{"default": "", **options})


def answer(pipeline: Pipeline, question: str, **options: object) -> Answer:
    *_, last = pipeline.ask(question, **options)  # type: ignore[arg-type]
    assert isinstance(last, DoneEvent)
    return last.answer


def test_ask_answers_with_quotes(pipeline: Make) -> None:
    asked = pipeline(model("Chaque centre recevra 50 000 processeurs."))
    reply = answer(asked, QUESTION)
    assert reply.status == "answered"
    assert reply.language == "fr"
    assert reply.answer == "Chaque centre recevra 50 000 processeurs. [1]"
    (citation,) = reply.citations
    text = asked.documents[citation.document].text
    assert text[citation.start : citation.end] == citation.quote
    assert citation.url.startswith(f"/sources/{citation.document}?start={citation.start}&")
    assert reply.index_version == asked.index_version and reply.model == "scripted"


def test_ask_events_come_in_order(pipeline: Make) -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion mobilise 30 milliards d'euros."
    events = list(pipeline(model(draft)).ask(QUESTION))
    assert isinstance(events[0], PassagesEvent) and isinstance(events[-1], DoneEvent)
    assert "".join(e.text for e in events if isinstance(e, TokenEvent)) == draft
    proven = [e for e in events if isinstance(e, SentenceEvent)]
    assert [e.sentence for e in proven] == list(events[-1].answer.sentences)
    assert all({c.marker for c in e.citations} == set(e.sentence.citations) for e in proven)
    # the first sentence is proven while the second is still being written
    assert events.index(proven[0]) < max(
        i for i, e in enumerate(events) if isinstance(e, TokenEvent)
    )


def test_ask_invented_figure_never_reaches_the_reader(pipeline: Make) -> None:
    draft = "Chaque centre recevra 50 000 processeurs. Le plan Orion coûte 99 milliards d'euros."
    reply = answer(pipeline(model(draft)), QUESTION)
    assert "99" not in reply.answer
    assert len(reply.sentences) == 1


def test_ask_unproven_draft_becomes_a_quote_when_sure(pipeline: Make) -> None:
    generator = model("Chaque centre recevra 77 000 processeurs.", yes=0.99)
    reply = answer(pipeline(generator), QUESTION)
    assert [s.support for s in reply.sentences] == ["extractive"]
    assert "50 000" in reply.answer and "77" not in reply.answer


def test_ask_improbable_question_is_refused_without_writing(pipeline: Make) -> None:
    generator = model(yes=0.02)
    reply = answer(pipeline(generator), "Quel est le prix du pain à Lille ?")
    assert reply.status == "refused"
    assert reply.answer == prompts.REFUSAL["fr"]
    assert reply.citations == () and reply.sentences == ()
    assert reply.passages and not generator.prompts


def test_ask_far_question_does_not_wake_the_model(pipeline: Make) -> None:
    generator = model()
    reply = answer(pipeline(generator), "Zucchini basil parmesan?")
    assert reply.status == "refused" and not generator.probes


class Sentences(Likely):
    """Only what speaks of processors answers."""

    known = True

    def of(self, places: Iterable[int]) -> float:
        return max((self._said()[i] for i in places), default=0.0)

    def likeliest(self) -> int:
        said = self._said()
        return said.index(max(said))

    def best(self) -> float:
        return max(self._said())

    def _said(self) -> list[float]:
        return [0.9 if "processeurs" in each.text else 0.0001 for each in self.sentences]


@pytest.fixture
def sentences_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answerability, "Likely", Sentences)


BESIDE = "Le plan Orion mobilise 30 milliards d'euros."
TRUE = "Chaque centre recevra 50 000 processeurs."


@pytest.mark.usefixtures("sentences_known")
def test_ask_draft_is_written_at_once_and_without_the_sentence(pipeline: Make) -> None:
    generator = model(TRUE, yes=0.9)
    assert answer(pipeline(generator), QUESTION).answer == f"{TRUE} [1]"
    (prompt,) = generator.prompts
    assert TRUE not in prompt.question


@pytest.mark.usefixtures("sentences_known")
def test_ask_draft_beside_the_question_is_written_again_over_the_sentence(pipeline: Make) -> None:
    generator = model(BESIDE, TRUE, yes=0.9)
    events = list(pipeline(generator).ask(QUESTION))
    assert isinstance(events[-1], DoneEvent)
    reply = events[-1].answer
    assert reply.answer == f"{TRUE} [1]"
    assert [c.marker for c in reply.citations] == [1]
    first, second = generator.prompts
    assert TRUE not in first.question and TRUE in second.question
    drafts = "".join(e.text for e in events if isinstance(e, TokenEvent))
    assert drafts == f"{BESIDE}\n{TRUE}"
    told = [e.sentence.text for e in events if isinstance(e, SentenceEvent)]
    assert told == [TRUE]


@pytest.mark.usefixtures("sentences_known")
def test_ask_passage_that_hardly_answers_is_read_before_a_draft(pipeline: Make) -> None:
    generator = model(TRUE, yes=0.3)
    assert answer(pipeline(generator), QUESTION).answer == f"{TRUE} [1]"
    (prompt,) = generator.prompts
    assert TRUE in prompt.question


@pytest.mark.usefixtures("sentences_known")
def test_ask_draft_is_not_told_where_no_sentence_answers(pipeline: Make) -> None:
    cost = "The Vega programme cost 2.5 billion euros over four years."
    generator = model(cost, yes=lambda prompt: 0.5 if cost in prompt.passages[0] else 0.01)
    events = list(pipeline(generator).ask("How much did the Vega programme cost?"))
    assert any(isinstance(event, TokenEvent) for event in events)
    assert not any(isinstance(event, SentenceEvent) for event in events)
    assert isinstance(events[-1], DoneEvent)
    reply = events[-1].answer
    assert reply.status == "refused" and reply.citations == ()
    assert len(generator.prompts) == 1


def test_ask_language_can_be_set(pipeline: Make) -> None:
    generator = model("The first centre is in Lille.", yes=0.99)
    reply = answer(
        pipeline(generator), "Quelle ville accueillera le premier centre ?", language="en"
    )
    assert reply.language == "en" and reply.status == "answered"
    assert "English" in generator.prompts[0].suffix
    refused = answer(pipeline(model(yes=0.01)), QUESTION, language="en")
    assert refused.answer == prompts.REFUSAL["en"]


def test_ask_quotes_of_the_other_language_have_a_gloss(pipeline: Make) -> None:
    quote = "La région de Lille accueillera le premier centre."
    gloss = "The region of Lille will host the first centre."

    def says(prompt: Prompt) -> str:
        return gloss if not prompt.passages else quote

    asked = "Quelle région accueillera le premier centre ?"
    events = list(pipeline(model(default=says)).ask(asked, language="en"))
    assert isinstance(events[-1], DoneEvent)
    (citation,) = events[-1].answer.citations
    assert (citation.quote, citation.gloss) == (quote, gloss)
    told = [c for e in events if isinstance(e, SentenceEvent) for c in e.citations]
    assert told and all(c.gloss is None for c in told)
    french = answer(pipeline(model(default=says)), asked)
    assert [c.gloss for c in french.citations] == [None]


BREAD = "Quel est le prix du pain à Lille ?"
VEGA = "Qui dirige le programme Vega ?"


def test_ask_open_part_makes_the_answer_partial(pipeline: Make) -> None:
    def yes(prompt: Prompt) -> float:
        return 0.02 if "pain" in prompt.question else 0.95

    generator = model("Chaque centre recevra 50 000 processeurs.", yes=yes)
    events = list(pipeline(generator).ask(f"{QUESTION} {BREAD}"))
    assert isinstance(events[-1], DoneEvent)
    reply = events[-1].answer
    assert reply.status == "partial"
    assert reply.answer == (
        "Chaque centre recevra 50 000 processeurs. [1] " + prompts.not_covered(BREAD, "fr")
    )
    assert [s.text for s in reply.sentences] == ["Chaque centre recevra 50 000 processeurs."]
    assert len([e for e in events if isinstance(e, SentenceEvent)]) == 1


def test_ask_each_part_is_answered_from_its_own_passage(pipeline: Make) -> None:
    quotes = {
        "processeurs": "Chaque centre recevra 50 000 processeurs.",
        "Vega": "Anna Lindqvist dirige Vega.",
    }

    def says(prompt: Prompt) -> str:
        return next((said for word, said in quotes.items() if word in prompt.question), "")

    def yes(prompt: Prompt) -> float:
        (passage,) = prompt.passages
        return 0.97 if ("Vega" in prompt.question) == ("Vega" in passage) else 0.01

    generator = model(yes=yes, default=says)
    reply = answer(pipeline(generator), f"{QUESTION} {VEGA}")
    assert reply.status == "answered"
    assert [c.document for c in reply.citations] == ["plan.txt", "report.md"]
    assert [s.citations for s in reply.sentences] == [(1,), (2,)]
    drafts = [p for p in generator.prompts if p.passages]
    assert all(len(p.passages) == 1 for p in drafts)
    assert all(("Vega" in p.question) == ("Vega" in p.passages[0]) for p in drafts)


def test_ask_about_a_name_that_no_article_holds_is_refused_unread(pipeline: Make) -> None:
    generator = model("Le programme Zorvane est dirigé par Anna Lindqvist.")
    reply = answer(pipeline(generator), "Qui dirige le programme Zorvane ?")
    assert reply.status == "refused" and reply.passages
    assert not generator.probes and not generator.prompts


def test_ask_all_parts_open_is_a_refusal(pipeline: Make) -> None:
    reply = answer(pipeline(model(yes=0.02)), f"{QUESTION} {BREAD}")
    assert (reply.status, reply.answer) == ("refused", prompts.REFUSAL["fr"])


COSTS = "---\ntitle: Usine\ndate: {}\n---\n\nL'usine de Douai coûtera {} à la région.\n"


def test_ask_articles_that_differ_are_both_told(over: Callable[..., Pipeline]) -> None:
    def says(prompt: Prompt) -> str:
        return next(re.finditer(r"L'usine[^.]*\.", "".join(prompt.passages)))[0]

    articles = {
        "a.md": COSTS.format("2025-02-01", "2,3 milliards d'euros"),
        "b.md": COSTS.format("2025-03-09", "2,9 milliards d'euros"),
    }
    asked = over(articles, model(default=says))
    events = list(asked.ask("Combien coûtera l'usine de Douai ?"))
    assert isinstance(events[-1], DoneEvent)
    reply = events[-1].answer
    (disagreement,) = reply.disagreements
    assert {value.value for value in disagreement.values} == {
        "2,3 milliards d'euros",
        "2,9 milliards d'euros",
    }
    told = reply.sentences[-1]
    assert told.citations == (1, 2) and reply.answer.endswith(". [1][2]")
    assert "1er février 2025" in told.text and "9 mars 2025" in told.text
    assert {c.document for c in reply.citations} == {"a.md", "b.md"}
    sent = [e for e in events if isinstance(e, SentenceEvent)]
    assert sent[-1].sentence == told and [c.marker for c in sent[-1].citations] == [1, 2]


def test_ask_articles_of_one_witness_do_not_contradict_each_other(
    over: Callable[..., Pipeline],
) -> None:
    """The pipeline hands on what the index knows."""
    articles = {
        "a.md": COSTS.format("2025-02-01", "2,3 milliards d'euros"),
        "b.md": COSTS.format("2025-03-09", "2,9 milliards d'euros"),
    }
    first = over(articles, model())
    known = first._index.but(witnesses={"a.md": "a.md", "b.md": "a.md"})
    assert known.witness_of("b.md") == "a.md" and known.witness_of("c.md") == "c.md"
    generator = model("L'usine de Douai coûtera 2,3 milliards d'euros à la région.")
    reply = answer(Pipeline(known, first._encoder, generator), "Combien coûtera l'usine de Douai ?")
    assert reply.disagreements == () and len(reply.sentences) == 1
    assert len(generator.prompts) == 1


def test_ask_articles_that_agree_say_it_once(over: Callable[..., Pipeline]) -> None:
    articles = {
        "a.md": COSTS.format("2025-02-01", "2,3 milliards d'euros"),
        "b.md": COSTS.format("2025-03-09", "2,3 Md€"),
    }
    said = "L'usine de Douai coûtera 2,3 milliards d'euros à la région."
    reply = answer(over(articles, model(said)), "Combien coûtera l'usine de Douai ?")
    assert reply.disagreements == () and len(reply.sentences) == 1


@pytest.mark.parametrize(
    "remembered",
    [
        "Chaque centre recevra 70 000 processeurs.",
        "Chaque centre recevra 50 000 processeurs de Nvidia.",
        "Elon Musk a dit que chaque centre recevra 50 000 processeurs.",
        "Chaque centre recevra 50 000 processeurs le 9 mai 2031.",
    ],
)
def test_ask_history_is_no_evidence(pipeline: Make, remembered: str) -> None:
    history = [Turn("user", QUESTION), Turn("assistant", remembered)]
    generator = model(default=remembered, yes=0.999)
    reply = answer(pipeline(generator), QUESTION, history=history)
    # what was said before is not proven: the article is quoted in its place
    assert reply.answer == "«\u00a0Chaque centre recevra 50 000 processeurs.\u00a0» [1]"
    read = [*generator.prompts, *generator.probes]
    assert read and not any(remembered in "".join(prompt.passages) for prompt in read)


NUMBERS = st.one_of(
    st.integers(0, 10**12).map(str),
    st.decimals(0, 10**6, places=2, allow_nan=False).map(lambda n: str(n).replace(".", ",")),
    st.integers(0, 999).map(lambda n: f"{n} 000"),
    st.dates().map(lambda day: f"le {day.day} mai {day.year}"),
    st.dates().map(lambda day: f"on {day.day} May {day.year}"),
    st.sampled_from("trois|deux cents|two hundred|la moitié|un tiers|XXI".split("|")),
)
PIECES = st.sampled_from(
    "Chaque centre recevra|Le plan Orion mobilise|La Commission a annoncé le plan Orion|"
    "Each centre will receive|pour les centres de calcul|processeurs|d'euros|%|dollars|"
    "milliards d'euros|milliards de dollars|billion euros|selon Elon Musk|Elon Musk a dit que|"
    "[1]|«|»|“|”|.|. |, soit|\n|50 000|30".split("|")
)
HOSTILE = st.lists(st.one_of(PIECES, NUMBERS), min_size=1, max_size=16).map(" ".join)


def digits(text: str) -> set[str]:
    """The numbers of a text, whatever their scale and notation."""
    return {run.strip("0") for run in re.findall(r"\d+", text)} - {""}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=150,
    deadline=None,
)
@given(drafts=st.lists(HOSTILE, min_size=1, max_size=4), language=st.sampled_from(["fr", "en"]))
def test_ask_any_draft_says_only_what_its_quotes_hold(
    pipeline: Make, drafts: list[str], language: Language
) -> None:
    asked = pipeline(model(*drafts, default=drafts[-1]))
    reply = answer(asked, QUESTION, language=language)
    for sentence in reply.sentences:
        cited = [c for c in reply.citations if c.marker in sentence.citations]
        assert cited
        # a quote that stands for a sentence is in its article's language, and reads as that
        quoted = sentence.support == "extractive"
        said = facts_of(sentence.text, cited[0].language if quoted else language)
        assert not said.missing_from([facts_of(c.quote, c.language) for c in cited])
        assert digits(sentence.text) <= digits(" ".join(c.quote for c in cited))
    for citation in reply.citations:
        text = asked.documents[citation.document].text
        assert text[citation.start : citation.end] == citation.quote
        if citation.gloss is not None:
            assert digits(citation.gloss) <= digits(citation.quote)
    assert "Musk" not in reply.answer
    assert set(re.findall(r"\[(\d+)\]", reply.answer)) <= {str(c.marker) for c in reply.citations}


def test_ask_cancelled_ends_without_an_answer(pipeline: Make) -> None:
    generator = model("Chaque centre recevra 50 000 processeurs. " * 20)
    seen: list[object] = []
    for event in pipeline(generator).ask(QUESTION, cancelled=lambda: len(seen) > 4):
        seen.append(event)
    assert generator.stopped_early
    assert not any(isinstance(e, DoneEvent) for e in seen)


def test_ask_repeated_sentence_is_told_once(pipeline: Make) -> None:
    generator = model("Chaque centre recevra 50 000 processeurs. " * 3)
    assert len(answer(pipeline(generator), QUESTION).sentences) == 1


def test_ask_markers_of_the_model_are_not_ours(pipeline: Make) -> None:
    generator = model("Chaque centre recevra 50 000 processeurs [7].")
    reply = answer(pipeline(generator), QUESTION)
    assert "[7]" not in reply.answer and reply.answer.endswith("[1]")


def test_ask_short_follow_up_is_read_with_the_question_before(pipeline: Make) -> None:
    generator = model("Chaque centre recevra 50 000 processeurs.")
    history = [Turn("user", "Que recevra chaque centre Orion ?"), Turn("assistant", "Rien.")]
    reply = answer(pipeline(generator), "Combien de processeurs ?", history=history)
    assert reply.question == "Combien de processeurs ?"
    assert "Orion" in reply.standalone_question
    assert "Rien." not in "".join(generator.prompts[0].passages)


@pytest.mark.parametrize("query", ["Vega", "Orion"])
def test_search_finds_without_the_model(pipeline: Make, query: str) -> None:
    found = pipeline(model()).search(query, 3)
    assert query in found[0].passage.text
