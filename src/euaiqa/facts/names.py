"""Numbers that tell which, not how many: `article 5(1)`, `n° 12`, `années 1990`, `à 14 h`.

Takes tokens and a place, gives the place behind such a reference. They say no figure: a
translation keeps them as they are, and what they refer to holds none.
"""

from __future__ import annotations

from collections.abc import Sequence

from euaiqa.datamodels import Language
from euaiqa.facts.tables import CURRENCY_SIGNS, PLURAL_REFERENCES, REFERENCES
from euaiqa.facts.tokens import Token, glued, is_year, low

_LIST = frozenset(", et and & ou or à to - –".split())
_LAST = frozenset("et and & ou or à to".split())  # what follows its item is no more of the list
_AT = frozenset("à vers des apres avant at by from before after around".split())
_SUFFIXES = frozenset("bis ter quater".split())


def reference_end(tokens: Sequence[Token], i: int, language: Language) -> int:
    """The place behind a reference that starts at a token, or 0 when there is none."""
    at = _introduced(tokens, i, language)
    if not at or not _numbered(tokens, at):
        return 0
    if low(tokens, at + 1) in CURRENCY_SIGNS or low(tokens, at + 1) == "%":
        return 0  # "en un point 5 % de moins"
    end = _item_end(tokens, at)
    while tokens[i].low in PLURAL_REFERENCES or low(tokens, end) in {"-", "–"}:
        mark = low(tokens, end)
        at = end + 1
        if mark == "," and low(tokens, at) in _LAST:
            mark, at = low(tokens, at), at + 1
        if mark not in _LIST or not _numbered(tokens, at):
            break
        end = _item_end(tokens, at)
        if mark in _LAST:
            break
    return end


def decades_end(tokens: Sequence[Token], i: int) -> int:
    """The place behind `années 1990 et 2000`, or 0; `1990s` is a name by its s."""
    if tokens[i].low != "annees" or not _decade(tokens, i + 1):
        return 0
    end = i + 2
    while low(tokens, end) in _LIST and _decade(tokens, end + 1):
        end += 2
    # "les années 2020 et 2021" are two years
    return 0 if low(tokens, end) in _LIST and is_year(low(tokens, end + 1)) else end


def clock_end(tokens: Sequence[Token], i: int) -> int:
    """The place behind `à 14 h 30` or `at 2 p.m.`, or 0; `14h30` and `14:30` are names anyway."""
    if low(tokens, i) not in _AT or i + 1 >= len(tokens) or tokens[i + 1].kind != "number":
        return 0
    word, end = low(tokens, i + 2), i + 3
    if word in {"h", "heures", "heure"}:
        minutes = end < len(tokens) and tokens[end].kind == "number" and len(low(tokens, end)) == 2
        return end + 1 if minutes else end
    if word in {"am", "pm"}:
        return end
    dotted = [low(tokens, at) for at in range(end, end + 2)] == [".", "m"]
    return end + 2 if word in {"a", "p"} and dotted else 0


def _introduced(tokens: Sequence[Token], i: int, language: Language) -> int:
    """Where the number of a reference would stand, or 0 when no word announces one."""
    word, after = tokens[i].low, low(tokens, i + 1)
    if word == "n" and after == "°":
        return i + 2
    if word in {"no", "nos"} and (after in {".", "°"} and glued(tokens, i + 1)):
        return i + 2
    if word == "no" and language == "fr":
        return i + 1
    if word not in REFERENCES:
        return 0
    at = i + 1
    while at < i + 4 and low(tokens, at) in {".", "°", "n", "no"}:
        at += 1
    letter = tokens[at].text if at < len(tokens) else ""
    if len(letter) == 1 and letter.isupper():  # "article L. 123-4"
        at += 1
        while at < i + 6 and low(tokens, at) in {".", "-"}:
            at += 1
    return at


def _numbered(tokens: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(tokens) and tokens[i].kind in {"number", "name"}


def _decade(tokens: Sequence[Token], i: int) -> bool:
    text = low(tokens, i)
    return text.isdigit() and text.endswith("0") and (len(text) == 2 or is_year(text))


def _item_end(tokens: Sequence[Token], i: int) -> int:
    """Behind `5`, `5a`, `5 bis`, `5(1)(a)`."""
    end = i + 1
    if end < len(tokens) and tokens[end].kind in {"word", "name"} and tokens[end].glued:
        end += 1
    if low(tokens, end) in _SUFFIXES:
        end += 1
    while low(tokens, end) == "(" and tokens[end].glued and low(tokens, end + 2) == ")":
        end += 3
    return end
