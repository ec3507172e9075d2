"""Figures and dates in a text, in a form that is the same in French and in English.

Used to check that a sentence says no figure that its quotes do not hold. It compares
values, scales, units and dates; what a figure is about is not its matter. Ordinals,
fractions, decades, clock times and numbers inside names (`GPT-4`, `article 5`,
`2024/1689`) are no figures: they are neither asked of a source nor held by one.

Read in this order: `tokens`, `words` and `numbers`, `dates`, `units`, `figures` and
`ranges`; in time linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from euaiqa.datamodels import Language
from euaiqa.facts.dates import Date, dates_of
from euaiqa.facts.figures import Figure, figures_of
from euaiqa.facts.numbers import numbered
from euaiqa.facts.tables import CURRENCIES, WEEKDAYS, Unit
from euaiqa.facts.tokens import Token, clean, tokens_of

__all__ = ["Date", "Facts", "Figure", "Unit", "facts_of", "masked"]


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures and dates of a text, in no order.

    `hints` are figures that the text holds without saying them (`both` holds 2, `half`
    holds 50 %): they prove another text's, and are no fact of this one.
    """

    figures: frozenset[Figure]
    dates: frozenset[Date]
    hints: frozenset[Figure] = field(default=frozenset(), compare=False)

    def missing_from(self, sources: Iterable[Facts]) -> Facts:
        """Those that none of the sources holds.

        A figure is held by an equal value with the same unit, in one of its readings; an
        amount with a scale of a thousand or more also by one of which the currency is not
        told. A partial date is held by a date that agrees with all it says. A bare year
        and a bare figure of four digits hold each other.
        """
        figures: set[Figure] = set()
        dates: set[tuple[int, int, int]] = set()
        for source in sources:
            figures.update(source.hints)
            for figure in source.figures:
                figures.update(figure.readings)
            for date in source.dates:
                for year, month, day in date.readings:
                    dates.update((y, m, d) for y in (year, 0) for m in (month, 0) for d in (day, 0))
        return Facts(
            frozenset(f for f in self.figures if not _figure_held(f, figures, dates)),
            frozenset(d for d in self.dates if not _date_held(d, figures, dates)),
        )

    @property
    def currencies(self) -> frozenset[Unit]:
        """Those of its figures, in every reading."""
        units = {one.unit for figure in self.figures for one in figure.readings}
        return frozenset(units & CURRENCIES)

    def untold(self, sources: Iterable[Facts]) -> frozenset[Unit]:
        """The currencies of its figures in which no source gives any.

        `missing_from` takes `20 milliards` for `20 billion euros`, since an article tells the
        currency once: another source must tell it.
        """
        return self.currencies.difference(*(source.currencies for source in sources))

    def __bool__(self) -> bool:
        """Whether there is any fact."""
        return bool(self.figures or self.dates)

    def __len__(self) -> int:
        """The number of facts."""
        return len(self.figures) + len(self.dates)


def facts_of(text: str, language: Language) -> Facts:
    """Read the figures and dates of a text.

    Args:
        text: any text.
        language: decides what `billion`, `1,500`, `04/08/2025` and number words mean.
    """
    tokens = _read(clean(text), language)
    dates, claimed = dates_of(tokens, language)
    found = figures_of(tokens, language, claimed)
    years = frozenset(Date(year, 0, 0) for year in found.years)
    return Facts(found.figures, dates | years, found.hints)


def masked(text: str, language: Language) -> str:
    """The text with every figure replaced by one placeholder, for comparing what is said of it.

    The numbers of dates are masked too, names of months and numbers inside names are not.
    """
    text = clean(text)
    tokens = _read(text, language)
    _, claimed = dates_of(tokens, language)
    places = list(figures_of(tokens, language, claimed).places)
    places += [(i, i + 1) for i in claimed if tokens[i].kind in {"number", "date"}]
    parts: list[str] = []
    at = 0
    for first, last in sorted(places):
        start, end = tokens[first].start, tokens[last - 1].end
        if start >= at:
            parts += (text[at:start], " X ")
            at = end
    return "".join((*parts, text[at:]))


def _read(text: str, language: Language) -> list[Token]:
    # "lundi 10 et mardi 11 février" is read as "10 et 11 février".
    tokens = [token for token in tokens_of(text) if token.low not in WEEKDAYS]
    return numbered(tokens, language)


def _figure_held(figure: Figure, figures: set[Figure], dates: set[tuple[int, int, int]]) -> bool:
    return any(
        reading in figures
        or (not reading.unit and _of_four_digits(reading) and (int(reading.value), 0, 0) in dates)
        for reading in figure.readings
    )


def _of_four_digits(figure: Figure) -> bool:
    return 1000 <= figure.value < 10_000 and figure.value == int(figure.value)


def _date_held(date: Date, figures: set[Figure], dates: set[tuple[int, int, int]]) -> bool:
    if any(reading in dates for reading in date.readings):
        return True
    bare_year = not date.month and not date.day
    return bare_year and Figure(Decimal(date.year).normalize(), "") in figures
