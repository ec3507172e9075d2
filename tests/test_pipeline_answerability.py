"""Probabilities from the model's state, and from its word where there is no head."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from euaiqa import models, settings
from euaiqa.datamodels import Passage, Prompt
from euaiqa.encoder import Vectors
from euaiqa.generator import LlamaGenerator, never
from euaiqa.pipeline import answerability
from euaiqa.pipeline.answerability import (
    UNKNOWN,
    Answerability,
    Head,
    Likely,
    answers,
    head_of,
)
from fakes import ScriptedGenerator, passage_of

DEFAULT = "qwen2.5-coder-1.5b-instruct-q4_k_m"
ASKED = ("Combien ?", [passage_of("Cela coûte 3 euros.")] * 3)


class Stating(ScriptedGenerator):
    """Gives scripted states, of two numbers each."""

    def __init__(self, *states: tuple[float, float]) -> None:
        super().__init__(yes=0.25)
        self.stated = list(states)
        self.read: list[Prompt] = []

    def states(
        self, prompts: Sequence[Prompt], layer: int, cancelled: Callable[[], bool] = never
    ) -> Vectors:
        self.read += prompts
        given, self.stated = self.stated[: len(prompts)], self.stated[len(prompts) :]
        return np.array(given, dtype=np.float32)


def test_answers_without_a_head_are_the_models_word() -> None:
    assert head_of("scripted") is None
    assert answers(*ASKED, ScriptedGenerator(yes=0.25), never) == [0.25] * 3


def test_answers_with_a_head_are_its_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(3, np.array([1.0, -2.0], dtype=np.float32), 0.5)
    monkeypatch.setattr(answerability, "head_of", lambda name, of="passages": head)
    found = answers(*ASKED, Stating((0, 0), (1, 0), (0, 1)), never)
    assert found == pytest.approx([1 / (1 + np.exp(-z)) for z in (0.5, 1.5, -1.5)])


def test_answers_cut_short_are_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(3, np.ones(2, dtype=np.float32), 0.0)
    monkeypatch.setattr(answerability, "head_of", lambda name, of="passages": head)
    assert answers(*ASKED, Stating((0, 0)), lambda: True) == [0.5, 0.0, 0.0]
    assert answers(*ASKED, Stating(), lambda: True) == [0.0] * 3


def test_answerability_reads_each_passage_and_sentence_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answerability, "head_of", lambda name, of="passages": HEAD)
    one, other = passage_of("Cela coûte 3 euros."), passage_of("Cela coûte 4 euros.")
    generator = Stating((1, 0), (2, 0), (3, 0), (4, 0))
    known = Answerability("Combien ?", lambda passage: [1.0], generator, never)
    assert known.passages([one]) == pytest.approx([1 / (1 + np.exp(-1))])
    assert known.passages([other, one]) == pytest.approx([1 / (1 + np.exp(-z)) for z in (2, 1)])
    assert known.sentences(one).best() == known.sentences(one).best()
    assert known.sentences(other).best() > known.sentences(one).best()
    assert len(generator.read) == 4


HEAD = Head(3, np.array([1.0, 0.0], dtype=np.float32), 0.0)


def share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


@pytest.fixture
def sentences_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        answerability, "head_of", lambda name, of="passages": HEAD if of == "sentences" else None
    )


def likely_of(passage: Passage, near: Sequence[float], generator: ScriptedGenerator) -> Likely:
    return Likely("Combien ?", passage, lambda: near, generator, never)


@pytest.mark.usefixtures("sentences_known")
def test_likeliest_reads_every_sentence_with_those_before() -> None:
    passage = passage_of("Un.", "Deux.")
    passage = dataclasses.replace(passage, before=passage_of("Zéro.").sentences)
    generator = Stating((-1, 0), (-2, 0), (2, 0))
    likely = likely_of(passage, (0.1, 0.9, 0.8), generator)
    assert not generator.read  # nothing before it is asked for
    assert likely.likeliest() == 0
    assert likely.best() == pytest.approx(share(2))
    assert likely.log_odds() == pytest.approx([2, -1, -2], rel=1e-3)
    assert len(generator.read) == 3


@pytest.mark.usefixtures("sentences_known")
def test_likeliest_stops_at_the_nearest_sentences_where_one_answers() -> None:
    passage = passage_of(*(f"{number}." for number in range(5)))
    generator = Stating((-1, 0), (2, 0))
    likely = likely_of(passage, (0.1, 0.9, 0.1, 0.8, 0.1), generator)
    assert likely.likeliest() == 3
    odds = likely.log_odds()
    assert odds[[1, 3]] == pytest.approx([-1, 2], rel=1e-3)
    assert max(odds[[0, 2, 4]]) < -10  # not read
    assert len(generator.read) == 2


@pytest.mark.usefixtures("sentences_known")
def test_of_reads_the_named_sentences_alone_and_once() -> None:
    generator = Stating((-1, 0), (1, 0), (-3, 0))
    likely = likely_of(passage_of("Un.", "Deux.", "Trois."), (0.9, 0.8, 0.7), generator)
    assert likely.of([2]) == pytest.approx(share(-1))
    assert likely.of([2, 1]) == pytest.approx(share(1))
    assert len(generator.read) == 2
    assert likely.of([]) == 0
    assert likely.likeliest() == 1
    assert len(generator.read) == 3


def test_likely_without_a_head_tells_nothing() -> None:
    likely = likely_of(passage_of("Un."), [0.9], ScriptedGenerator())
    assert not likely.known
    assert likely.of([0]) == likely.best() == UNKNOWN
    assert likely.log_odds().tolist() == [0]


@pytest.mark.parametrize("of", ["passages", "sentences"])
def test_head_of_the_default_model_fits_it(of: str) -> None:
    head = head_of(DEFAULT, of)
    assert head is not None and 0 < head.layer < 28
    assert head.weights.shape == (1536,) and np.isfinite(head.weights).all()


TRAMWAY = passage_of(
    "Le tramway de Varel coûtera 310 millions d'euros.",
    "Les travaux commenceront en mars 2027 et dureront trois ans.",
    "La région en paiera la moitié.",
)
HELD = ("Combien coûtera le tramway de Varel ?", "When will the works begin?", "Who pays half?")
NEAR = (
    "Combien de voyageurs prendront le tramway de Varel ?",
    "Which company will build the tramway?",
    "Why was the tramway cancelled?",
)


@pytest.mark.model
def test_answers_of_the_real_model_tell_near_misses_apart() -> None:
    generator = LlamaGenerator(models.locate_language_model(settings.load()))
    held = [answers(question, [TRAMWAY], generator, never)[0] for question in HELD]
    near = [answers(question, [TRAMWAY], generator, never)[0] for question in NEAR]
    assert min(held) > 0.5 > max(near)


@pytest.mark.model
def test_likeliest_of_the_real_model_is_the_sentence_that_answers() -> None:
    generator = LlamaGenerator(models.locate_language_model(settings.load()))
    found = [Likely(asked, TRAMWAY, lambda: [0.9] * 3, generator, never) for asked in HELD]
    assert [likely.likeliest() for likely in found] == [0, 1, 2]
