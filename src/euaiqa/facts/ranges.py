"""What the numbers of a range or a list share: `1,5 et 2 milliards d'euros`, `€20-30`.

Takes the numbers of a text with their amounts, gives them with the scale and unit that
they take from those beside them. Where it is open whether they share, both readings stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from euaiqa.facts.tables import Unit
from euaiqa.facts.tokens import Token, glued, low
from euaiqa.facts.units import Amount

RANGES = frozenset("à to - –".split())
_LISTS = frozenset("et ou and or , & / ni nor puis".split())
_BETWEEN = frozenset("entre between".split())
_FROM = frozenset("de from".split())


@dataclass(frozen=True, slots=True)
class Item:
    """A number of the text with what it may share with its neighbours."""

    value: Decimal
    scale: Decimal  # 1 when it has none of its own
    big: bool  # said with a scale of a thousand or more
    unit: Unit
    year: bool  # bare digits that look like a year
    amount: Amount
    text: str
    other: tuple[Decimal, Unit] | None = None


def shared(tokens: Sequence[Token], items: Sequence[Item]) -> list[Item]:
    """The items with the scale and unit that they take from those beside them."""
    found = list(items)
    for place in range(1, len(found)):
        mark = _mark(tokens, found[place - 1], found[place])
        if mark:
            found[place] = _from_last(tokens, found[place - 1], found[place], mark)
    for place in range(len(found) - 2, -1, -1):  # "2, 3 et 5 %": from the last to the first
        mark = _mark(tokens, found[place], found[place + 1])
        if mark:
            found[place] = _from_next(tokens, found[place], found[place + 1], mark)
    return found


def _mark(tokens: Sequence[Token], first: Item, second: Item) -> str:
    """The one word or sign between two numbers that makes them a range or a list."""
    gap = second.amount.start - first.amount.end
    mark = low(tokens, first.amount.end)
    if gap == 2 and mark == "," and low(tokens, first.amount.end + 1) in {"and", "or"}:
        return "and"
    return mark if gap == 1 and mark in RANGES | _LISTS else ""


def _is_range(tokens: Sequence[Token], first: Item, mark: str) -> bool:
    between = low(tokens, first.amount.start - 1) in _BETWEEN
    if mark in {"-", "–"}:  # with spaces it may be a dash: "les 27 – 20 millions"
        return tokens[first.amount.end].glued
    return mark in RANGES or (between and mark in {"et", "and"})


def _from_next(tokens: Sequence[Token], first: Item, second: Item, mark: str) -> Item:
    """`1,5 et 2 milliards d'euros`: what the first of two takes from the second."""
    ranged = _is_range(tokens, first, mark)
    if first.year and not (ranged and len(second.text) == 4 and second.unit not in {"", "%"}):
        return first
    own = (first.value, first.unit)
    if first.unit not in {"", second.unit}:
        return first
    if first.big:
        return replace(first, unit=second.unit) if ranged and second.unit != "%" else first
    if second.scale == 1 and first.unit == second.unit:
        return first
    value = first.value * second.scale
    # "de 500 à 2 millions": 500 is hardly in millions
    sure = ranged and value < second.value and not first.year
    other = None if sure else own
    return replace(
        first,
        value=value,
        scale=second.scale,
        big=first.big or second.scale >= 1000,
        unit=second.unit,
        year=False,
        other=other,
    )


def _from_last(tokens: Sequence[Token], first: Item, second: Item, mark: str) -> Item:
    """`€20-30`, `between €1.5 and 2 billion`: the currency that the second takes."""
    if second.unit or second.year or first.unit in {"", "%"} or not first.amount.before:
        return second
    if not _is_range(tokens, first, mark):
        return second
    opened = low(tokens, first.amount.start - 1) in _BETWEEN | _FROM
    sure = opened or mark in {"-", "–"} or second.big
    return replace(second, unit=first.unit, other=None if sure else (second.value, second.unit))


def short_year(tokens: Sequence[Token], first: Item, second: Item) -> int:
    """The second year of `2024-25`, or 0."""
    at = first.amount.end
    if not first.year or first.unit or second.unit or low(tokens, at) not in {"-", "–"}:
        return 0
    joined = second.amount.start == at + 1 and tokens[at].glued and glued(tokens, at + 1)
    if not joined or len(second.text) != 2 or int(second.value) <= int(first.value) % 100:
        return 0
    return int(first.value) // 100 * 100 + int(second.value)
