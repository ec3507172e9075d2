"""What a number is of: percents and currencies, and the abbreviated scales beside them.

Takes tokens and the place of a number, gives its unit, its scale and where both end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from euaiqa.facts.tables import (
    CURRENCY_CODES,
    CURRENCY_PAIRS,
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    DOLLARS,
    LETTERS,
    MONEY_LETTERS,
    PERCENT_WORDS,
    Unit,
)
from euaiqa.facts.tokens import Number, Token, glued, is_year, low
from euaiqa.facts.words import step

_COMPOUND = re.compile("(k|K|m|M|mn|bn|Bn|Md|Mds|Mrd)(EUR|USD|GBP|CHF)")  # "MEUR"
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Amount:
    """The scale and unit of a number, and the tokens that it takes: `start` to `end`."""

    scale: Decimal
    unit: Unit
    start: int
    end: int
    before: bool  # the currency stands before the number


def amount_at(
    tokens: Sequence[Token], i: int, number: Number, free: int, money: bool = False
) -> Amount:
    """Read the abbreviated scale and the unit around a number.

    Args:
        tokens: of the text.
        i: the place of the number.
        number: the one that stands there.
        free: the place from which no other number has taken the tokens.
        money: whether the number is known to be of a currency: in `€2-3m`, `m` is a scale.
    """
    before, start = _before(tokens, i, free)
    compound = _COMPOUND.fullmatch(tokens[i + 1].text) if i + 1 < len(tokens) else None
    if compound:
        scale = (LETTERS | MONEY_LETTERS)[compound[1]]
        return Amount(scale, CURRENCY_CODES[compound[2].lower()], start, i + 2, before=False)
    scale, at = _letters(tokens, i, number)
    behind, end = _behind(tokens, at)
    if at > i + 1 and not before and not money and behind in {"", "%"}:
        text = tokens[at - 1].text
        thousands = text == "K" and tokens[at - 1].glued and number.value >= 10  # "10K users"
        if text not in LETTERS and not thousands:  # "3 m" are metres
            scale, at = _ONE, i + 1
            behind, end = _behind(tokens, at)
    if before and behind != before:  # "€20 billion euros" says it twice
        end = at
    return Amount(scale, before or behind, start, end, before=bool(before))


def _before(tokens: Sequence[Token], i: int, free: int) -> tuple[Unit, int]:
    """The currency before a number, and where it starts."""
    at = i - 1
    if at < free:
        return "", i
    sign = tokens[at].text
    if sign == "$" and at > free and tokens[at].glued and low(tokens, at - 1) in DOLLARS:
        return DOLLARS[low(tokens, at - 1)], at - 1
    if sign in CURRENCY_SIGNS:
        return CURRENCY_SIGNS[sign], at
    if low(tokens, at) in CURRENCY_CODES:
        return CURRENCY_CODES[low(tokens, at)], at
    return "", i


def _letters(tokens: Sequence[Token], i: int, number: Number) -> tuple[Decimal, int]:
    """The scale in letters behind a number that has none in words: `k`, `M`, `bn`, `Mds`."""
    at = i + 1
    if at >= len(tokens) or number.scale != 1 or number.big:
        return _ONE, at
    text = tokens[at].text
    scale = LETTERS.get(text) or MONEY_LETTERS.get(text)
    if scale is None:
        return _ONE, at
    if not tokens[at].glued:
        title = low(tokens, at + 1) == "." and low(tokens, at + 2).isalpha()
        if is_year(tokens[i].text) or (text == "M" and title):  # "En 2025 M. Breton"
            return _ONE, at
    return scale, at + 1


def _behind(tokens: Sequence[Token], at: int) -> tuple[Unit, int]:
    """The unit behind a number, and where it ends; a sign may be of the next number."""
    if at >= len(tokens) or tokens[at].kind == "number":
        return "", at
    i = step(tokens, at)
    if low(tokens, i) == "d" and low(tokens, i + 1) == "'":
        i += 2
    elif low(tokens, i) in {"de", "of"}:
        i += 1
    first, second = low(tokens, i), step(tokens, i + 1)
    pair: Unit = CURRENCY_PAIRS.get((first, low(tokens, second)), "")
    if pair:
        return pair, second + 1
    if first in {"point", "points"} and low(tokens, second) == "de":
        return ("%", second + 2) if low(tokens, second + 1) in {"pourcentage", "%"} else ("", at)
    if first in PERCENT_WORDS:
        return "%", i + 1
    next_number = second < len(tokens) and tokens[second].kind == "number"
    if first in CURRENCY_SIGNS:
        taken = next_number and tokens[second].glued and not tokens[i].glued
        return ("", at) if taken else (CURRENCY_SIGNS[first], i + 1)
    if first in DOLLARS and low(tokens, i + 1) == "$" and glued(tokens, i + 1):
        number_behind = i + 2 < len(tokens) and tokens[i + 2].kind == "number"
        return ("", at) if number_behind else (DOLLARS[first], i + 2)
    if first in CURRENCY_WORDS:
        taken = next_number and first in CURRENCY_CODES
        return ("", at) if taken else (CURRENCY_WORDS[first], i + 1)
    return "", at
