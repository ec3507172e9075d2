"""The real models on our own questions over the two seeds, against a committed floor.

The floor of correct answers lies below what was measured (docs/quality.md): with twenty questions
a language, one that is read otherwise is five points. The blind test half takes a quarter of an
hour and is asked by `make eval`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.console import Console

from euaiqa import pipeline as pipelines
from euaiqa import prompts
from euaiqa import settings as settings_module
from euaiqa.datamodels import Answer, DoneEvent
from euaiqa.evaluate import Result, evaluate, read_questions, summary
from euaiqa.language import detect
from euaiqa.pipeline import Pipeline

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parent.parent
FLOOR_CORRECT = 0.60
FLOOR_REFUSED = 5 / 6


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    given = {
        "seeds": ROOT / "seeds",
        "index": tmp_path_factory.mktemp("index"),
        "cells_disk": 0,
    }
    settings = settings_module.load().model_copy(update=given)
    pipelines.prepare(settings, Console(quiet=True))
    return pipelines.open_pipeline(settings)


@pytest.fixture(scope="module")
def results(real: Pipeline) -> list[Result]:
    questions = read_questions(ROOT / "tests/data/questions_seeds.jsonl")
    questions = [question for question in questions if not question.id.startswith("t-")]
    found = evaluate(real, questions, lambda _result: None)
    for label, value in summary(found):
        print(f"{label:32} {value}")
    return found


def share(rows: list[Result]) -> float:
    return sum(r.correct for r in rows) / len(rows)


def wrong(rows: list[Result]) -> list[tuple[str, str]]:
    return [(r.question.id, r.answer.answer) for r in rows if not r.correct]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_answers_are_correct_in_each_language(results: list[Result], language: str) -> None:
    rows = [r for r in results if r.question.answerable and r.question.language == language]
    assert len(rows) >= 10
    assert share(rows) >= FLOOR_CORRECT, wrong(rows)


def test_unanswerable_questions_are_refused(results: list[Result]) -> None:
    rows = [r for r in results if not r.question.answerable]
    assert len(rows) >= 6
    assert share(rows) >= FLOOR_REFUSED, wrong(rows)


def test_every_sentence_is_cited_with_exact_quotes(results: list[Result]) -> None:
    for result in results:
        assert result.cited and result.exact, result.question.id
        markers = [c.marker for c in result.answer.citations]
        assert markers == list(range(1, len(markers) + 1))


def test_answers_are_in_the_language_of_the_question(results: list[Result]) -> None:
    for result in results:
        assert result.answer.language == result.question.language, result.question.id
        written = [s.text for s in result.answer.sentences if s.support == "supported"]
        if written:
            said = detect(" ".join(written), default=result.question.language)
            assert said == result.question.language, (result.question.id, written)


def test_what_the_seeds_disagree_on_is_told(real: Pipeline) -> None:
    """In one language at least: the sentence of the other article is near the threshold in French.

    Where cells lie in the context changes what llama.cpp computes in half precision: 0.199 to
    0.244 were seen for that sentence, of `comparing.SENTENCE` = 0.2.
    """
    told = 0
    for question in (
        "How much will France invest in AI?",
        "Combien la France va-t-elle investir dans l'IA ?",
    ):
        *_, last = real.ask(question)
        assert isinstance(last, DoneEvent)
        for disagreement in last.answer.disagreements:
            values = {re.sub(r"\D", "", each.value): each.citation for each in disagreement.values}
            assert values.keys() == {"109", "112"}
            cited = {c.marker: c.document for c in last.answer.citations}
            assert len({cited[marker] for marker in values.values()}) == 2
            told += 1
    assert told


def test_a_deleted_line_of_the_prompt_makes_the_suite_worse(
    real: Pipeline, results: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the line that gives the model its turn, it answers as it was not tried to."""
    right = [r.question for r in results if r.correct and r.question.answerable][::2]
    monkeypatch.setattr(prompts, "_TURN", "")
    worse = evaluate(real, right, lambda _result: None)
    assert share(worse) < 0.9, [r.answer.answer for r in worse]


def test_the_same_question_gives_the_same_answer(real: Pipeline) -> None:
    """Cells kept from earlier questions must not change what is written."""

    def ask(question: str) -> Answer:
        *_, last = real.ask(question)
        assert isinstance(last, DoneEvent)
        return last.answer

    first = ask("Qui a annoncé InvestAI ?")
    ask("How will the gigafactories be financed?")
    assert ask("Qui a annoncé InvestAI ?").sentences == first.sentences
