"""Glosses: translations of quotes that a reader may trust, and none else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Citation, Language
from euaiqa.facts import facts_of
from euaiqa.generator import never
from euaiqa.pipeline import glossing
from euaiqa.pipeline.glossing import Glosses
from fakes import ScriptedGenerator

QUOTE = "La facture s'élève à 30 milliards d'euros depuis le 3 mars 2025."
GLOSS = "The bill has come to 30 billion euros since 3 March 2025."


def citation(quote: str = QUOTE, language: Language = "fr", marker: int = 1) -> Citation:
    return Citation(marker, "a.txt", "Titre", None, language, quote, 0, len(quote), "/sources/a")


def gloss(*drafts: str, of: Citation | None = None, language: Language = "en") -> str | None:
    return Glosses(ScriptedGenerator(*drafts)).of(of or citation(), language, never)


def test_of_quote_in_the_other_language_is_translated() -> None:
    generator = ScriptedGenerator(GLOSS)
    assert Glosses(generator).of(citation(), "en", never) == GLOSS
    (prompt,) = generator.prompts
    assert QUOTE in prompt.question and not prompt.passages and "English" in prompt.suffix


def test_of_quote_in_the_readers_language_asks_nothing() -> None:
    assert gloss(language="fr") is None


def test_of_long_quote_asks_nothing() -> None:
    assert gloss(of=citation("Mot. " * (glossing.MAX_CHARS // 5 + 1))) is None


@pytest.mark.parametrize(
    "draft",
    [
        GLOSS.replace("30", "31"),
        GLOSS.replace("billion", "million"),
        GLOSS.replace("euros", "dollars"),
        GLOSS.replace("3 March", "4 March"),
        "The bill has come to 30 billion euros.",  # the date is gone
        GLOSS + " That is 12% more.",
        "La facture s'élève à 30 milliards d'euros depuis le 3 mars 2025.",
        "",
    ],
)
def test_of_translation_that_is_not_faithful_is_not_shown(draft: str) -> None:
    assert gloss(draft) is None


def test_of_translation_that_adds_a_currency_is_not_shown() -> None:
    bare = citation("La facture s'élève à 30 milliards depuis le 3 mars 2025.")
    assert gloss(GLOSS, of=bare) is None
    assert gloss(GLOSS.replace(" euros", ""), of=bare) == GLOSS.replace(" euros", "")


def test_of_words_of_closed_classes_are_put_right() -> None:
    assert gloss(GLOSS.replace("billion euros", "milliards d'euros")) == GLOSS


def test_of_same_quote_is_translated_once() -> None:
    generator = ScriptedGenerator(GLOSS)
    glosses = Glosses(generator)
    for marker in (1, 2):
        assert glosses.of(citation(marker=marker), "en", never) == GLOSS
    assert len(generator.prompts) == 1


def test_of_refused_translation_is_not_asked_for_again() -> None:
    generator = ScriptedGenerator("")
    glosses = Glosses(generator)
    assert [glosses.of(citation(), "en", never) for _ in range(2)] == [None, None]
    assert len(generator.prompts) == 1


def test_of_cancelled_translation_is_not_kept() -> None:
    generator = ScriptedGenerator(GLOSS, GLOSS)
    glosses = Glosses(generator)
    assert glosses.of(citation(), "en", lambda: True) is None
    assert glosses.of(citation(), "en", never) == GLOSS


def test_of_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glossing, "KEPT", 2)
    generator = ScriptedGenerator(default="It costs much.")
    glosses = Glosses(generator)
    quotes = ["Cela coûte cher.", "Le prix est élevé.", "Le coût est grand."]
    for quote in (*quotes, quotes[2], quotes[0]):
        assert glosses.of(citation(quote), "en", never) == "It costs much."
    assert len(generator.prompts) == 4


@given(st.text(max_size=120), st.integers(0, 10**10), st.sampled_from(["euros", "%", "dollars"]))
def test_of_any_translation_says_the_quotes_figures(text: str, number: int, unit: str) -> None:
    shown = gloss(f"{text} {number} {unit} since 3 March 2025.")
    if shown is not None:
        said, told = facts_of(shown, "en"), facts_of(QUOTE, "fr")
        assert not said.missing_from([told]) and not told.missing_from([said])
