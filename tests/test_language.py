from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Language
from euaiqa.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who funds it?", "en"),
        ("Combien ?", "fr"),
        ("What is InvestAI?", "en"),
        ("C'est quoi InvestAI ?", "fr"),
        ("C’est quoi the AI Act ?", "fr"),
        ("What does « l'IA digne de confiance » mean?", "en"),
        ("budget gigafactories", "en"),
        ("montant total", "fr"),
        ("total amount", "en"),
        ("Qui est Walter Rodney ?", "fr"),
        ("Et Stargate ?", "fr"),
        ("And Stargate?", "en"),
        ("QUI FINANCE LE PROJET ?", "fr"),
        ("WHO FUNDS THE PROJECT?", "en"),
        ("Pourquoi pas ?", "fr"),
        ("Why not?", "en"),
        ("It's 5%, isn't it?", "en"),
        ("CE marking", "en"),
        ("quelle est la proportion de population immigree", "fr"),
    ],
)
def test_detect_short_question_is_right(text: str, language: Language) -> None:
    other: Language = "fr" if language == "en" else "en"
    assert detect(text, default=other) == language


@pytest.mark.parametrize("text", ["", " ", "123", "100 000 €", "?!", "🔥", "InvestAI ?"])
@pytest.mark.parametrize("default", ["fr", "en"])
def test_detect_no_evidence_gives_the_default(text: str, default: Language) -> None:
    assert detect(text, default=default) == default


def test_detect_article_with_quotations_is_of_its_own_language() -> None:
    french = "La présidente a annoncé « The AI Act is here to stay » devant les députés européens."
    assert detect(french * 50) == "fr"


@given(st.text())
def test_detect_any_text_gives_a_language(text: str) -> None:
    assert detect(text) in ("fr", "en")


def test_import_loads_no_model() -> None:
    code = "import sys, euaiqa.language; sys.exit('lingua' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
