"""Cuts a text into the tokens that figures and dates are read from, in one linear scan.

Takes any text and gives words, numbers in digits, numeric dates, signs, and names: what
holds digits and says no figure (`GPT-4`, `24/7`, `2024/1689`, a URL).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from euaiqa.facts.tables import CURRENCY_CODES, MONTHS

Kind = Literal["word", "number", "date", "sign", "name"]

_MAX_DIGITS = 30  # characters; a longer run of digits is an identifier


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its scale words applied (`deux cent mille` is 200000, scale 1000)."""

    value: Decimal
    scale: Decimal = Decimal(1)  # the last scale word, which a range shares
    big: bool = False  # whether a word of a thousand or more is part of it
    ordinal: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; one of kind `number` has its `number` once `numbers` read it."""

    kind: Kind
    text: str
    low: str
    glued: bool  # nothing stands between it and the token before
    start: int = 0  # characters, in what `clean` gives
    end: int = 0
    number: Number | None = None


def clean(text: str) -> str:
    """Take out the characters that show nothing, and accents that stand beside their letter."""
    return text.translate(_DROPPED)


def tokens_of(text: str) -> list[Token]:
    """Cut a text into tokens.

    Args:
        text: as `clean` gives it; accents are taken off (but for `à`), the many spaces and
            dashes become one kind.
    """
    text = text.translate(_PLAIN)  # one character for one: places stay
    found: list[Token] = []
    at = end = 0
    while match := _TOKEN.match(text, at):
        kind, piece = match.lastgroup, match[match.lastgroup or 0]
        start, at = match.start(match.lastgroup or 0), match.end()
        if kind == "mixed":  # a word with a number behind it: a name, or two tokens
            prefix = match["prefix"]
            if _apart(prefix, piece):
                kind, piece, at = "word", prefix, start + len(prefix)
                at += text[at] == "-"
            else:
                kind = "name"
        elif kind == "exponent":  # "10²⁵" is read as "10^25"
            kind, piece = "number", piece.translate(_EXPONENTS)
        if kind == "number" and len(piece) > _MAX_DIGITS:
            kind = "name"
        low = piece if kind in {"sign", "number"} else piece.lower()
        last = start + len(piece)
        found.append(Token(kind, piece, low, start == end, start, last))  # type: ignore[arg-type]
        end = at
    return found


def low(tokens: Sequence[Token], i: int) -> str:
    """The token in lower case, or nothing before the first and behind the last."""
    return tokens[i].low if 0 <= i < len(tokens) else ""


def glued(tokens: Sequence[Token], i: int) -> bool:
    """Whether there is a token and nothing between it and the one before."""
    return 0 <= i < len(tokens) and tokens[i].glued


def is_year(text: str) -> bool:
    """Whether bare digits are read as a year: 1900 to 2099."""
    return len(text) == 4 and text[:2] in {"19", "20"} and text.isdigit()


def _apart(prefix: str, piece: str) -> bool:
    """Whether the number behind a word is one of its own: `EUR20bn`, `EU-27`, `mid-2025`."""
    plain = prefix.lower()
    if plain in CURRENCY_CODES or plain in MONTHS or plain in {"eu", "ue"}:
        return True
    rest = piece[len(prefix) :]
    return prefix.islower() and rest[0] == "-" and is_year(rest[1:])


def _plain_characters() -> dict[int, str]:
    plain = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2008\u2002\u2003\u2005\u2006"), " ")
    plain |= dict.fromkeys(map(ord, "‐‑"), "-") | dict.fromkeys(map(ord, "–—−‒"), "–")
    plain |= dict.fromkeys(map(ord, "’‘ʼ`´"), "'")
    plain |= {ord("º"): "°", ord("％"): "%", ord("À"): "à"}
    for letter, accented in zip("aceinouy", ("âäá", "ç", "éèêë", "îïí", "ñ", "ôöó", "ùûüú", "ÿ"),
                                strict=True):  # fmt: skip
        plain |= dict.fromkeys(map(ord, accented), letter)
        plain |= dict.fromkeys(map(ord, accented.upper()), letter.upper())
    return plain


_DROPPED = dict.fromkeys([*range(0x300, 0x370), 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], "")
_EXPONENTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_PLAIN = _plain_characters()
# One alternative after the other; what an alternative scans in vain the next one takes
# whole, so that the time is linear in the text.
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<url>(?:https?://|www\.)\S+)
  | (?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9-])
      |[0-9]{1,2}(?P<mark>[/.-])[0-9]{1,2}(?P=mark)[0-9]{4}(?![0-9]))
  | (?P<mixed>(?P<prefix>[^\W\d_⁰¹²³⁴-⁹]+)-?[0-9]\w*(?:[-.][0-9]\w*)*)
  | (?P<name>[0-9]+(?:/[0-9]+)+\w*
      |(?![0-9]{1,3}(?:\.[0-9]{3})+(?![.0-9]))[0-9]+(?:\.[0-9]+){2,}
      |[0-9]{1,2}(?::[0-9]{2})+)
  | (?P<exponent>(?<=\b10)[⁰¹²³⁴-⁹]+)
  | (?P<number>[0-9]{1,3}(?P<group>[ .,'])[0-9]{3}(?:(?P=group)[0-9]{3})*(?![0-9])(?:[.,][0-9]+)?
      |[0-9]+(?:[.,][0-9]+)?)
  | (?P<word>[^\W\d_⁰¹²³⁴-⁹]+)
  | (?P<sign>\S)
)""",
    re.VERBOSE,
)
