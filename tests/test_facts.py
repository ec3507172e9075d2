from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from euaiqa.datamodels import Language
from euaiqa.facts import Date, Facts, Figure, facts_of, masked


def figures(text: str, language: Language) -> set[tuple[int | float, str]]:
    return {
        (int(f.value) if f.value == int(f.value) else float(f.value), f.unit)
        for f in facts_of(text, language).figures
    }


BILLION = 1_000_000_000


@pytest.mark.parametrize(
    ("french", "english", "expected"),
    [
        ("20 milliards d'euros", "€20 billion", (20 * BILLION, "EUR")),
        ("20 milliards d’euros", "20 billion euros", (20 * BILLION, "EUR")),
        ("20 Md€", "€20bn", (20 * BILLION, "EUR")),
        ("112 milliards de dollars", "$112 billion", (112 * BILLION, "USD")),
        ("1 200 euros", "1,200 euros", (1200, "EUR")),
        ("1\u202f200,50 €", "€1,200.50", (1200.5, "EUR")),
        ("2,5 %", "2.5%", (2.5, "%")),
        ("100 000 puces", "100,000 chips", (100_000, "")),
        ("sept usines", "seven factories", (7, "")),
        ("quatre-vingt-dix-sept", "ninety-seven", (97, "")),
        ("vingt et un sites", "twenty-one sites", (21, "")),
        ("un milliard d'euros", "one billion euros", (BILLION, "EUR")),
        ("un plan de 150 milliards d'euros", "a 150-billion-euro plan", (150 * BILLION, "EUR")),
        ("un billion d'euros", "a trillion euros", (1000 * BILLION, "EUR")),
    ],
)
def test_figures_written_two_ways_are_equal(
    french: str, english: str, expected: tuple[float, str]
) -> None:
    assert figures(french, "fr") == {expected} == figures(english, "en")


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("le 8 avril 2025", "fr", Date(2025, 4, 8)),
        ("April 8, 2025", "en", Date(2025, 4, 8)),
        ("8th of April 2025", "en", Date(2025, 4, 8)),
        ("2025-04-08", "en", Date(2025, 4, 8)),
        ("08/04/2025", "fr", Date(2025, 4, 8)),
        ("le 1er mars", "fr", Date(0, 3, 1)),
        ("en décembre 2024", "fr", Date(2024, 12, 0)),
        ("in 2024", "en", Date(2024, 0, 0)),
    ],
)
def test_dates_whole_and_partial_are_read(text: str, language: Language, date: Date) -> None:
    facts = facts_of(text, language)
    assert facts.dates == {date}
    assert not facts.figures


def test_words_that_look_like_figures_say_none() -> None:
    assert not facts_of("one of the May sessions; un mois, une usine", "en")
    assert not facts_of("Une usine, un sommet, l'un des deux-roues", "fr").dates


def test_missing_from_another_currency_is_missing() -> None:
    said, source = facts_of("112 billion euros", "en"), facts_of("112 milliards de dollars", "fr")
    assert said.missing_from([source]).figures == said.figures


def test_missing_from_source_without_unit_is_held() -> None:
    said, source = facts_of("20 billion euros", "en"), facts_of("20 milliards seront", "fr")
    assert not said.missing_from([source])


@pytest.mark.parametrize(
    ("sources", "untold"),
    [
        (["20 milliards seront"], {"EUR"}),
        (["20 milliards seront", "de 200 milliards de dollars"], {"EUR"}),
        (["20 milliards seront", "de 200 milliards d'euros"], set()),
        (["20 milliards d'euros seront"], set()),
    ],
)
def test_untold_currency_is_one_that_no_source_tells(sources: list[str], untold: set[str]) -> None:
    said = facts_of("20 billion euros, 12 % of it for 300 people", "en")
    assert said.untold(facts_of(source, "fr") for source in sources) == untold


def test_missing_from_invented_year_is_missing() -> None:
    said, source = facts_of("on 11 February 2025", "en"), facts_of("le 11 février", "fr")
    assert said.missing_from([source])
    assert not facts_of("on 11 February", "en").missing_from([facts_of("le 11 février 2025", "fr")])


def test_missing_from_changed_scale_is_missing() -> None:
    assert facts_of("20 million euros", "en").missing_from([facts_of("20 milliards d'euros", "fr")])


# Each pair says the same: either is held by the other.
SAME = [
    # days in ranges and lists
    ("les 10 et 11 février 2025", "February 10 and 11, 2025"),
    ("les 10 et 11 février 2025", "February 10-11, 2025"),
    ("du 10 au 11 février 2025", "from 10 February to 11 February 2025"),
    ("du 10 au 11 février 2025", "10–11 February 2025"),
    ("le lundi 10 et le mardi 11 février 2025", "Monday 10 and Tuesday 11 February 2025"),
    ("les 10, 11 et 12 février 2025", "Feb. 10, 11 and 12, 2025"),
    ("du 28 février au 3 mars 2025", "from February 28 to March 3, 2025"),
    ("du 28 févr. au 3 mars 2025", "28 Feb–3 Mar 2025"),
    ("Le 1er mars 2025", "the 1st of March 2025"),
    ("le premier mars 2025", "March 1st, 2025"),
    ("les 1er et 2 août", "on August 1 and 2"),
    ("du dix au onze février", "10-11 February"),
    ("entre février et mars 2025", "between February and March 2025"),
    ("entre 2021 et 2027", "2021–2027"),
    ("3 sept. 2025", "Sept. 3, 2025"),
    ("en septembre 2025", "in Sept. 2025"),
    ("en mai", "in May"),
    ("en mars", "since March"),
    ("d’ici mi-2026", "by mid-2026"),
    ("en 2024-2025", "in 2024-25"),
    # number words
    ("deux cents usines", "two hundred factories"),
    ("deux cent mille puces", "200,000 chips"),
    ("mille chercheurs", "a thousand researchers"),
    ("mille deux cents chercheurs", "1,200 researchers"),
    ("trois cents millions d'euros", "300 million euros"),
    ("mille milliards de dollars", "one trillion dollars"),
    ("1 000 milliards de dollars", "$1 trillion"),
    ("cent vingt-cinq sites", "one hundred and twenty-five sites"),
    ("soixante-dix sites", "seventy sites"),
    ("quatre-vingts sites", "eighty sites"),
    ("septante-deux sites", "seventy-two sites"),
    ("nonante-neuf sites", "ninety-nine sites"),
    ("une dizaine de sites", "ten sites"),
    ("une douzaine de sites", "a dozen sites"),
    ("une demi-douzaine de sites", "half a dozen sites"),
    ("une quinzaine de sites", "15 sites"),
    ("une vingtaine de sites", "about twenty sites"),
    ("une trentaine, une quarantaine, une cinquantaine", "30, 40, 50"),
    ("une soixantaine de sites", "some 60 sites"),
    ("une centaine de sites", "about a hundred sites"),
    ("un millier de sites", "a thousand sites"),
    ("une centaine de millions d'euros", "a hundred million euros"),
    ("un milliard et demi d'euros", "1.5 billion euros"),
    ("1,5 milliard d'euros", "one and a half billion euros"),
    ("un milliard et demi d'euros", "a billion and a half euros"),
    ("un demi-milliard d'euros", "half a billion euros"),
    ("500 millions d'euros", "half a billion euros"),
    ("deux millions trois cent mille emplois", "2.3 million jobs"),
    ("deux ans et demi", "two and a half years"),
    ("les Vingt-Sept", "the twenty-seven"),
    ("neuf usines", "nine factories"),
    ("un pour cent", "one percent"),
    # ranges
    ("entre 1,5 et 2 milliards d'euros", "between €1.5 billion and €2 billion"),
    ("entre 1,5 et 2 milliards d'euros", "€1.5-2bn"),
    ("entre 1,5 et 2 milliards d'euros", "between €1.5 and 2 billion"),
    ("de 3 à 5 milliards d’euros", "3 to 5 billion euros"),
    ("5 à 7 %", "5% to 7%"),
    ("5-7 %", "between 5 and 7 percent"),
    ("2 000 à 3 000 emplois", "2,000 to 3,000 jobs"),
    ("entre 20 et 30 euros", "€20-30"),
    ("deux à trois cents millions d'euros", "two to three hundred million euros"),
    ("vingt à trente mille puces", "20,000 to 30,000 chips"),
    ("entre cent et deux cents sites", "between one hundred and two hundred sites"),
    # units and scales
    ("100 000 GPU", "100k GPUs"),
    ("20 Md€", "€20B"),
    ("20 Mds d'euros", "EUR 20 billion"),
    ("20 Mrd €", "EUR20bn"),
    ("5 M€", "€5m"),
    ("5 millions d'euros", "€5m"),
    ("300 k€", "€300k"),
    ("5 MEUR", "5 million euros"),
    ("En 2025, 20 milliards de dollars", "In 2025 $20 billion"),
    ("20 milliards de dollars américains", "US$20 billion"),
    ("7 milliards de paramètres", "7B parameters"),
    ("2 points de pourcentage", "2 percentage points"),
    ("2 points de pourcentage", "2%"),
    ("100 MW", "100MW"),
    ("un à deux milliards d'euros", "€1-2 billion"),
    ("1 à 2 milliards d'euros", "one to two billion euros"),
    ("3 points de pourcentage", "3 percent"),
    ("en hausse de 3 points", "3 percentage points"),
    ("3,5 millions d'emplois", "3.5m jobs"),
    ("un seuil de 10^25 FLOPS", "10²⁵ FLOPs"),
    ("un quart de milliard d'euros", "a quarter of a billion euros"),
    ("les 10, et 11 février 2025", "February 10, and 11, 2025"),
    ("entre le 1er janvier et le 30 juin 2025", "between 1 January and 30 June 2025"),
    ("de 500 millions à 1 milliard d'euros", "from €500 million to €1 billion"),
    ("200 000 à 300 000 euros", "€200,000-300,000"),
    ("le 2 août 2025, 2026 et 2027", "on 2 August 2025, 2026 and 2027"),
    ("cent pour cent", "100%"),
    ("un milliard deux cents millions", "1.2 billion"),
    ("dix mille milliards", "ten trillion"),
]  # fmt: skip


@pytest.mark.parametrize(("french", "english"), SAME)
def test_missing_from_same_fact_in_the_other_language_is_held(french: str, english: str) -> None:
    one, two = facts_of(french, "fr"), facts_of(english, "en")
    assert one and two
    assert not one.missing_from([two])
    assert not two.missing_from([one])


# The first is held by the second, which says more or leaves more open; not the reverse.
HELD: list[tuple[str, Language, str, Language]] = [
    ("7 millions de puces", "fr", "entre 7 et 20 millions de puces", "fr"),
    ("7 sites", "en", "7 et 20 millions", "fr"),
    ("7 million", "en", "7 et 20 millions", "fr"),
    ("20 billion euros", "en", "20 milliards seront investis", "fr"),
    ("20 milliards", "fr", "€20 billion", "en"),
    ("on 11 February", "en", "le 11 février 2025", "fr"),
    ("in February", "en", "le 11 février 2025", "fr"),
    ("in 2025", "en", "le 11 février 2025", "fr"),
    ("le 8 avril 2025", "fr", "04/08/2025", "en"),
    ("le 4 août 2025", "fr", "04/08/2025", "en"),
    ("on 04/08/2025", "en", "le 8 avril 2025", "fr"),
    ("2,025 sites", "en", "2025 sites", "fr"),
    ("2025 sites", "fr", "2,025 sites", "en"),
    ("100 sites", "fr", "between one hundred and two thousand sites", "en"),
    ("2 pays", "fr", "both countries", "en"),
    ("50 %", "fr", "half of them", "en"),
    ("1 site", "fr", "one site", "en"),
    ("les 27 États membres", "fr", "the EU-27", "en"),
]


@pytest.mark.parametrize(("said", "language", "source", "other"), HELD)
def test_missing_from_source_that_says_more_is_held(
    said: str, language: Language, source: str, other: Language
) -> None:
    facts = facts_of(said, language)
    assert facts
    assert not facts.missing_from([facts_of(source, other)])


MISSING: list[tuple[str, Language, str, Language]] = [
    ("11 factories", "en", "le 11 février 2025", "fr"),
    ("2 usines", "fr", "11/02/2025", "fr"),
    ("on 11 February 2025", "en", "le 11 février", "fr"),
    ("on February 10 and 12, 2025", "en", "les 10 et 11 février 2025", "fr"),
    ("du 10 au 11 février 2025", "fr", "10-11 February 2024", "en"),
    ("en mars", "fr", "in May", "en"),
    ("in 2024-26", "en", "en 2024-2025", "fr"),
    ("7 %", "fr", "7 usines", "fr"),
    ("7 factories", "en", "7 %", "fr"),
    ("27%", "en", "27 États membres", "fr"),
    ("27 euros", "en", "27 pays", "fr"),
    ("27 countries", "en", "27 euros", "fr"),
    ("2 000 euros", "fr", "2,000 jobs", "en"),
    ("€20 billion", "en", "20 milliards de dollars", "fr"),
    ("C$20 billion", "en", "20 milliards de dollars", "fr"),
    ("200 usines", "fr", "two thousand factories", "en"),
    ("deux cents usines", "fr", "a hundred factories", "en"),
    ("300 euros", "en", "trois cents millions d'euros", "fr"),
    ("one billion", "en", "un milliard et demi", "fr"),
    ("un milliard", "fr", "half a billion", "en"),
    ("mille milliards", "fr", "one billion", "en"),
    ("un billion d'euros", "fr", "one billion euros", "en"),
    ("12 sites", "en", "des dizaines de sites", "fr"),
    ("100 sites", "fr", "hundreds of sites", "en"),
    ("100 sites", "fr", "several hundred sites", "en"),
    ("1.5 euros", "en", "entre 1,5 et 2 milliards d'euros", "fr"),
    ("€1.5 million", "en", "entre 1,5 et 2 milliards d'euros", "fr"),
    ("7 billion", "en", "7 et 20 millions", "fr"),
    ("6 %", "fr", "5% to 7%", "en"),
    ("3 million euros", "en", "3 m de haut", "fr"),
    ("100 GPUs", "en", "100k GPU", "fr"),
    ("4 modèles", "fr", "GPT-4", "en"),
    ("19 pays", "fr", "Covid-19", "en"),
    ("5 pays", "fr", "5G", "en"),
    ("24 pays", "fr", "24/7", "en"),
    ("5 pays", "fr", "Article 5(1)", "en"),
    ("7 countries", "en", "les articles 5, 6 et 7", "fr"),
    ("2024", "en", "le règlement (UE) 2024/1689", "fr"),
    ("21 pays", "fr", "21st century", "en"),
    ("3 pays", "fr", "the third country, the 3rd", "en"),
    ("in 1990", "en", "les années 1990", "fr"),
    ("9 bâtiments", "en", "9e bâtiment", "fr"),
    ("2 pays", "fr", "all the countries", "en"),
    ("60 %", "fr", "half of them", "en"),
    ("le 9 avril 2025", "fr", "04/08/2025", "en"),
]


@pytest.mark.parametrize(("said", "language", "source", "other"), MISSING)
def test_missing_from_other_fact_is_missing(
    said: str, language: Language, source: str, other: Language
) -> None:
    facts = facts_of(said, language)
    assert facts
    assert facts.missing_from([facts_of(source, other)])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("une usine, un site, l'un d'eux, les uns", "fr"),
        ("one of them, a factory, no one, the million-euro question", "en"),
        ("des dizaines de sites, des centaines de millions d'euros, quelques milliers", "fr"),
        ("dozens of sites, hundreds of millions of euros, a few hundred, tens of billions", "en"),
        ("several hundred thousand jobs", "en"),
        ("1er, 2e, 3ème, 21ᵉ, troisième, vingt et unième, trente-deuxième, XXIe siècle", "fr"),
        ("1st, 2nd, 21st, third, twenty-first, one hundred and first", "en"),
        ("GPT-4, Covid-19, 5G, H100, 24/7, Mistral-7B, G7, Llama-3.1-70B, 3D, B2B", "fr"),
        ("Article 5(1), article 6, Art. 7, Annex 3, recital 27, Chapter 5, section 2.1", "en"),
        ("l'article 5, § 1, l'annexe 3, les considérants 27 et 28, le chapitre 5", "fr"),
        ("l'article L. 123-4, n° 12, le point 3, titre 2, paragraphe 4, articles 5 à 7", "fr"),
        ("No. 12, paragraph 4, point 3, articles 5, 6 and 7", "en"),
        ("règlement (UE) 2024/1689, https://example.eu/2024/05/12?a=7 www.a.eu/12", "fr"),
        ("les années 1990, les années 80, les années 1990 et 2000", "fr"),
        ("the 1990s, the 90s, the 1990’s", "en"),
        ("deux tiers, un tiers, la moitié, un quart, trois quarts", "fr"),
        ("two-thirds, a third, half, a quarter, three quarters", "en"),
        ("à 14h30, à 14:30, à 14 h, vers 14 heures, à 14 h 30", "fr"),
        ("at 2pm, at 2 p.m., at 2:30", "en"),
        ("three quarters of a billion", "en"),
        ("You may march on Mars; the march may sunder", "en"),
        ("un bâtiment neuf, quoi de neuf ? la planète Mars", "fr"),
        ("le mardi, Monday", "fr"),
    ],
)
def test_facts_of_what_counts_nothing_says_none(text: str, language: Language) -> None:
    facts = facts_of(text, language)
    assert facts == Facts(frozenset(), frozenset())


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("27 member states", "en", {(27, "")}),
        ("l'Europe des 27", "fr", {(27, "")}),
        ("In February 10 companies", "en", {(10, "")}),
        ("On February 10 – 27 countries signed", "en", {(27, "")}),
        ("On February 10, 2025, 27 countries signed", "en", {(27, "")}),
        ("24 heures", "fr", {(24, "")}),
        ("On February 10 and 27 countries signed", "en", {(27, "")}),
        ("En 2025 M. Breton", "fr", set()),
        ("3 m", "fr", {(3, "")}),
        ("sept pour cent", "fr", {(7, "%")}),
        ("pour cent entreprises", "fr", {(100, "")}),
        ("article 5, 27 pays", "fr", {(27, "")}),
        ("articles 5 and 6, 27 countries", "en", {(27, "")}),
        ("one hundred and two thousand", "en", {(102_000, "")}),
        ("twelve hundred", "en", {(1200, "")}),
        ("CHF 1’200.50", "en", {(1200.5, "CHF")}),
        ("2025 euros", "fr", {(2025, "EUR")}),
        ("20 Mio. EUR", "en", {(20_000_000, "")}),
        ("20 fe\u0301vrier, 3 zéros", "fr", {(3, "")}),
        ("a few hundred sites and 12", "en", {(12, "")}),
        ("20\u00a0%", "fr", {(20, "%")}),
    ],
)
def test_facts_of_figures_are_read_as_meant(
    text: str, language: Language, expected: set[tuple[float, str]]
) -> None:
    assert figures(text, language) == expected


def test_facts_of_uncertain_share_keeps_both_readings() -> None:
    (seven,) = (f for f in facts_of("7 et 20 millions", "fr").figures if f.other)
    assert {(int(r.value), r.unit) for r in seven.readings} == {(7, ""), (7_000_000, "")}


def test_masked_figures_and_dates_are_hidden_and_names_kept() -> None:
    text = "Le 11 février 2025, l’UE a promis 20 milliards d’euros pour GPT-4 et 7 % de plus."
    assert masked(text, "fr").split() == (
        "Le X février X , l’UE a promis X pour GPT-4 et X de plus.".split()
    )
    assert masked("from $1.5-2bn on 2025-02-11", "en").split() == "from X - X on X".split()


@pytest.mark.parametrize(
    ("text", "language", "dates"),
    [
        ("du 10 au 12 février 2025", "fr", {(2025, 2, 10), (2025, 2, 12)}),
        ("February 10 and 11, 2025", "en", {(2025, 2, 10), (2025, 2, 11)}),
        ("On February 10 and 11 leaders met", "en", {(0, 2, 10)}),
        ("from 20 December to 10 January 2025", "en", {(0, 12, 20), (2025, 1, 10)}),
        ("le 14 juillet 1789", "fr", {(1789, 7, 14)}),
        ("2025-04-08T10:00:00Z", "en", {(2025, 4, 8)}),
        ("31/12/2024", "en", {(2024, 12, 31)}),
        ("08.04.2025", "fr", {(2025, 4, 8)}),
        ("45/99/2024", "en", set()),
        ("11-Feb-2025", "en", {(2025, 2, 11)}),
        ("Theresa May met March", "en", set()),
    ],
)
def test_facts_of_dates_are_read_as_meant(
    text: str, language: Language, dates: set[tuple[int, int, int]]
) -> None:
    assert {(d.year, d.month, d.day) for d in facts_of(text, language).dates} == dates


FR_WORDS = (
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
    "seize dix-sept dix-huit dix-neuf"
).split()
EN_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()


def spell_fr(n: int) -> str:
    if n >= 1000:
        head = "" if n < 2000 else spell_fr(n // 1000) + " "
        head = head.replace("cents ", "cent ").replace("vingts ", "vingt ")
        return f"{head}mille {spell_fr(n % 1000) if n % 1000 else ''}".strip()
    if n >= 100:
        head = "" if n < 200 else FR_WORDS[n // 100] + " "
        if n % 100 == 0:
            return head + ("cents" if n >= 200 else "cent")
        return f"{head}cent {spell_fr(n % 100)}"
    if n < 20:
        return FR_WORDS[n]
    if n >= 80:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{FR_WORDS[n - 80]}"
    tens = 60 if n >= 60 else n // 10 * 10
    word = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}[tens]
    unit = n - tens
    if not unit:
        return word
    return f"{word} et {FR_WORDS[unit]}" if unit in {1, 11} else f"{word}-{FR_WORDS[unit]}"


def spell_en(n: int, joint: str = "and ") -> str:
    if n >= 1000:
        rest = n % 1000
        tail = f" {joint if rest < 100 else ''}{spell_en(rest, joint)}" if rest else ""
        return f"{spell_en(n // 1000, joint)} thousand{tail}"
    if n >= 100:
        tail = f" {joint}{spell_en(n % 100)}" if n % 100 else ""
        return f"{EN_WORDS[n // 100]} hundred{tail}"
    if n < 20:
        return EN_WORDS[n]
    word = "twenty thirty forty fifty sixty seventy eighty ninety".split()[n // 10 - 2]
    return f"{word}-{EN_WORDS[n % 10]}" if n % 10 else word


@given(st.integers(2, 999_999), st.booleans())
def test_figures_number_words_are_read_back(number: int, with_and: bool) -> None:
    french, english = spell_fr(number), spell_en(number, "and " if with_and else "")
    for text, language in ((french, "fr"), (english, "en")):
        assert figures(f"soit {text} sites", language) == {(number, "")}, text  # type: ignore[arg-type]
    hyphens = french.replace(" ", "-")  # the spelling of 1990
    assert figures(f"soit {hyphens} sites", "fr") == {(number, "")}, hyphens


@given(st.integers(2, 998), st.integers(1, 500), st.sampled_from(["million", "milliard"]))
def test_figures_ranges_share_scale_and_unit(low: int, more: int, scale: str) -> None:
    high, english = low + more, {"million": "m", "milliard": "bn"}[scale]
    expected = {(n * {"m": 10**6, "bn": BILLION}[english], "EUR") for n in (low, high)}
    assert figures(f"entre {low} et {high} {scale}s d’euros", "fr") == expected
    assert figures(f"de {low} à {high} {scale}s d’euros", "fr") == expected
    assert figures(f"€{low}-{high}{english}", "en") == expected
    assert figures(f"between €{low}{english} and €{high}{english}", "en") == expected


@given(st.integers(1, 27))
def test_dates_ranges_in_both_languages_are_equal(first: int) -> None:
    french = facts_of(f"du {first} au {first + 1} juin 2025", "fr")
    assert french == facts_of(f"June {first}-{first + 1}, 2025", "en")
    assert french == facts_of(f"from June {first} to June {first + 1}, 2025", "en")
    assert {d.day for d in french.dates} == {first, first + 1}


WORDS = (
    "un une one a two deux cent cents mille hundred thousand million milliards milliard et and "
    "demi half dix vingt quatre sept sept. neuf soixante onze first unième to à de d ' between "
    "entre 7 20 27 2024 2025 1990 1,5 2.5 1.200 10 000 100k 5m € $ % euros pour per février mars "
    "May March February 11 1er 2nd - – , . ( ) / article articles 5 n° années 1990s GPT-4 dizaine "
    "dozen several points pourcentage US$ EUR M Mds 04/08/2025 2025-04-08 the in en du au of"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from(["", " "]))
def test_facts_of_any_words_hold_themselves(words: list[str], space: str) -> None:
    text = space.join(words)
    for language in ("fr", "en"):
        facts = facts_of(text, language)  # type: ignore[arg-type]
        assert not facts.missing_from([facts])
        assert facts.missing_from([]) == facts
        assert masked(text, language).count("X") >= bool(facts.figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "piece",
    [
        "1", "1 ", "a", "a-", "1/", "1.", "1,111", " 111", "-", " ", "€", "deux ", "un million ",
        "mille ", "cent ", "and ", "article 5, ", "articles 5, ", "(1)", "1, ", "10 et ",
        "février ", "10 février et ", "February 1, ", "e\u0301", "entre 1 et ", "7 et 20 ",
        "https://", "www.", "a1-", "1:11", "de ", "several hundred ", "\u0301", "années 1990, ",
        "2024-25, ", "half a ", "neuf ", "1.111.", "1'111", "²", "May ", "l'article L. ",
    ],
)  # fmt: skip
def test_facts_of_hostile_text_takes_linear_time(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    for language in ("fr", "en"):
        start = time.perf_counter()
        facts = facts_of(text, language)  # type: ignore[arg-type]
        assert not facts.missing_from([facts])
        assert time.perf_counter() - start < 3  # about 0.1 s; a quadratic scan takes minutes


@given(st.integers(2, 999), st.sampled_from(["million", "milliard"]))
def test_figures_any_amount_survives_translation(amount: int, scale: str) -> None:
    english = {"million": "million", "milliard": "billion"}[scale]
    french = facts_of(f"{amount} {scale}s d’euros", "fr")
    assert french == facts_of(f"€{amount} {english}", "en")
    assert len(french.figures) == 1


@given(st.integers(0, 10**9))
def test_figures_grouped_digits_are_one_number(number: int) -> None:
    english = f"{number:,}"
    expected = Decimal(number).normalize()
    if 1900 <= number < 2100 and "," not in english:
        return
    for text, language in ((english, "en"), (english.replace(",", "\u202f"), "fr")):
        assert Figure(expected, "") in facts_of(f"x {text} y", language).figures  # type: ignore[arg-type]


@given(st.text())
def test_facts_of_any_text_holds_itself(text: str) -> None:
    for language in ("fr", "en"):
        facts = facts_of(text, language)  # type: ignore[arg-type]
        assert not facts.missing_from([facts])
        assert facts.missing_from([]) == facts
        assert isinstance(facts, Facts)
