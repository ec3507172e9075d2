"""The days beside a month, alone or in a list or range: `les 10, 11 et 12`, `10-11`.

Takes tokens and the place of a month, gives the days before or behind it and where they
start or end.
"""

from __future__ import annotations

from collections.abc import Sequence

from euaiqa.facts.tokens import Number, Token, low
from euaiqa.facts.units import amount_at

JOINS = frozenset(", et and & ou or au à to - – through until jusqu ' puis".split())
ARTICLES = frozenset("le du the les l from de on".split())
STRONG = frozenset("et and & ou or au à to - – through until".split())  # a comma alone is none
# Behind "February 10 and 11": the eleventh is a day, not so many of something.
_BEHIND_DAYS = frozenset(
    "in at with the a to and for as when where by on of after before this last is was were "
    "will but or that which who while".split()
)


def _day(tokens: Sequence[Token], i: int) -> int:
    """The day of a month that a token may say, or 0."""
    number = tokens[i].number if 0 <= i < len(tokens) else None
    if number is None:
        return 1 if low(tokens, i) == "premier" else 0
    whole = number.scale == 1 and number.value == number.value.to_integral_value()
    return int(number.value) if whole and 1 <= number.value <= 31 else 0


def days_before(tokens: Sequence[Token], i: int, free: int) -> tuple[list[int], int]:
    """The days of `les 10, 11 et 12` before a month, and where they start."""
    at = i - 1
    if low(tokens, at) in {"of", "-"}:
        at -= 1
    if at < free or not _day(tokens, at):
        return [], i
    days, start = [_day(tokens, at)], at
    while True:
        at, marks = start - 1, set()
        while at >= max(free, start - 4) and low(tokens, at) in JOINS | ARTICLES:
            marks.add(low(tokens, at))
            at -= 1
        day = _day(tokens, at) if at >= free else 0
        strong = bool(marks & STRONG) or ("," in marks and len(days) > 1)
        if not day or not strong or day >= days[0]:
            return days, start
        days.insert(0, day)
        start = at


def days_behind(tokens: Sequence[Token], i: int) -> tuple[list[int], int]:
    """The days of `10, 11 and 12` behind a month, and where they end."""
    if not _free_day(tokens, i):
        return [], i
    sure, end = [_day(tokens, i)], i + 1
    days, at = list(sure), end
    while True:
        glued_mark = at < len(tokens) and tokens[at].glued
        mark, at = low(tokens, at), at + 1
        if mark == "," and low(tokens, at) == "and":
            mark, at = "and", at + 1
        at += low(tokens, at) == "the"
        if mark not in JOINS or not _free_day(tokens, at) or _day(tokens, at) <= days[-1]:
            return sure, end
        days.append(_day(tokens, at))
        number = tokens[at].number
        at += 1
        joined = mark in {"-", "–"} and glued_mark  # "February 10 – 27 countries" is not
        if joined or (number and number.ordinal) or _ends_days(tokens, at, mark):
            sure, end = list(days), at


def _free_day(tokens: Sequence[Token], i: int) -> bool:
    """Whether a token is a day, and not so much of something."""
    number = tokens[i].number if i < len(tokens) else None
    return number is not None and _day(tokens, i) > 0 and not has_unit(tokens, i, number)


def has_unit(tokens: Sequence[Token], i: int, number: Number) -> bool:
    """Whether a number is so much of something: no day and no year is."""
    amount = amount_at(tokens, i, number, i)
    return bool(amount.unit) or amount.scale != 1


def _ends_days(tokens: Sequence[Token], i: int, mark: str) -> bool:
    if mark == ",":
        return False
    word = low(tokens, i)
    behind_word = i >= len(tokens) or tokens[i].kind != "word"
    return behind_word or word in _BEHIND_DAYS
