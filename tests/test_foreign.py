"""Words of the other language in a sentence: found, and the closed classes put right."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from euaiqa.bilingual import foreign_words, replacements
from euaiqa.datamodels import Language
from euaiqa.facts import facts_of

MONTHS = {
    "janvier": "January", "février": "February", "mars": "March", "avril": "April", "mai": "May",
    "juin": "June", "juillet": "July", "août": "August", "septembre": "September",
    "octobre": "October", "novembre": "November", "décembre": "December",
}  # fmt: skip


def found(text: str, language: Language) -> list[str]:
    return [word.text for word in foreign_words(text, language)]


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The plan is worth 20 milliards of euros.", "en", ["milliards"]),
        ("The president a déclaré that it works.", "en", ["déclaré"]),
        ("It finances gigafactories of IA.", "en", ["IA"]),
        ("The UE will invest.", "en", ["UE"]),
        ("It began in février.", "en", ["février"]),
        ("Factories avec chips were built in Allemagne.", "en", ["avec", "Allemagne"]),
        ("It is the plan of l'entreprise.", "en", ["l", "entreprise"]),
        ("Le plan vaut 20 billion d'euros.", "fr", ["billion"]),
        ("La présidente announced le plan.", "fr", ["announced"]),
        ("Elle finance des gigafactories AI.", "fr", ["AI"]),
        ("Cela commence en February en Germany.", "fr", ["February", "Germany"]),
        ("Le budget which est connu.", "fr", ["which"]),
        ("La European Commission investit.", "fr", ["European", "Commission"]),
    ],
)
def test_foreign_words_left_over_are_found(text: str, language: Language, words: list[str]) -> None:
    assert found(text, language) == words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Les programmes Horizon Europe et Digital Europe financent InvestAI.", "fr"),
        ("Mistral AI participe au sommet AI Action.", "fr"),
        ("Les startups utilisent le cloud, l'open source et le machine learning.", "fr"),
        ("Un data center par gigafactory, avec du deep learning.", "fr"),
        ("Elle l'appelle « the biggest partnership in the world ».", "fr"),
        ("Le mois de mai, en mars et en juin 2025.", "fr"),
        ("He called it “le plus grand partenariat” in Le Monde.", "en"),
        ("Charles de Gaulle and Giscard d'Estaing were at L'Oréal vis-à-vis the Board.", "en"),
        ("The plan, the budget and the initiative don't change Macron's mind.", "en"),
        ("In May and in March 2025 it rose by 3.5 %.", "en"),
        ("", "en"),
    ],
)
def test_foreign_words_names_quotes_and_loans_are_left(text: str, language: Language) -> None:
    assert found(text, language) == []


def test_foreign_words_allowed_word_is_left() -> None:
    assert foreign_words("Le think tank which dit cela.", "fr", {"which", "think"}) == ()


@given(st.text(max_size=200), st.sampled_from(["fr", "en"]))
def test_foreign_words_offsets_are_of_the_text(text: str, language: Language) -> None:
    words = foreign_words(text, language)
    assert all(text[word.start : word.end] == word.text for word in words)
    assert list(words) == sorted(words, key=lambda word: word.start)


def test_foreign_words_long_text_takes_linear_time() -> None:
    foreign_words("warm up", "en")
    started = time.perf_counter()
    foreign_words("The de UE la l'IA milliards " * 2000, "en")
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("text", "language", "repaired"),
    [
        ("Of it, 20 milliards d'euros go there.", "en", "Of it, 20 billion euros go there."),
        ("France spends 109 Md€ on it.", "en", "France spends 109 billion euros on it."),
        ("L'UE will invest in IA.", "en", "The EU will invest in AI."),
        ("Factories of l'Union Européenne open.", "en", "Factories of the European Union open."),
        ("On 11 mars 2025 it began.", "en", "On 11 March 2025 it began."),
        ("It began on 1er août in Allemagne.", "en", "It began on 1 August in Germany."),
        ("The budget de l'UE is 500 milliards.", "en", "The budget of the EU is 500 billion."),
        ("It has 500 milliards de l'UE.", "en", "It has 500 billion of the EU."),
        ("They said “20 milliards d'euros”.", "en", "They said “20 milliards d'euros”."),
        ("Elle investit €20 billion ici.", "fr", "Elle investit 20 milliards d'euros ici."),
        ("Le February 11, 2025, the EU agit.", "fr", "Le 11 février 2025, l'UE agit."),
        ("The European Commission agit.", "fr", "La Commission européenne agit."),
        ("Il vaut 1.5 billion en Germany.", "fr", "Il vaut 1,5 milliard en Allemagne."),
        ("Elle dépense 1,500 billion euros.", "fr", "Elle dépense 1,500 billion euros."),
        (
            "Il chauffe 12,000 maisons, 1,234,567 en tout.",
            "fr",
            "Il chauffe 12\u202f000 maisons, 1\u202f234\u202f567 en tout.",
        ),
        ("Une part de 3,5 % sur 2,300.5 points.", "fr", "Une part de 3,5 % sur 2,300.5 points."),
        (
            "It warms 12 000 homes and 1 234 567 more.",
            "en",
            "It warms 12,000 homes and 1,234,567 more.",
        ),
        (
            "A share of 3,2 % in 2025, of 12,000 homes.",
            "en",
            "A share of 3.2 % in 2025, of 12,000 homes.",
        ),
    ],
)
def test_replacements_closed_classes_are_put_right(
    text: str, language: Language, repaired: str
) -> None:
    assert replacements(text, language) == repaired


AMOUNTS = st.decimals(min_value=1, max_value=999, places=1)
DAYS = st.tuples(st.integers(1, 28), st.sampled_from(sorted(MONTHS)), st.integers(1990, 2040))


@given(AMOUNTS, st.sampled_from(["euros", "dollars"]), DAYS)
def test_replacements_to_english_keeps_figures_and_dates(
    amount: object, currency: str, day: tuple[int, str, int]
) -> None:
    assume(day[1] != "mars")  # English facts take it for the planet until it is repaired
    date = f"{day[0]} {day[1]} {day[2]}"
    of = "d'" if currency == "euros" else "de "
    text = f"It costs {amount} milliards {of}{currency} in l'UE since {date}."
    repaired = replacements(text, "en")
    assert facts_of(repaired, "en") == facts_of(text, "en") != facts_of("", "en")
    assert "milliards" not in repaired
    assert MONTHS[day[1]] in repaired


@given(AMOUNTS, st.sampled_from(["€", "$", "£"]), DAYS, st.booleans())
def test_replacements_to_french_keeps_figures_and_dates(
    amount: object, sign: str, day: tuple[int, str, int], first: bool
) -> None:
    month = MONTHS[day[1]]
    date = f"{month} {day[0]}, {day[2]}" if first else f"{day[0]} {month} {day[2]}"
    text = f"Il coûte {sign}{amount} billion, {date}, dans the EU."
    repaired = replacements(text, "fr")
    assert facts_of(repaired, "fr") == facts_of(text, "en") != facts_of("", "en")
    assert "billion" not in repaired
    assert month not in repaired


PIECES = st.lists(
    st.sampled_from(
        "20 1,5 milliards millions de d'euros l'UE the EU Union européenne European Union IA AI "
        "février May mars 2025 Allemagne Germany États-Unis Md€ billion $ € 3 la of « » , .".split()
    ),
    max_size=12,
)


@given(PIECES, st.sampled_from(["fr", "en"]))
def test_replacements_twice_changes_nothing_more(words: list[str], language: Language) -> None:
    once = replacements(" ".join(words), language)
    assert replacements(once, language) == once


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("La Commission européenne investit 20 milliards d'euros le 11 février 2025.", "fr"),
        ("The European Commission invests €20 billion on 11 February 2025 in the UK.", "en"),
        ("Entre 20 et 30 millions d'euros, selon l'UE et les États-Unis.", "fr"),
    ],
)
def test_replacements_clean_sentence_is_unchanged(text: str, language: Language) -> None:
    assert replacements(text, language) == text
