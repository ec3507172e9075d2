"""Names across French and English: which a sentence says, and which a source holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.bilingual import coined, held_in, missing, names_in
from euaiqa.datamodels import Language

PERSONS = ["Emmanuel Macron", "Olaf Scholz", "Ursula von der Leyen", "Henna Virkkunen", "Elon Musk"]
FIRMS = ["Nvidia", "DeepSeek", "InvestAI", "Bpifrance", "Airbus", "Stargate", "ASML", "ChatGPT"]
PLACES = {
    "Allemagne": "Germany", "Italie": "Italy", "Espagne": "Spain", "Bruxelles": "Brussels",
    "Londres": "London", "Varsovie": "Warsaw", "Pékin": "Beijing", "OTAN": "NATO", "BEI": "EIB",
    "Afrique du Sud": "South Africa", "Pologne": "Poland", "Japon": "Japan", "Gand": "Ghent",
    "Saragosse": "Zaragoza", "La Haye": "The Hague", "Aix-la-Chapelle": "Aachen", "Rhin": "Rhine",
}  # fmt: skip


def unheld(sentence: str, language: Language, *sources: str) -> list[str]:
    names = names_in(sentence, language)
    return [name.text for name in missing(names, [held_in(source) for source in sources])]


@pytest.mark.parametrize(
    ("sentence", "language", "source"),
    [
        ("La Commission européenne investit.", "fr", "the European Commission invests"),
        ("The EU and the US agree.", "en", "l'Union européenne et les États-Unis"),
        ("The U.S. leads.", "en", "Les USA mènent."),
        ("Les géants américains investissent.", "fr", "The United States invests."),
        ("The French president spoke.", "en", "Le président de la France a parlé."),
        ("It lends through the EIB.", "en", "la Banque européenne d'investissement prête"),
        ("He spoke at the Paris Summit.", "en", "Le sommet de Paris a eu lieu."),
        ("Member States apply Article 5 of the Regulation.", "en", "Les États l'appliquent."),
        ("The Artificial Intelligence Act applies.", "en", "Le règlement s'applique."),
        ("Macron's plan was shown.", "en", "Le plan d'Emmanuel Macron est connu."),
        ("Ursula von der Leyen l'a dit.", "fr", "Von der Leyen said so."),
        ("It was von der Leyen.", "en", "Ursula von der Leyen l'a dit."),
        ("Le budget d'InvestAI est connu.", "fr", "The budget of Invest AI is known."),
        ("Volodymyr Zelenskyy came.", "en", "M. Zelensky est venu."),
        ("Article 114 of the TFEU applies.", "en", "L'article 114 du TFUE s'applique."),
        ("Planes follow rules of the EASA.", "en", "Les règles de l'AESA."),
        ("Models of GPAI are covered.", "en", "general purpose AI models are covered"),
        ("On Monday 10 February it began.", "en", "Cela a commencé."),
        ("Le Président et la Ministre sont venus.", "fr", "They came."),
        ("On 9 June the AI Office opened.", "en", "Le Bureau de l'IA a ouvert."),
    ],
)
def test_missing_name_in_another_form_is_held(
    sentence: str, language: Language, source: str
) -> None:
    assert unheld(sentence, language, source) == []


@pytest.mark.parametrize(
    ("sentence", "language", "source", "name"),
    [
        ("Macron announced InvestAI.", "en", "Von der Leyen a annoncé InvestAI.", "Macron"),
        ("Macron a annoncé le plan.", "fr", "She announced the plan.", "Macron"),
        ("Les géants chinois investissent.", "fr", "American giants invest.", "chinois"),
        ("L'Allemagne investit.", "fr", "France invests.", "Allemagne"),
        ("Google pays for it.", "en", "Microsoft pays for it.", "Google"),
        ("Emmanuel Macron spoke.", "en", "Emmanuel Faber a parlé.", "Emmanuel Macron"),
        ("The ECB pays.", "en", "La BEI paie.", "ECB"),
        ("It uses GPT-4.", "en", "Il utilise GPT-3.", "GPT-4"),
    ],
)
def test_missing_name_that_no_source_says_is_told(
    sentence: str, language: Language, source: str, name: str
) -> None:
    assert unheld(sentence, language, source) == [name]


def test_missing_two_sources_hold_one_name_each() -> None:
    sentence = "Macron and Scholz met."
    assert unheld(sentence, "en", "Macron est là.", "Scholz aussi.") == []
    assert unheld(sentence, "en", "Macron est là.") == ["Scholz"]


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Selon le texte, rien ne change.", "fr"),
        ("Conformément au règlement, rien ne change.", "fr"),
        ("However, nothing changes.", "en"),
        ("Chips are scarce.", "en"),
        ("The summit: Nothing changed.", "en"),
        ("", "fr"),
        ("… ? 12 %", "en"),
    ],
)
def test_names_in_sentence_without_names_is_empty(sentence: str, language: Language) -> None:
    assert names_in(sentence, language) == ()


@given(st.sampled_from(PERSONS + FIRMS), st.sampled_from(PERSONS + FIRMS))
def test_missing_person_or_firm_is_held_only_where_it_stands(said: str, held: str) -> None:
    told = unheld(f"Selon eux, c'est {said} qui paie.", "fr", f"It is {held} that pays.")
    assert bool(told) == (said != held)


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(sorted(PLACES)))
def test_missing_place_is_held_by_its_other_form_only(said: str, held: str) -> None:
    french, english = f"Cela vient de {said} aussi.", f"It comes from {PLACES[held]} too."
    assert bool(unheld(french, "fr", english)) == (said != held)
    assert bool(unheld(english, "en", french)) == (said != held)


@given(st.text(max_size=200), st.sampled_from(["fr", "en"]))
def test_missing_text_holds_its_own_names(text: str, language: Language) -> None:
    assert unheld(text, language, text) == []


@pytest.mark.parametrize(
    ("sentence", "language", "invented"),
    [
        ("Quel est le budget d’InvestAI ?", "fr", True),
        ("Who leads Zorvane?", "en", True),
        ("How many jobs would the Zaragoza site bring?", "en", False),  # Saragosse
        ("Que dit Pékin ?", "fr", False),  # Beijing
        ("Combien donne l'UE ?", "fr", False),  # EU
    ],
)
def test_coined_name_is_one_that_no_language_spells_otherwise(
    sentence: str, language: Language, invented: bool
) -> None:
    (name,) = names_in(sentence, language)
    assert coined(name) is invented


def test_names_in_question_word_is_no_name() -> None:
    assert [n.text for n in names_in("Comment refroidit-on Patras ?", "fr")] == ["Patras"]
