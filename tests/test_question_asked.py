"""What a question asks for, by its question word and the noun beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Language
from euaiqa.pipeline.question import Kind, asks_for


@pytest.mark.parametrize(
    ("question", "language", "kind"),
    [
        ("Combien de sites seront construits ?", "fr", "figure"),
        ("Quel est le budget du programme ?", "fr", "figure"),
        ("Quelle part revient aux PME ?", "fr", "figure"),
        ("Quand le fonds ouvrira-t-il ?", "fr", "date"),
        ("À quelle date le vote aura-t-il lieu ?", "fr", "date"),
        ("Qui a annoncé le plan ?", "fr", "who"),
        ("Dans quelle ville le centre est-il installé ?", "fr", "name"),
        ("Où se trouve le siège ?", "fr", "name"),
        ("Pourquoi le projet a-t-il pris du retard ?", "fr", "reason"),
        ("Le fonds peut-il prêter aux banques ?", "fr", "yesno"),
        ("Est-ce que le fonds prête aux banques ?", "fr", "yesno"),
        ("Qu'est-ce qu'un bac à sable ?", "fr", "any"),
        ("Que demande la rapporteure ?", "fr", "any"),
        ("Que se passe-t-il quand un site ferme ?", "fr", "any"),
        ("Que prévoit le texte au cas où un site ferme ?", "fr", "any"),
        ("Quelle est la date de l'ouverture ?", "fr", "date"),
        ("Depuis quand le réseau existe-t-il ?", "fr", "date"),
        ("What happens when a provider breaks the rules?", "en", "any"),
        ("What is the new deadline?", "en", "date"),
        ("How many sites will be built?", "en", "figure"),
        ("What is the total budget of the plan?", "en", "figure"),
        ("By what date must they reply?", "en", "date"),
        ("When does the fund open?", "en", "date"),
        ("Who announced the plan?", "en", "who"),
        ("Which European cities are candidates?", "en", "name"),
        ("Why is the project late?", "en", "reason"),
        ("Can the fund lend to banks?", "en", "yesno"),
        ("What did the minister say?", "en", "any"),
    ],
)
def test_asks_for_question_gives_its_kind(question: str, language: Language, kind: Kind) -> None:
    assert asks_for(question, language) == kind


@given(st.text(max_size=300), st.sampled_from(["fr", "en"]))
def test_asks_for_any_text_gives_a_kind(text: str, language: Language) -> None:
    assert asks_for(text, language) in {"figure", "date", "name", "reason", "yesno", "any"}
