"""Puts closed classes of left-over words into a sentence's language, word by word.

Takes one sentence and the language it should be in; rewrites scale words with their currency
(`20 milliards d'euros`, `20 billion euros`), the signs inside numbers (`12,000`, `12 000`), months
and dates, and the names that have a form in both languages, with their article (`l'UE`, `the
EU`). Figures and dates keep the value that their writer meant.
It translates nothing else: adjectives, verbs and all other words stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from euaiqa.bilingual.foreign import ForeignName, foreign_names, unquoted
from euaiqa.bilingual.lexicon import lean
from euaiqa.bilingual.tables import fold, months
from euaiqa.datamodels import Language

Edit = tuple[int, int, str]  # start, end, what stands there instead

_OF = r"(?:d['’]\s?|de\s+|of\s+)"
_CURRENCY = r"(?P<currency>euros?|dollars?)\b"
_FRENCH_AMOUNT = re.compile(
    r"(?P<number>\d\s*)?\b(?P<scale>milliards?|millions?|Mds?|Mrds?)\b\s*"
    rf"(?:(?P<of>{_OF})(?!l['’]|la\s|les?\s)(?:{_CURRENCY})?|(?P<sign>€))?"
)
# Up to three digits and two decimals: `1,500 billion` would be another number in French.
_ENGLISH_AMOUNT = re.compile(
    r"(?P<sign>[€$£]\s?)?(?<![\d.,])(?<!\d\s)(?P<number>\d{1,3}(?:[.,]\d{1,2})?)[\s-]*"
    rf"(?P<scale>billions?|bn|millions?)\b(?:\s+{_OF}?{_CURRENCY})?"
)
# `12 000` and `3,2` as English writes them, `12,000` as French does. `1,500 billion` is left.
_SPACED = re.compile(r"(?<![\d.,])(?<!\d\s)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d,.]\d|\s\d|\d)")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(?<!\d\s)\d+,\d{1,2}(?![\d,]|\.\d)")
_WITH_COMMAS = re.compile(
    r"(?<![\d.,])(?<!\d\s)\d{1,3}(?:,\d{3})+(?![\d,]|\.\d)(?!\s*(?:b(?:illio)?n|millions?|mill?iards?))"
)
_UNITS = {
    "€": "d'euros", "$": "de dollars", "£": "de livres sterling",
    "euro": "d'euros", "dollar": "de dollars",
}  # fmt: skip
_FRENCH_THOUSANDS = re.compile(r"(?<!\d)(?<!\d\s)\bmilliers\s+(?:de\s+|d['’])")
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th)?"
_BEFORE_ENGLISH = re.compile(
    r"(?:(?:\b(?P<de>de)\s+)?\b(?:l['’]|la\s|le\s|les\s)|\b(?P<of>d['’])|\b(?P<du>du|des)\s)$",
    re.IGNORECASE,
)
_BEFORE_FRENCH = re.compile(r"\b(?:the\s|l['’]|la\s|le\s|les\s)$", re.IGNORECASE)
# Acronyms and names that are feminine without an e at their end.
_PLURAL = frozenset("etats-unis nations pays-bas philippines emirats iles".split())
_FEMININE = frozenset("commission cour bce bei omc oms".split())


def replacements(text: str, language: Language) -> str:
    """The sentence with its left-over scale words, dates and known names translated.

    Args:
        text: one sentence; what it quotes is kept.
        language: what it should be in.
    """
    steps: tuple[Callable[[str], Iterator[Edit]], ...] = (
        (_numbers_to_english, _amounts_to_english, _months_to_english, _names_to_english)
        if language == "en"
        else (_numbers_to_french, _amounts_to_french, _months_to_french, _names_to_french)
    )
    for step in steps:
        for start, end, new in sorted(step(unquoted(text)), reverse=True):
            text = text[:start] + new + text[end:]
    return text


def _numbers_to_english(text: str) -> Iterator[Edit]:
    for found in _SPACED.finditer(text):
        yield found.start(), found.end(), re.sub(r"\s", ",", found[0])
    for found in _DECIMAL_COMMA.finditer(text):
        yield found.start(), found.end(), found[0].replace(",", ".")


def _numbers_to_french(text: str) -> Iterator[Edit]:
    for found in _WITH_COMMAS.finditer(text):
        yield found.start(), found.end(), found[0].replace(",", "\u202f")


def _amounts_to_english(text: str) -> Iterator[Edit]:
    for found in _FRENCH_AMOUNT.finditer(text):
        number, scale, of = found["number"], found["scale"], found["of"] or ""
        million = scale.startswith("million")
        if (million and not of.startswith("d")) or (scale[0] == "M" and not number):
            continue
        word = "million" if million else "billion"
        currency = found["currency"] or ("euros" if found["sign"] else "")
        if number:
            said = f"{number.strip()} {word} {currency}".strip()
        else:  # `des milliards d'euros`
            said = f"{word}s of {currency}".strip() if of else f"{word}s"
        yield found.start(), found.end(), said + " " * found[0][-1].isspace()
    for found in _FRENCH_THOUSANDS.finditer(text):
        yield found.start(), found.end(), "thousands of "


def _amounts_to_french(text: str) -> Iterator[Edit]:
    for found in _ENGLISH_AMOUNT.finditer(text):
        unit = _UNITS.get((found["sign"] or found["currency"] or "").strip().rstrip("s"), "")
        million = found["scale"].startswith("million")
        if million and not unit:
            continue  # `20 millions` is French already
        number = found["number"].replace(".", ",")
        plural = "" if number.split(",")[0].lstrip("0") in {"", "1"} else "s"
        word = "million" if million else "milliard"
        yield found.start(), found.end(), f"{number} {word}{plural} {unit}".strip()


def _months_to_english(text: str) -> Iterator[Edit]:
    for word in re.finditer(r"[^\W\d_]+", text):
        name = months()["fr"].get(fold(word[0]))
        if not name:
            continue
        day = re.search(rf"{_DAY}(?:er)?\s+$", text[: word.start()])
        year = re.match(r"\s+\d{4}\b", text[word.end() :])
        if day:
            yield day.start(), word.end(), f"{day['day']} {name}"
        elif year or (fold(word[0]) not in months()["en"] and lean(word[0].lower(), "fr") >= 1):
            yield word.start(), word.end(), name


def _months_to_french(text: str) -> Iterator[Edit]:
    for word in re.finditer(r"[A-Z][a-z]+", text):
        name = months()["en"].get(fold(word[0]))
        if not name:
            continue
        before = re.search(rf"{_ORDINAL}\s+$", text[: word.start()])
        after = re.match(rf"\s+{_ORDINAL}(?!\d)(?:,(?=\s+\d{{4}}\b))?", text[word.end() :])
        year = re.match(r"\s+\d{4}\b", text[word.end() :])
        day = before or after
        if not (day or year or lean(word[0].lower(), "en") >= 1):
            continue
        start = before.start() if before else word.start()
        end = word.end() + (after.end() if after and not before else 0)
        number = f"{int(day['day'])} " if day else ""
        yield start, end, ("1er " if number == "1 " else number) + name


def _names_to_english(text: str) -> Iterator[Edit]:
    for name in _nouns(text, "en"):
        found = _BEFORE_ENGLISH.search(text[: name.start])
        lead = ""
        if found:
            lead = "the " if name.form.the and not found["of"] else ""
            lead = ("of " if found["de"] or found["of"] or found["du"] else "") + lead
        yield _with(lead, found, name)


def _names_to_french(text: str) -> Iterator[Edit]:
    for name in _nouns(text, "fr"):
        found = _BEFORE_FRENCH.search(text[: name.start])
        yield _with(_french_article(name.form.other) if found else "", found, name)


def _nouns(text: str, language: Language) -> Iterator[ForeignName]:
    # an adjective stands at another place in the other language
    return (name for name in foreign_names(text, language) if name.form.noun)


def _with(lead: str, found: re.Match[str] | None, name: ForeignName) -> Edit:
    """The name in its other form, what stands in front of it replaced by `lead`."""
    if found and found[0][0].isupper():
        lead = lead.capitalize()
    return found.start() if found else name.start, name.end, lead + name.form.other


def _french_article(name: str) -> str:
    first = fold(name).split()[0]
    if first in _PLURAL:
        return "les "
    if first[0] in "aeiouy":
        return "l'"
    return "la " if first in _FEMININE or first.endswith("e") else "le "
