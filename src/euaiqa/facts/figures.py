"""Figures: numbers with their unit, and what the numbers of a range share.

Takes the tokens of a text with its numbers read, gives its figures, its bare years, and
its hints: figures that the text may be said to hold but does not say as such (`both` for
2, `half of` for 50 %, a scaled amount whose currency another sentence tells).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from euaiqa.datamodels import Language
from euaiqa.facts.ranges import RANGES, Item, shared, short_year
from euaiqa.facts.tables import CURRENCIES, FRACTIONS, MILLION, Unit
from euaiqa.facts.tokens import Number, Token, glued, is_year, low
from euaiqa.facts.units import Amount, amount_at
from euaiqa.facts.words import step


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its scale applied (20 milliards = 20000000000) and its unit, if any.

    In `7 et 20 millions` the text leaves open whether 7 is in millions: then `other` is
    the second reading. A figure is held when one reading of it is one of a source's.
    """

    value: Decimal
    unit: Unit
    other: Figure | None = None

    @property
    def readings(self) -> tuple[Figure, ...]:
        """What the figure may mean, each without a second reading."""
        if self.other is None:
            return (self,)
        return (Figure(self.value, self.unit), *self.other.readings)


@dataclass(frozen=True, slots=True)
class Found:
    """What the numbers of a text say, may be said to hold, and where they and their units are."""

    figures: frozenset[Figure]
    years: frozenset[int]
    hints: frozenset[Figure]
    places: tuple[tuple[int, int], ...]  # of tokens: from one, to the one behind the last


_HINTS: dict[Language, dict[str, tuple[int, Unit]]] = {
    "fr": {
        "un": (1, ""), "une": (1, ""), "zero": (0, ""), "neuf": (9, ""), "moitie": (50, "%"),
        "quart": (25, "%"),
    },
    "en": {
        "one": (1, ""), "a": (1, ""), "an": (1, ""), "zero": (0, ""), "both": (2, ""),
        "half": (50, "%"), "quarter": (25, "%"), "twice": (2, ""),
    },
}  # fmt: skip


def figures_of(tokens: Sequence[Token], language: Language, claimed: Collection[int]) -> Found:
    """Read the figures of a text.

    Args:
        tokens: with their numbers read.
        language: of the text.
        claimed: the places that belong to dates.
    """
    items, hints = _items(tokens, language, claimed)
    figures: set[Figure] = set()
    years: set[int] = set()
    for place, item in enumerate(shared(tokens, items)):
        if item.year and not item.unit:
            years.add(int(item.value))
            continue
        if place and (year := short_year(tokens, items[place - 1], item)):
            years.add(year)  # "2024-25"
            continue
        other = Figure(item.other[0].normalize(), item.other[1]) if item.other else None
        figure = Figure(item.value.normalize(), item.unit, other)
        figures.add(figure)
        if item.big and item.unit != "%":
            # "20 milliards seront investis" may be of euros, and the reverse: a scale of
            # a thousand or more is seldom of two things in one sentence and its quotes.
            units: frozenset[Unit] = frozenset({""}) if item.unit else CURRENCIES
            hints |= {Figure(figure.value, unit) for unit in units}
    places = tuple((item.amount.start, item.amount.end) for item in items)
    return Found(frozenset(figures), frozenset(years), frozenset(hints), places)


def _items(
    tokens: Sequence[Token], language: Language, claimed: Collection[int]
) -> tuple[list[Item], set[Figure]]:
    items: list[Item] = []
    hints: set[Figure] = set()
    free = 0
    for i, token in enumerate(tokens):
        number = token.number
        if number is None:
            if token.kind == "word" and (hint := _HINTS[language].get(token.low)):
                value, unit = hint
                percent: Unit = amount_at(tokens, i, Number(Decimal(1)), i).unit
                if value == 1 and token.low not in {"a", "an"}:
                    if percent == "%":
                        items.append(_one(i, "%"))
                    elif _opens_range(tokens, i):
                        items.append(_one(i, ""))
                hints.add(Figure(Decimal(value).normalize(), percent if value == 1 else unit))
        elif number.ordinal or i in claimed:
            free = i + 1
        elif low(tokens, step(tokens, i + 1)) in FRACTIONS[language]:  # "two-thirds"
            hints.add(Figure(number.value.normalize(), ""))
            if number.value == 3 and low(tokens, step(tokens, i + 1)) in {"quarts", "quarters"}:
                hints.add(Figure(Decimal(75), "%"))
        else:
            last = items[-1].amount if items else None
            money = False
            if last and last.before and last.end == i - 1:  # "€2-3m"
                money = low(tokens, i - 1) in RANGES | {"et", "and"}
            amount = amount_at(tokens, i, number, free, money)
            item = _item(tokens, i, number, amount, language)
            items.append(item)
            free = item.amount.end
    return items, hints


def _item(
    tokens: Sequence[Token], i: int, number: Number, amount: Amount, language: Language
) -> Item:
    metres = language == "en" and amount.scale == 1 and glued(tokens, i + 1)
    value, text = number.value * amount.scale, tokens[i].text
    scale = number.scale if amount.scale == 1 else amount.scale
    other: tuple[Decimal, Unit] | None = None
    if not amount.unit and low(tokens, amount.end) in {"point", "points"}:
        other = value, "%"  # "en hausse de 3 points"
    elif metres and not amount.unit and tokens[i + 1].text == "m":
        other = value * MILLION, ""  # "3.5m jobs", but "3m" may be metres
    return Item(
        value=value,
        scale=scale,
        big=number.big or scale >= 1000,
        unit=amount.unit,
        year=is_year(text) and amount.scale == 1,
        amount=amount,
        text=text,
        other=other,
    )


def _one(i: int, unit: Unit) -> Item:
    amount = Amount(Decimal(1), unit, i, i + 1 + bool(unit), before=False)
    return Item(Decimal(1), Decimal(1), big=False, unit=unit, year=False, amount=amount, text="")


def _opens_range(tokens: Sequence[Token], i: int) -> bool:
    """Whether `un` is a number: "un à deux milliards", "one to two billion"."""
    followed = i + 2 < len(tokens) and tokens[i + 2].kind == "number"
    dashed = low(tokens, i + 1) in {"-", "–"}
    return followed and low(tokens, i + 1) in RANGES and (glued(tokens, i + 1) or not dashed)
