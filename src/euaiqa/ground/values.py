"""The values that a sentence gives, as the article writes them, and whether two differ.

Takes a sentence, gives its figures and dates as spans of it, and whether two spans can both
be right of one thing: other notations, rounded and less precise values can. What a value is
of is not its matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from euaiqa.datamodels import Language
from euaiqa.facts import Facts, Figure, facts_of
from euaiqa.facts.dates import dates_of
from euaiqa.facts.figures import figures_of
from euaiqa.facts.numbers import numbered
from euaiqa.facts.tables import WEEKDAYS
from euaiqa.facts.tokens import Token, clean, low, tokens_of

Kind = Literal["amount", "share", "count", "date"]

# `98 000` is no other value than `100 000`, `11,1` than `11`: shorter, and this near; farther
# where a hedge says so. A bound (`more than 300`) holds what lies this far on its side.
NEAR = Decimal("0.025")
NEAR_HEDGED = Decimal("0.1")
NEAR_BOUND = Decimal("0.25")

_HEDGES = re.compile(
    r"\b(?:environ|quelque|autour|quasi\w*|presque|près|approximativement|about|around|some|"
    r"nearly|almost|roughly|approximately|circa|close)\b\W*(?:\w{1,2}\W+)?$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"\b(?:plus d[e’']|au moins|dépass\w+|more than|over|at least|exceed\w*|above)\W*$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"\b(?:moins d[e’']|jusqu[’'][àa]u?|au plus|less than|fewer than|under|up to|at most|below)"
    r"\W*(?:the\W+)?$",
    re.IGNORECASE,
)
_RANGE = frozenset("à to - – et and".split())


@dataclass(frozen=True, slots=True)
class Value:
    """A figure, a range of figures or a date at `start` to `end` of a sentence."""

    kind: Kind
    text: str
    start: int
    end: int
    facts: Facts
    near: Decimal = Decimal(0)  # how far it may be off by its own words
    bound: Literal["", "least", "most"] = ""


def values_of(sentence: str, language: Language) -> tuple[Value, ...]:
    """Find the figures and dates of a sentence, in order; a range is one value."""
    return tuple(_values(sentence, language))


def _values(sentence: str, language: Language) -> Iterator[Value]:
    kept = [i for i, c in enumerate(sentence) if clean(c)]  # places in what `clean` gives
    tokens = [t for t in tokens_of(clean(sentence)) if t.low not in WEEKDAYS]
    tokens = numbered(tokens, language)
    _, claimed = dates_of(tokens, language)
    places = [(i, i + 1) for i in sorted(claimed)]
    places += figures_of(tokens, language, claimed).places
    for first, last in _joined(tokens, sorted(places), claimed):
        start, end = kept[tokens[first].start], kept[tokens[last - 1].end - 1] + 1
        text = sentence[start:end]
        facts = facts_of(text, language)
        if not facts:
            continue
        before = sentence[:start]
        near = NEAR_HEDGED if _HEDGES.search(before) else Decimal(0)
        bound: Literal["", "least", "most"] = "least" if _AT_LEAST.search(before) else ""
        bound = "most" if _AT_MOST.search(before) else bound
        yield Value(_kind(facts), text, start, end, facts, near, bound)


def _joined(
    tokens: list[Token], places: list[tuple[int, int]], claimed: set[int]
) -> list[tuple[int, int]]:
    """Put the tokens of one date together, and the two ends of a range."""
    found: list[tuple[int, int]] = []
    for first, last in places:
        if found:
            start, end = found[-1]
            touching = first <= end and first in claimed and end - 1 in claimed
            between = first == end + 1 and low(tokens, start - 1) in {"entre", "between"}
            ranged = first == end + 1 and low(tokens, end) in _RANGE - {"et", "and"}
            if first < end or touching or ((between or ranged) and low(tokens, end) in _RANGE):
                found[-1] = start, max(end, last)
                continue
        found.append((first, last))
    return found


def _kind(facts: Facts) -> Kind:
    if facts.dates and not facts.figures:
        return "date"
    units = {figure.unit for figure in facts.figures}
    if "%" in units:
        return "share"
    return "amount" if units != {""} else "count"


def differ(one: Value, other: Value) -> bool:
    """Whether two values of one thing cannot both be right.

    Values of different kinds do not compare. The same value in another notation, a less
    precise date, a rounded figure, a range or a bound that holds the other do not differ;
    amounts in two currencies do.
    """
    if one.kind != other.kind:
        return False
    if not one.facts.missing_from([other.facts]) or not other.facts.missing_from([one.facts]):
        return False
    if one.kind == "date":  # a period holds the days that open and close it
        return not (_shares(one, other) or _shares(other, one))
    mine, theirs = (tuple(v.facts.figures) for v in (one, other))
    if {f.unit for f in mine} != {f.unit for f in theirs}:
        return True
    low_one, high_one = _ends(mine)
    low_other, high_other = _ends(theirs)
    if low_one <= high_other and low_other <= high_one:
        return False  # a range holds the other
    return not (_allows(one, low_one, low_other) or _allows(other, low_other, low_one))


def equals(one: Value, other: Value) -> bool:
    """Whether `one` says all that `other` says: a less precise date does not."""
    if one.kind != other.kind or differ(one, other):
        return False
    return one.kind != "date" or not other.facts.missing_from([one.facts])


def _shares(one: Value, other: Value) -> bool:
    return len(one.facts.missing_from([other.facts])) < len(one.facts)


def _ends(figures: tuple[Figure, ...]) -> tuple[Decimal, Decimal]:
    values = [figure.value for figure in figures]
    return min(values, default=Decimal(0)), max(values, default=Decimal(0))


def _allows(value: Value, mine: Decimal, theirs: Decimal) -> bool:
    """Whether a value, read by its own words, may stand for another figure."""
    if not mine or not theirs:
        return False
    off = abs(mine - theirs) / max(mine, theirs)
    if value.bound:
        right_side = theirs > mine if value.bound == "least" else theirs < mine
        if right_side and off <= NEAR_BOUND:
            return True
    unit = Decimal(10) ** int(mine.normalize().as_tuple().exponent)  # of its last digit
    shorter = len(mine.normalize().as_tuple().digits) < len(theirs.normalize().as_tuple().digits)
    rounded = shorter and abs(mine - theirs) < unit
    return off <= value.near or (rounded and off <= NEAR)
