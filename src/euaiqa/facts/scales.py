"""The value of digits, and what stands behind a number and changes it.

Takes tokens and the number read so far; applies halves (`et demi`), scale words
(`milliers de milliards`) and a smaller amount that is added (`deux millions trois cent mille`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from euaiqa.datamodels import Language
from euaiqa.facts.tables import COLLECTIVES, SCALES, THOUSAND
from euaiqa.facts.tokens import Number, Token, low
from euaiqa.facts.words import step, words_at

HALF = Decimal("0.5")


def decimal_of(digits: str, language: Language) -> Decimal:
    """The value of digits as they are written in a language.

    Groups of three are thousands in either style; one mark with other than three digits
    behind it is a decimal mark in either language.
    """
    if digits.isdigit():
        return Decimal(digits)
    compact = re.sub("[ ']", "", digits)
    if compact != digits:  # grouped already: the mark that is left is the decimal one
        return Decimal(compact.replace(",", "."))
    group, point = (".", ",") if language == "fr" else (",", ".")
    thousands = rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{point}\d+)?|\d{{1,3}}(?:\{point}\d{{3}}){{2,}}"
    last = max(compact.rfind(","), compact.rfind("."))
    if re.fullmatch(thousands, compact):
        last = compact.find(point) if compact.count(point) == 1 else -1
    if last < 0:
        return Decimal(re.sub("[.,]", "", compact))
    return Decimal(re.sub("[.,]", "", compact[:last]) + "." + compact[last + 1 :])


def scaled(
    tokens: Sequence[Token],
    number: Number,
    end: int,
    language: Language,
    digits: bool = False,
    below: Decimal | None = None,
) -> tuple[Number, int]:
    """Apply what stands behind a number: halves, scale words, a smaller amount.

    Args:
        tokens: of the text.
        number: what was read so far.
        end: the place behind it.
        language: of the text.
        digits: whether it is in digits; words add up with words only.
        below: the scale of the greater amount that this one is added to.
    """
    if end >= len(tokens) or (tokens[end].kind != "word" and tokens[end].low != "-"):
        return number, end
    value, scale, big = number.value, number.scale, number.big
    factor = Decimal(1)
    half = half_end(tokens, end, language)
    if half:  # "one and a half billion"
        value, end = value + HALF, half
    for turn in range(3):  # "une dizaine de milliers de milliards": more are not written
        at = step(tokens, end)
        if turn and low(tokens, at) in {"de", "d"}:
            at += 2 if low(tokens, at + 1) == "'" else 1
        found = factor_of(low(tokens, at), language)
        if found is None:
            break
        factor, value, end = found, value * found, at + 1
        if factor >= THOUSAND:
            scale, big = factor, True
    if half is None:
        half = half_end(tokens, end, language)
        if half:  # "un milliard et demi"
            value, end = value + HALF * (scale if big else factor), half
        elif factor == 1 and not big and half_end(tokens, end + 1, language):
            value += HALF  # "deux ans et demi"
    if half is None and scale > THOUSAND and (below is None or scale < below):
        rest = _rest(tokens, end, language, digits, scale)
        if rest:  # "deux millions trois cent mille"
            return Number(value + rest[0], big=True), rest[1]
    return Number(value, scale, big), end


def _rest(
    tokens: Sequence[Token], end: int, language: Language, digits: bool, below: Decimal
) -> tuple[Decimal, int] | None:
    at = step(tokens, end)
    if at >= len(tokens):
        return None
    if digits:
        if tokens[at].kind != "number":
            return None
        first = Number(decimal_of(tokens[at].text, language))
        behind = at + 1
    else:
        words = words_at(tokens, at, language)
        if words is None:
            return None
        first, behind = Number(Decimal(words.value), big=words.big), words.end
    number, last = scaled(tokens, first, behind, language, digits, below)
    if number.value >= below or (digits and not number.big):
        return None
    return number.value, last


def factor_of(word: str, language: Language) -> Decimal | None:
    """What a scale word or a noun that counts multiplies by."""
    collectives = COLLECTIVES[language]
    return SCALES[language].get(word) or collectives.get(word) or collectives.get(word[:-1])


def half_end(tokens: Sequence[Token], i: int, language: Language) -> int | None:
    """Behind `et demi` or `and a half` at a place."""
    words = ("and", "a", "half") if language == "en" else ("et", "demi")
    for word in words:
        i = step(tokens, i)
        if low(tokens, i) != word and not (word == "demi" and low(tokens, i) == "demie"):
            return None
        i += 1
    return i
