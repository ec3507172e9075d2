"""Numbers in digits and in words, with their scale words.

Takes the tokens of a text and gives them back with each number as one token. What only
looks like a number (ordinals, `article 5`, decades) becomes a name and says no figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from euaiqa.datamodels import Language
from euaiqa.facts.names import clock_end, decades_end, reference_end
from euaiqa.facts.scales import HALF, decimal_of, factor_of, half_end, scaled
from euaiqa.facts.tables import (
    COLLECTIVES,
    CURRENCY_WORDS,
    EN_ORDINALS,
    FRACTIONS,
    LETTERS,
    MONEY_LETTERS,
    ORDINAL_ENDINGS,
    PHYSICAL_UNITS,
    SCALES,
    THOUSAND,
)
from euaiqa.facts.tokens import Number, Token, glued, is_year, low
from euaiqa.facts.words import ONES, THOUSANDS, is_number_word, step, words_at

# A number (None: what was read says no figure) and the place behind it.
_Read = tuple[Number | None, int]

_ONE = Number(Decimal(1))
_NAME = Token("name", "", "", glued=False)
# "le milliard", "the million": one, when a scale word follows
_THE: dict[Language, frozenset[str]] = {
    "fr": frozenset("le au du ce".split()),
    "en": frozenset("the this that".split()),
}
_PARTS: dict[Language, dict[str, Decimal]] = {
    "fr": {"demi": HALF, "demie": HALF, "quart": HALF / 2},
    "en": {"half": HALF, "quarter": HALF / 2},
}
_VAGUE = frozenset("several few many couple".split())
_MULTIPLIERS = frozenset("hundred thousand dozen million billion trillion".split())

_SUFFIXES = PHYSICAL_UNITS | LETTERS.keys() | MONEY_LETTERS.keys()
_MONEY_SUFFIX = re.compile("(?:[km]|mn|bn|b|mds?|mrds?)?(?:eur|usd|gbp|chf)", re.IGNORECASE)
_PLURAL_DETERMINERS = frozenset("les aux ces ses leurs nos vos mes entre".split())
_SINGULAR_DETERMINERS = frozenset("un le ce du au son notre leur de d".split())
_FUNCTION_WORDS = frozenset("et ou de en à a au aux du des pour qui que dans par sur est".split())


def numbered(tokens: Sequence[Token], language: Language) -> list[Token]:
    """Put each number of the tokens into one token of kind `number`."""
    found: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        end = reference_end(tokens, i, language) or decades_end(tokens, i)
        end = end or clock_end(tokens, i)
        if end:
            found += (token, _NAME)
            i = end
            continue
        read = _number_at(tokens, i, language)
        if read is None:
            found.append(token)
            i += 1
            continue
        number, end = read
        if number is None:
            found.append(_NAME)
        else:
            # Digits with nothing added keep their text: they may be a year.
            text = token.text if token.kind == "number" and end == i + 1 else ""
            last = tokens[end - 1].end
            found.append(Token("number", text, "", token.glued, token.start, last, number))
        i = end
    return found


def _number_at(tokens: Sequence[Token], i: int, language: Language) -> _Read | None:
    if tokens[i].kind == "number":
        return _digits_at(tokens, i, language)
    if tokens[i].kind != "word":
        return None
    word = tokens[i].low
    if language == "en" and word in _VAGUE:
        return _vague_at(tokens, i)
    if word in _PARTS[language]:
        return _part_at(tokens, i, language)
    if word in COLLECTIVES[language]:
        if word == "quarantaine" and low(tokens, i - 1) == "en":
            return None
        return scaled(tokens, _ONE, i, language)
    return _words_at(tokens, i, language) or _one_at(tokens, i, language)


def _digits_at(tokens: Sequence[Token], i: int, language: Language) -> _Read:
    number, end = Number(decimal_of(tokens[i].text, language)), i + 1
    if glued(tokens, end) and tokens[end].kind in {"word", "name"}:
        suffix = tokens[end]
        known = suffix.text in _SUFFIXES or suffix.low in CURRENCY_WORDS
        if not known and suffix.low in ORDINAL_ENDINGS:
            return Number(number.value, ordinal=True), end + 1
        known = known or suffix.low in SCALES[language]
        if not known and not _MONEY_SUFFIX.fullmatch(suffix.text):
            return None, end + 1  # "5G", "1990s", "14h30"
    if low(tokens, end) == "'" and low(tokens, end + 1) == "s" and glued(tokens, end):
        return None, end + 2  # "the 1990's"
    thousand = step(tokens, end)
    if low(tokens, thousand) in THOUSANDS[language]:  # "100 mille"
        number, end = Number(number.value * THOUSAND, THOUSAND, big=True), thousand + 1
    return scaled(tokens, number, end, language, digits=True)


def _words_at(tokens: Sequence[Token], i: int, language: Language) -> _Read | None:
    if language == "fr" and not _counts(tokens, i):
        return None
    words = words_at(tokens, i, language)
    if words is None:
        return None
    end = _ordinal_end(tokens, words.end, language)
    if end:
        return None, end
    scale = THOUSAND if words.shared else Decimal(1)
    return scaled(tokens, Number(Decimal(words.value), scale, words.big), words.end, language)


def _one_at(tokens: Sequence[Token], i: int, language: Language) -> _Read | None:
    """`un milliard`, `the million`, `a dozen`, `un an et demi`; else it is an article."""
    one = tokens[i].low in ONES[language]
    if not one and tokens[i].low not in _THE[language]:
        return None
    after = step(tokens, i + 1)
    if low(tokens, after) in SCALES[language] and not low(tokens, after).endswith("s"):
        if not one and step(tokens, after + 1) > after + 1:  # "the million-euro question"
            return None
        if low(tokens, i - 1) == "of" and low(tokens, i - 2) in FRACTIONS[language]:
            return None, after + 1  # "three quarters of a billion"
        return scaled(tokens, _ONE, after, language)
    if one and low(tokens, after) in COLLECTIVES[language]:
        return scaled(tokens, _ONE, after, language)
    if one and low(tokens, after) in _PARTS[language]:
        return _part_at(tokens, after, language)
    if one and (half_end(tokens, i + 1, language) or half_end(tokens, i + 2, language)):
        return scaled(tokens, _ONE, i + 1, language)
    return None


def _part_at(tokens: Sequence[Token], i: int, language: Language) -> _Read | None:
    """`half a billion`, `un demi-milliard`, `un quart de milliard`; else it is no figure."""
    at = step(tokens, i + 1)
    if low(tokens, at) in {"of", "de"}:
        at += 1
    if low(tokens, at) in {"a", "an"}:
        at = step(tokens, at + 1)
    if factor_of(low(tokens, at), language) is None:
        return None
    number, end = scaled(tokens, Number(_PARTS[language][tokens[i].low]), at, language)
    return Number(number.value, big=number.big), end


def _vague_at(tokens: Sequence[Token], i: int) -> _Read | None:
    """`several hundred thousand` says no figure."""
    end = at = step(tokens, i + 1)
    while low(tokens, at) in _MULTIPLIERS:
        end = at + 1
        at = step(tokens, end)
    return (None, end) if low(tokens, end - 1) in _MULTIPLIERS else None


def _ordinal_end(tokens: Sequence[Token], end: int, language: Language) -> int:
    """Behind `twenty-first`, `vingt et unième`, when a number ends there; else 0."""
    at = step(tokens, end)
    joined = at != end
    if low(tokens, at) in {"et", "and"}:
        joined, at = True, step(tokens, at + 1)
    if language == "fr":
        return at + 1 if low(tokens, at).endswith(("ieme", "iemes")) else 0
    return at + 1 if joined and low(tokens, at) in EN_ORDINALS else 0


def _counts(tokens: Sequence[Token], i: int) -> bool:
    """Whether a French word is the number: not a month, nor `pour cent`, nor `neuf` for new."""
    word = tokens[i].low
    if word == "cent":
        before = low(tokens, i - 2)
        counted = i > 1 and (tokens[i - 2].kind == "number" or is_number_word(before))
        return not (counted and low(tokens, i - 1) == "pour")
    if word == "sept":
        year = low(tokens, i + 1) if low(tokens, i + 1) != "." else low(tokens, i + 2)
        day = low(tokens, i - 1)
        return not (is_year(year) or (day.isdigit() and len(day) <= 2))
    if word == "neuf" and low(tokens, i - 1) not in _PLURAL_DETERMINERS:
        after = tokens[i + 1] if i + 1 < len(tokens) else None
        if after is None or after.low in _FUNCTION_WORDS - {"pour"}:
            return False
        if after.kind != "word" and after.low not in {"%", "€", "$", "-"}:
            return False
        noun = i > 1 and tokens[i - 1].kind == "word" and not is_number_word(low(tokens, i - 1))
        return not (noun and low(tokens, i - 2) in _SINGULAR_DETERMINERS)
    return True
