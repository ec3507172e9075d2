from __future__ import annotations

from collections.abc import Callable

import pytest

from euaiqa import prompts
from euaiqa.datamodels import (
    Answer,
    DoneEvent,
    PassagesEvent,
    SentenceEvent,
    TokenEvent,
    Turn,
)
from euaiqa.pipeline import Pipeline
from fakes import ScriptedGenerator

Make = Callable[..., Pipeline]
QUESTION = "Combien de processeurs chaque centre recevra-t-il ?"


def answer(pipeline: Pipeline, question: str, **options: object) -> Answer:
    *_, last = pipeline.ask(question, **options)  # type: ignore[arg-type]
    assert isinstance(last, DoneEvent)
    return last.answer


def test_ask_answers_with_quotes(pipeline: Make) -> None:
    asked = pipeline(ScriptedGenerator("Chaque centre recevra 50 000 processeurs."))
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
    events = list(pipeline(ScriptedGenerator(draft)).ask(QUESTION))
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
    reply = answer(pipeline(ScriptedGenerator(draft)), QUESTION)
    assert "99" not in reply.answer
    assert len(reply.sentences) == 1


def test_ask_unproven_draft_becomes_a_quote_when_sure(pipeline: Make) -> None:
    generator = ScriptedGenerator("Chaque centre recevra 77 000 processeurs.", yes=0.99)
    reply = answer(pipeline(generator), QUESTION)
    assert [s.support for s in reply.sentences] == ["extractive"]
    assert "50 000" in reply.answer and "77" not in reply.answer


def test_ask_improbable_question_is_refused_without_writing(pipeline: Make) -> None:
    generator = ScriptedGenerator(yes=0.02)
    reply = answer(pipeline(generator), "Quel est le prix du pain à Lille ?")
    assert reply.status == "refused"
    assert reply.answer == prompts.REFUSAL["fr"]
    assert reply.citations == () and reply.sentences == ()
    assert reply.passages and not generator.prompts


def test_ask_far_question_does_not_wake_the_model(pipeline: Make) -> None:
    generator = ScriptedGenerator()
    reply = answer(pipeline(generator), "Zucchini basil parmesan?")
    assert reply.status == "refused" and not generator.probes


def test_ask_language_can_be_set(pipeline: Make) -> None:
    generator = ScriptedGenerator("Each centre recevra 50 000 processeurs.")
    reply = answer(pipeline(generator), QUESTION, language="en")
    assert reply.language == "en"
    assert "English" in generator.prompts[0].suffix


def test_ask_cancelled_ends_without_an_answer(pipeline: Make) -> None:
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs. " * 20)
    seen: list[object] = []
    for event in pipeline(generator).ask(QUESTION, cancelled=lambda: len(seen) > 4):
        seen.append(event)
    assert generator.stopped_early
    assert not any(isinstance(e, DoneEvent) for e in seen)


def test_ask_repeated_sentence_is_told_once(pipeline: Make) -> None:
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs. " * 3)
    assert len(answer(pipeline(generator), QUESTION).sentences) == 1


def test_ask_markers_of_the_model_are_not_ours(pipeline: Make) -> None:
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs [7].")
    reply = answer(pipeline(generator), QUESTION)
    assert "[7]" not in reply.answer and reply.answer.endswith("[1]")


def test_ask_short_follow_up_is_read_with_the_question_before(pipeline: Make) -> None:
    generator = ScriptedGenerator("Chaque centre recevra 50 000 processeurs.")
    history = [Turn("user", "Que recevra chaque centre Orion ?"), Turn("assistant", "Rien.")]
    reply = answer(pipeline(generator), "Combien de processeurs ?", history=history)
    assert reply.question == "Combien de processeurs ?"
    assert "Orion" in reply.standalone_question
    assert "Rien." not in "".join(generator.prompts[0].passages)


@pytest.mark.parametrize("query", ["Vega", "Orion"])
def test_search_finds_without_the_model(pipeline: Make, query: str) -> None:
    found = pipeline(ScriptedGenerator()).search(query, 3)
    assert query in found[0].passage.text
