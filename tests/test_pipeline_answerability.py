"""Probabilities from the model's state, and from its word where there is no head."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from euaiqa import models, settings
from euaiqa.datamodels import Prompt
from euaiqa.encoder import Vectors
from euaiqa.generator import LlamaGenerator, never
from euaiqa.pipeline import answerability
from euaiqa.pipeline.answerability import Head, answering, answers, head_of
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


def test_answering_reads_every_sentence_with_those_before(monkeypatch: pytest.MonkeyPatch) -> None:
    head = Head(3, np.array([1.0, 0.0], dtype=np.float32), 0.0)
    monkeypatch.setattr(
        answerability, "head_of", lambda name, of="passages": head if of == "sentences" else None
    )
    passage = passage_of("Un.", "Deux.")
    passage = dataclasses.replace(passage, before=passage_of("Zéro.").sentences)
    likely = Stating((-1, 0), (-2, 0), (2, 0))
    found = answering("Combien ?", passage, (0.1, 0.9, 0.8), likely, never)
    assert found == pytest.approx([1 / (1 + np.exp(-z)) for z in (2, -1, -2)])
    assert len(likely.read) == 3


def test_answering_stops_at_the_nearest_sentences_where_one_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    head = Head(3, np.array([1.0, 0.0], dtype=np.float32), 0.0)
    monkeypatch.setattr(answerability, "head_of", lambda name, of="passages": head)
    passage = passage_of(*(f"{number}." for number in range(5)))
    likely = Stating((-1, 0), (2, 0))
    found = answering("Combien ?", passage, (0.1, 0.9, 0.1, 0.8, 0.1), likely, never)
    assert [round(one, 2) for one in found] == [0, 0.27, 0, 0.88, 0]
    assert len(likely.read) == 2


def test_answering_without_a_head_tells_nothing() -> None:
    assert answering("Combien ?", passage_of("Un."), [0.9], ScriptedGenerator(), never) == []


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
def test_answering_of_the_real_model_finds_the_sentence() -> None:
    generator = LlamaGenerator(models.locate_language_model(settings.load()))
    found = [answering(question, TRAMWAY, [0.9] * 3, generator, never) for question in HELD]
    assert [int(np.argmax(likely)) for likely in found] == [0, 1, 2]
