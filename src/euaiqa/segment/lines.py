"""From the lines of a text to units: what is split into sentences by itself.

A unit is a line, or the lines of a paragraph that was broken to one width: most saved
articles have a paragraph a line, e-mails and old web pages do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from euaiqa.datamodels import Span

_NARROWEST, _WIDEST = 40, 120  # characters of a line in a text broken to one width
# "1.", "12)", "(a)", "iv)", "‘5.": the number of a paragraph, at its beginning; a bullet.
_ENUMERATOR = (
    r"[‘“«\"'(\[]?\s?(?:\d{1,3}(?:\.\d{1,3})*|[a-zA-Z]|[ivxlIVXL]{1,5})(?:[)\]][.)]?|\.\)?)"
)
LIST_MARK = re.compile(rf"(?:[-–—•*▪◦·‣]|{_ENUMERATOR})(?:\s+|$)")
WORD = re.compile(r"[^\W_]")
_LINE = re.compile(r"[^\n]+")
_BREAK = re.compile(r"[.!?…;:,][»”\"')\]\s]*$")


def units(text: str, skip: Sequence[Span]) -> Iterator[Span]:
    """Lines, less what is skipped; the lines of a hard-wrapped paragraph are one unit."""
    unit: Span | None = None
    width = _wrap_width(text)
    for line in _kept_lines(text, skip):
        if unit is not None and _continues(text, unit, line, width):
            unit = Span(unit.start, line.end)
            continue
        if unit is not None:
            yield unit
        unit = line
    if unit is not None:
        yield unit


def _kept_lines(text: str, skip: Sequence[Span]) -> Iterator[Span]:
    """The lines outside `skip`, without white space around; empty ones are left out."""
    at = 0
    for start, end in [(span.start, span.end) for span in skip] + [(len(text), len(text))]:
        for match in _LINE.finditer(text, at, max(at, start)):
            if span := stripped(text, match.start(), match.end()):
                yield span
        at = max(at, end)


def stripped(text: str, start: int, end: int) -> Span | None:
    """The range without the white space at its ends; None when nothing is left."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    return Span(start + left, start + left + len(kept)) if kept else None


def _wrap_width(text: str) -> int:
    """The width a text was broken to, in characters; 0 when its lines are paragraphs.

    It was broken when a quarter of the line ends are in the middle of a sentence, at a
    place where the next word did not fit.
    """
    lines = text.split("\n")
    width = max(map(len, lines))
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    pairs = [(line.rstrip(), after) for line, after in pairwise(lines) if line.strip() and after]
    broken = sum(
        after[0].islower() and not _BREAK.search(line) and _is_full(line, after, width)
        for line, after in pairs
    )
    return width if broken * 4 > len(pairs) else 0


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the following line would not have fitted into a line."""
    return len(line) + 1 + len((following.split(maxsplit=1) or [""])[0]) > width


def _continues(text: str, unit: Span, line: Span, width: int) -> bool:
    """Whether a line goes on with the sentence of the one before it.

    It does when it says nothing by itself (";"), when the line before is the number of a
    paragraph, when nothing ended before it and it begins in lower case, or when its first
    word would not have fitted into the line before, in a text broken to one width.
    """
    between = text[unit.end : line.start]
    if between.strip() or between.count("\n") > 1:
        return False
    following = text[line.start : line.end]
    last = text[max(unit.start, text.rfind("\n", 0, unit.end) + 1) : unit.end]
    if not WORD.search(following) or LIST_MARK.fullmatch(last):
        return True
    if LIST_MARK.match(following):
        return False
    if width and _is_full(last, following, width):
        return True
    return len(last) >= _NARROWEST and following[0].islower() and not _BREAK.search(last)
