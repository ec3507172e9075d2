"""Dates, whole and partial, with the days and years that a range or a list shares.

Takes the tokens of a text with its numbers read, gives its dates and the places they
take. Bare years are read with the figures; decades, quarters, weekdays and clock times
are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from euaiqa.datamodels import Language
from euaiqa.facts.days import ARTICLES, JOINS, STRONG, days_before, days_behind, has_unit
from euaiqa.facts.tables import MONTH_NAMES, MONTHS, SHORT_MONTHS
from euaiqa.facts.tokens import Token, is_year, low


@dataclass(frozen=True, slots=True)
class Date:
    """A date, whole or partial: 0 stands for what is not said.

    `04/08/2025` in English is of April or of August: then `swappable` is set, and the day
    and the month may stand for each other.
    """

    year: int
    month: int
    day: int
    swappable: bool = False

    @property
    def readings(self) -> tuple[tuple[int, int, int], ...]:
        """The year, month and day that the date may mean."""
        said = (self.year, self.month, self.day)
        return (said, (self.year, self.day, self.month)) if self.swappable else (said,)


@dataclass(frozen=True, slots=True)
class _Said:
    """A date and the tokens that it takes, `start` to `end`."""

    date: Date
    start: int
    end: int


# What makes `May` and `March` months; `mars` and `mai` are lower case in French.
_BEFORE_MONTH: dict[Language, frozenset[str]] = {
    "en": frozenset(
        "in of since until by this last next late early mid from through during".split()
    ),
    "fr": frozenset("en de d mois depuis debut fin mi courant des entre".split()),
}
_DOUBTFUL = frozenset("may march mars mai".split())


def dates_of(tokens: Sequence[Token], language: Language) -> tuple[frozenset[Date], set[int]]:
    """Read the dates of a text, and the places of the tokens that they take."""
    said: list[_Said] = []
    free = 0
    for i, token in enumerate(tokens):
        if i < free:
            continue
        if token.kind == "date":
            date = _numeric(token.text, language)
            found = [_Said(date, i, i + 1)] if date else []
        elif token.kind == "word" and token.low in MONTHS:
            found = _around(tokens, i, language, free)
        else:
            continue
        if found:
            said += found
            free = found[-1].end
    shared = _shared(tokens, said)
    return frozenset(s.date for s in shared), {
        place for s in said for place in range(s.start, s.end)
    }


def _numeric(text: str, language: Language) -> Date | None:
    first, second, third = map(int, re.split("[/.-]", text))
    if first > 31:  # ISO: the year comes first
        return _checked(Date(first, second, third))
    if "/" not in text or language == "fr":
        return _checked(Date(third, second, first)) or _checked(Date(third, first, second))
    either = first <= 12 and second <= 12 and first != second
    if first > 12:
        first, second = second, first
    return _checked(Date(third, first, second, swappable=either))


def _checked(date: Date) -> Date | None:
    plausible = 1000 <= date.year < 3000 and 1 <= date.month <= 12 and 1 <= date.day <= 31
    return date if plausible else None


def _around(tokens: Sequence[Token], i: int, language: Language, free: int) -> list[_Said]:
    """The dates that a month makes with the days and the year around it."""
    month = MONTHS[tokens[i].low]
    days, start = days_before(tokens, i, free)
    end = i + 1 + (low(tokens, i + 1) == "." and _may_be_short(tokens, i))
    if not days and low(tokens, i - 1) != "in" and tokens[i].low in MONTH_NAMES["en"]:
        days, end = days_behind(tokens, end)
    year, end = _year_behind(tokens, end)
    if not _is_month(tokens, i, language, bool(days), bool(year)):
        return []
    # All the days of a list take the same tokens: they are joined already.
    return [_Said(Date(year, month, day), start, end) for day in days or [0]]


def _may_be_short(tokens: Sequence[Token], i: int) -> bool:
    return tokens[i].low in SHORT_MONTHS and tokens[i + 1].glued


def _is_month(tokens: Sequence[Token], i: int, language: Language, day: bool, year: bool) -> bool:
    """Whether the name of a month is one: `may`, `march`, `mars`, `Jan` are other things too."""
    word, capital = tokens[i].low, tokens[i].text[0].isupper()
    own = word in MONTH_NAMES[language]
    if language == "en":
        if word == "mars":  # a planet, and what flies there
            return False
        if not capital and word in {"may", "march", "mar", "jan", "sep"}:
            return day and year
    if day or year:
        return own or capital or word not in {"may", "march", "mar"}
    if not own or word in SHORT_MONTHS or (language == "en" and not capital):
        return False
    if word not in _DOUBTFUL:
        return True
    if language == "fr" and capital:
        return False
    before = low(tokens, i - 2) if low(tokens, i - 1) in {"'", "-"} else low(tokens, i - 1)
    listed = low(tokens, i + 1) in STRONG and low(tokens, i + 2) in MONTH_NAMES[language]
    return listed or before in _BEFORE_MONTH[language]


def _year_behind(tokens: Sequence[Token], i: int) -> tuple[int, int]:
    """The year behind a day and a month, and where it ends; 0 when there is none."""
    at = i + (low(tokens, i) in {",", "of", "de", "-", "/"})
    token = tokens[at] if at < len(tokens) else None
    if token is None or token.kind != "number" or not token.text.isdigit():
        return 0, i
    text = token.text
    if len(text) != 4 or not (is_year(text) or 1000 <= int(text) < 1900):
        return 0, i
    return (0, i) if token.number and has_unit(tokens, at, token.number) else (int(text), at + 1)


def _shared(tokens: Sequence[Token], said: Sequence[_Said]) -> list[_Said]:
    """The dates with the year that they share: `du 28 février au 3 mars 2025`."""
    shared = list(said)
    for place in range(len(shared) - 2, -1, -1):
        first, second = shared[place], shared[place + 1]
        earlier = first.date.month <= second.date.month
        if not first.date.year and earlier and _joined(tokens, said[place], said[place + 1]):
            shared[place] = replace(first, date=replace(first.date, year=second.date.year))
    for place, (one, two) in enumerate(pairwise(said), start=1):
        first, second = shared[place - 1], shared[place]
        later = first.date.month <= second.date.month
        if not second.date.year and later and _joined(tokens, one, two):
            shared[place] = replace(second, date=replace(second.date, year=first.date.year))
    return shared


def _joined(tokens: Sequence[Token], first: _Said, second: _Said) -> bool:
    between = [low(tokens, i) for i in range(first.end, min(second.start, first.end + 5))]
    if second.start - first.end > 4 or not between:
        return False
    joins = any(word in STRONG for word in between)
    return joins and all(word in JOINS | ARTICLES for word in between)
