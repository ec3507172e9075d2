"""Number words below a million and how they compose, in French and in English.

Takes tokens and a place, gives the value and where it ends. `un` and `one` alone are no
number here (they are articles and pronouns), nor are ordinals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from euaiqa.datamodels import Language
from euaiqa.facts.tokens import Token, glued, low

_FR_SMALL = {
    word: value
    for value, word in enumerate(
        "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
        .split(),
        start=2,
    )
}  # fmt: skip
_FR_TENS = {
    "vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
_EN_SMALL = {
    word: value
    for value, word in enumerate(
        (
            "two three four five six seven eight nine ten eleven twelve thirteen fourteen "
            "fifteen sixteen seventeen eighteen nineteen"
        ).split(),
        start=2,
    )
}
_EN_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
ONES: dict[Language, frozenset[str]] = {
    "fr": frozenset({"un", "une"}),
    "en": frozenset({"one", "a", "an"}),
}
THOUSANDS: dict[Language, frozenset[str]] = {
    "fr": frozenset({"mille", "mil"}),
    "en": frozenset({"thousand"}),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A number in words: its value, the token behind it, what it ends on."""

    value: int
    end: int
    big: bool = False  # `thousand` is part of it
    shared: bool = False  # it is so many thousands, which a range may share


def step(tokens: Sequence[Token], i: int) -> int:
    """The place of the next word: behind the hyphen, when one joins it to the word before."""
    return i + 1 if low(tokens, i) == "-" and tokens[i].glued and glued(tokens, i + 1) else i


def is_number_word(word: str) -> bool:
    """Whether a French word is, or is part of, a number of less than a million."""
    return word in _FR_SMALL or word in _FR_TENS or word in {"un", "une", "cent", "mille"}


def words_at(tokens: Sequence[Token], i: int, language: Language) -> Words | None:
    """Read the number in words that starts at a token, below a million."""
    if language == "fr":
        return _with_thousands(tokens, i, language)
    longest = _with_thousands(tokens, i, language)
    if longest and low(tokens, i - 1) == "between" and low(tokens, longest.end) != "and":
        # "between one hundred and two thousand": the `and` is of the range
        return _with_thousands(tokens, i, language, joined=False)
    return longest


def _with_thousands(
    tokens: Sequence[Token], i: int, language: Language, joined: bool = True
) -> Words | None:
    words = THOUSANDS[language]
    first = _below_thousand(tokens, i, language, joined)
    if (
        first is None
        and low(tokens, i) in ONES[language]
        and low(tokens, _next(tokens, i)) in words
    ):
        if language == "fr":  # "un mille" is a nautical mile
            return None
        first = (1, i + 1)
    if first is None:
        if low(tokens, i) not in words:
            return None
        value, end = 1000, i + 1
        shared = False
    else:
        value, end = first
        at = step(tokens, end)
        if low(tokens, at) not in words:
            return Words(value, end)
        value, end, shared = value * 1000, at + 1, True
    tail = _thousand_tail(tokens, end, language, joined)
    if tail is None:
        return Words(value, end, big=True, shared=shared)
    return Words(value + tail[0], tail[1], big=True)


def _next(tokens: Sequence[Token], i: int) -> int:
    return step(tokens, i + 1)


def _thousand_tail(
    tokens: Sequence[Token], end: int, language: Language, joined: bool
) -> tuple[int, int] | None:
    at = step(tokens, end)
    if language == "fr":
        if low(tokens, at) == "et" and low(tokens, step(tokens, at + 1)) in ONES["fr"]:
            return 1, step(tokens, at + 1) + 1
        if low(tokens, at) in ONES["fr"]:
            return 1, at + 1
        return _below_thousand(tokens, at, language, joined)
    if low(tokens, at) == "and":
        return _and_tail(tokens, at, joined)
    one = (1, at + 1) if low(tokens, at) == "one" else None
    return _below_thousand(tokens, at, language, joined) or one


def _below_thousand(
    tokens: Sequence[Token], i: int, language: Language, joined: bool
) -> tuple[int, int] | None:
    return _fr_below_thousand(tokens, i) if language == "fr" else _en(tokens, i, joined)


def _fr_below_thousand(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    if low(tokens, i) == "cent":
        hundreds, end = 100, i + 1
    else:
        digit, at = _FR_SMALL.get(low(tokens, i), 0), _next(tokens, i)
        if not 2 <= digit <= 9 or low(tokens, at) not in {"cent", "cents"}:
            return _fr_below_hundred(tokens, i)
        hundreds, end = 100 * digit, at + 1
    at = step(tokens, end)
    if low(tokens, at) == "et" and at != end:  # all hyphens: "cent-et-un"
        at = step(tokens, at + 1)
    if low(tokens, at) in ONES["fr"]:
        return hundreds + 1, at + 1
    tail = _fr_below_hundred(tokens, at)
    return (hundreds + tail[0], tail[1]) if tail else (hundreds, end)


def _fr_below_hundred(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    word, at = low(tokens, i), _next(tokens, i)
    if word == "quatre" and low(tokens, at) in {"vingt", "vingts"}:
        end = at + 1
        at = step(tokens, end)
        if at != end and low(tokens, at) in ONES["fr"]:
            return 81, at + 1
        unit = _fr_below_twenty(tokens, at)
        return (80 + unit[0], unit[1]) if unit else (80, end)
    if word not in _FR_TENS:
        return _fr_below_twenty(tokens, i)
    tens = _FR_TENS[word]
    if low(tokens, at) == "et":
        last = step(tokens, at + 1)
        if low(tokens, last) in ONES["fr"]:
            return tens + 1, last + 1
        if tens == 60 and low(tokens, last) == "onze":
            return 71, last + 1
        return tens, i + 1
    if at != i + 1 and low(tokens, at) in ONES["fr"]:
        return tens + 1, at + 1
    unit = _fr_below_twenty(tokens, at)
    if unit and (unit[0] < 10 or tens == 60):
        return tens + unit[0], unit[1]
    return tens, i + 1


def _fr_below_twenty(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    value = _FR_SMALL.get(low(tokens, i))
    if value is None:
        return None
    if value == 10:
        at = _next(tokens, i)
        unit = _FR_SMALL.get(low(tokens, at), 0)
        if 7 <= unit <= 9:
            return 10 + unit, at + 1
    return value, i + 1


def _en(tokens: Sequence[Token], i: int, joined: bool) -> tuple[int, int] | None:
    """English, below a thousand; but `twelve hundred` is read too."""
    if low(tokens, i) == "hundred":
        hundreds, end = 100, i + 1
    else:
        first = _en_below_hundred(tokens, i)
        if first is None and low(tokens, i) in ONES["en"]:
            first = (1, i + 1)
        at = step(tokens, first[1]) if first else i
        if first is None or low(tokens, at) != "hundred":
            return first if first and first[0] > 1 else None
        hundreds, end = 100 * first[0], at + 1
    at = step(tokens, end)
    tail = _and_tail(tokens, at, joined) if low(tokens, at) == "and" else None
    tail = tail or _en_below_hundred(tokens, at)
    if tail is None and low(tokens, at) == "one":
        tail = (1, at + 1)
    return (hundreds + tail[0], tail[1]) if tail else (hundreds, end)


def _and_tail(tokens: Sequence[Token], at: int, joined: bool) -> tuple[int, int] | None:
    """What `and` adds to hundreds or thousands: less than a hundred, and not of a new number."""
    if not joined:
        return None
    i = step(tokens, at + 1)
    tail = _en_below_hundred(tokens, i)
    if tail is None and low(tokens, i) == "one":
        tail = (1, i + 1)
    if tail and low(tokens, step(tokens, tail[1])) == "hundred":
        return None
    return tail


def _en_below_hundred(tokens: Sequence[Token], i: int) -> tuple[int, int] | None:
    word = low(tokens, i)
    if word in _EN_SMALL:
        return _EN_SMALL[word], i + 1
    if word not in _EN_TENS:
        return None
    at = _next(tokens, i)
    if low(tokens, at) == "one":
        return _EN_TENS[word] + 1, at + 1
    unit = _EN_SMALL.get(low(tokens, at), 0)
    return (_EN_TENS[word] + unit, at + 1) if 2 <= unit <= 9 else (_EN_TENS[word], i + 1)
