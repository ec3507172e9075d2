"""From the printed lines of pages to paragraphs.

Takes lines with their place on the page and gives whole paragraphs: a line goes on with the
one before where the type, the distance and the margins say so; a word that was divided at
the end of a line is put together. What repeats at the top and foot of pages, and page
numbers, come after the paragraph they interrupt and are no part of the article.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from euaiqa.documents.formats.found import Line

_EDGE = 2  # lines at the top and the foot of a page among which running heads are
_REPEATS = 3  # pages on which a line must be to be a running head
_PAGE_NUMBER = re.compile(
    r"[-–—\s]*(?:(?:page|p\.?|seite)\s*)?(?:\d{1,4}|[ivxl]{1,7})"
    r"(?:\s*(?:/|of|sur|de)\s*\d{1,4})?[-–—\s.]*",
    re.IGNORECASE,
)
_NEAR = 40  # lines of a paragraph that tell its margins
_MAX_HEAD = 150  # characters; a longer line is text
_AT_END = re.compile(r"^\d{1,4}(?!\S)|(?<!\S)\d{1,4}$")
_ITEM = re.compile(r"(?:[•◦▪‣●○■–—*-]|\(?\d{1,2}[.)]|\(?[a-z]\)|\d+(?:\.\d+)+\.?)\s")
_END = re.compile(r"[.!?:;…][»”\"')\]\s]*$")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_WORD = re.compile(r"\w+(?:[-’']\w+)*")
_HEAD_WORD = re.compile(r"[^\W\d]+(?:-[^\W\d]+)*[-\u00ad]$")
# After these the hyphen is of the word, wherever the line ends.
_HYPHENATED = frozenset(
    "peut celui celle ceux celles vis non ex self well long high low sous mi demi semi micro auto"
    " anti contre avant après post pré pre co est dit fait moi lui elle eux nous vous là".split()
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of a page, in points from its lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page; `pictures`: it has no text but something is drawn on it."""

    width: float
    height: float
    pictures: bool
    lines: list[Printed]


def paragraphs(pages: list[Page]) -> Iterator[Line]:
    """The paragraphs of a document in the order of its pages."""
    running = _running(pages)
    words = Counter(
        word.casefold()
        for page in pages
        for line in page.lines
        for word in _WORD.findall(line.text)
    )
    current: list[Printed] = []
    waiting: list[str] = []
    for number, page in enumerate(pages):
        pitch = _pitch(page.lines)
        fresh = True  # the next line is the first of its page that is no running head
        for index, line in enumerate(page.lines):
            if (number, index) in running:
                waiting.append(line.text)
                continue
            goes_on = bool(current) and (
                _across(current, line) if fresh and number else _goes_on(current, line, pitch)
            )
            fresh = False
            if not goes_on:
                if current:
                    yield Line(_joined(current, words))
                yield from (Line(text, inside=False) for text in waiting)
                current, waiting = [], []
            current.append(line)
    if current:
        yield Line(_joined(current, words))
    yield from (Line(text, inside=False) for text in waiting)


def _running(pages: list[Page]) -> set[tuple[int, int]]:
    """Page and line of the running heads, feet and page numbers."""
    edges = [
        (number, index, line)
        for number, page in enumerate(pages)
        for index, line in enumerate(page.lines)
        if index < _EDGE or index >= len(page.lines) - _EDGE
    ]
    seen = Counter(form for form in {(number, _form(line)) for number, _, line in edges})
    often = Counter(form for _, form in seen)
    found = {
        (number, index)
        for number, index, line in edges
        if often[_form(line)] >= _REPEATS and len(line.text) <= _MAX_HEAD
    }
    found |= _numbered(edges, len(pages))
    for number, page in enumerate(pages):
        for index in {0, len(page.lines) - 1} if len(page.lines) > 1 else ():
            if _PAGE_NUMBER.fullmatch(page.lines[index].text):
                found.add((number, index))
    return found


def _numbered(edges: list[tuple[int, int, Printed]], pages: int) -> set[tuple[int, int]]:
    """Lines that begin or end with the number of their page, counted from any beginning."""
    told = [
        (number, index, int(found) - number)
        for number, index, line in edges
        if len(line.text) <= _MAX_HEAD
        for found in set(_AT_END.findall(line.text))
    ]
    offsets = Counter((offset, number) for number, _, offset in told)
    often = Counter(offset for offset, _ in offsets)
    if not often:
        return set()
    offset, times = often.most_common(1)[0]
    if times < max(_REPEATS, 0.3 * pages):
        return set()
    return {(number, index) for number, index, each in told if each == offset}


def _form(line: Printed) -> tuple[str, int]:
    """A line with its numbers blotted out, and its height: what running heads have in common."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", line.text.casefold()).strip(), round(line.bottom / 5)


def _pitch(lines: list[Printed]) -> float:
    """The usual distance of a line to the next in a paragraph, from foot to foot."""
    steps = [
        above.bottom - below.bottom
        for above, below in pairwise(lines)
        if 0 < above.bottom - below.bottom < 4 * max(above.size, 4)
    ]
    return median(steps) if steps else 0.0


def _goes_on(current: list[Printed], line: Printed, pitch: float) -> bool:
    """Whether a line of the same page belongs to the paragraph before it."""
    last = current[-1]
    if _ITEM.match(line.text) or abs(last.size - line.size) > 0.12 * max(last.size, line.size):
        return False
    step = last.bottom - line.bottom
    em = max(line.top - line.bottom, line.size, 4)
    if step < -em:  # higher than the line before: the next column
        return _across(current, line)
    if abs(step) < 0.4 * em:  # beside it: a cell, a number of a heading
        return line.left - last.right < 3 * em
    if step > max(1.35 * pitch, 1.2 * em) and step > 1.35 * em:
        return False
    width = max(each.right for each in current[-_NEAR:])
    hanging = _ITEM.match(current[0].text) is not None
    if _END.search(last.text):
        if line.left > current[-1].left + 0.6 * em and not hanging:
            return False  # indented after a full stop: a new paragraph
        if len(current) > 1 and last.right < width - 3 * em:
            return False  # the last line ended early
        if len(current) == 1 and line.right > last.right + 3 * em:
            return False
    elif last.right < line.right - 0.35 * (line.right - line.left) and not line.text[0].islower():
        return False  # much shorter and no sentence: a heading, an address
    return not (hanging and line.left < current[0].left - em)


def _across(current: list[Printed], line: Printed) -> bool:
    """Whether a paragraph goes on over the end of a page or column."""
    last = current[-1]
    return (
        not _END.search(last.text)
        and not _ITEM.match(line.text)
        and abs(last.size - line.size) <= 0.12 * max(last.size, line.size)
        and (
            line.text[0].islower() or last.text.endswith((",", "-", "\u00ad")) or _is_full(current)
        )
    )


def _is_full(lines: list[Printed]) -> bool:
    """Whether the last of some lines of a paragraph reaches its right margin."""
    margin = max(each.right for each in lines[-_NEAR:])
    return len(lines) > 1 and lines[-1].right > margin - max(lines[-1].size, 4)


def _joined(lines: list[Printed], words: Counter[str]) -> str:
    """The lines of a paragraph as one; ligatures as letters."""
    parts: list[str] = []
    for line in lines:
        piece = line.text.strip()
        if parts and parts[-1].endswith(("-", "\u00ad")) and piece[:1].islower():
            divided = _divides(parts[-1], piece, words)
            parts[-1] = parts[-1][:-1] + ("" if divided else "-")
        elif parts:
            parts.append(" ")
        parts.append(piece)
    text = "".join(parts).replace("\u00ad ", "-").replace("\u00ad", "")
    return _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _divides(text: str, following: str, words: Counter[str]) -> bool:
    """Whether the hyphen at the end of a line only divides a word.

    The rest of the document tells, where it has the word in one of its two forms.
    """
    head, tail = _HEAD_WORD.search(text[-60:]), _WORD.match(following)
    if head is None or tail is None:
        return False
    begin, rest = head[0][:-1].casefold(), tail[0].casefold()
    whole, apart = words[begin + rest], words[f"{begin}-{rest}"]
    if whole != apart:
        return whole > apart
    return begin not in _HYPHENATED and "-" not in begin and not head[0][:-1].isupper()
