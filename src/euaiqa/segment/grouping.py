"""From sentences to passages: what is embedded and retrieved.

A passage is a run of whole consecutive sentences of one section, near the size at which
the encoder tells passages apart best.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from euaiqa.datamodels import Document, Passage, Sentence, Span
from euaiqa.segment.lines import stripped, units
from euaiqa.segment.splitter import split

TARGET_TOKENS = 105  # the middle of 80 to 130
LONGEST_SENTENCE = 400  # tokens; a longer sentence is cut at its punctuation
MAX_TOKENS = 480  # tokens of a passage; the encoder reads 512 with its prefix and frame

BEFORE = 2  # sentences that are read with a passage, from just before it

_MAX_HEADING = 150  # characters
_PARAGRAPH_BREAK = 0.15  # cost of ending a passage inside a paragraph
_ENDING = re.compile(r"[.!?…;:][»”\"’')\]\s\u00a0\u202f]*$")

CountTokens = Callable[[Sequence[str]], list[int]]


def passages(document: Document, count_tokens: CountTokens) -> tuple[Passage, ...]:
    """The passages of an article: each sentence is in exactly one, in order.

    A passage has about 80 to 130 tokens where the article's sections allow it. It does
    not cross a heading, which belongs to what follows it, nor boilerplate. A sentence of
    more than 400 tokens is cut after a clause, so that no passage has more than 480.

    Args:
        document: the article.
        count_tokens: the encoder's number of tokens of each text, without the prefix and
            the frame it adds.
    """
    text = document.text
    pieces = _pieces(document, count_tokens)
    found: list[Passage] = []
    for section in _sections(pieces):
        for group in _group(section):
            start, end = group[0].span.start, group[-1].span.end
            earlier = [sentence for passage in found[-BEFORE:] for sentence in passage.sentences]
            found.append(
                Passage(
                    document=document.id,
                    title=document.title,
                    published=document.published,
                    language=document.language,
                    start=start,
                    end=end,
                    text=text[start:end],
                    sentences=tuple(
                        Sentence(document.id, span.start, span.end, text[span.start : span.end])
                        for span in (piece.span for piece in group)
                    ),
                    before=tuple(earlier[-BEFORE:]),
                )
            )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that is too long, as passages are made of."""

    span: Span
    tokens: int
    opens_section: bool  # the first of a section: a heading, or what follows boilerplate
    opens_paragraph: bool


def _pieces(document: Document, count_tokens: CountTokens) -> list[_Piece]:
    """The sentences with their sizes, those that are too long cut."""
    text = document.text
    paragraphs = list(units(text, document.boilerplate))
    headings = _headings(text, paragraphs)
    starts = _section_starts(paragraphs, headings, document.boilerplate)
    spans: list[tuple[Span, bool, bool]] = []
    for index, paragraph in enumerate(paragraphs):
        for span in split(text, paragraph, document.language):
            first = span.start == paragraph.start
            spans.append((span, first and index in starts, first))
    sizes = count_tokens([text[span.start : span.end] for span, _, _ in spans])
    found: list[_Piece] = []
    for (span, opens_section, opens_paragraph), size in zip(spans, sizes, strict=True):
        for part, tokens in _cut(text, span, size, count_tokens):
            first = part.start == span.start
            found.append(_Piece(part, tokens, opens_section and first, opens_paragraph and first))
    return found


def _headings(text: str, paragraphs: Sequence[Span]) -> set[int]:
    """Indices of the paragraphs that are headings: short, unpunctuated, and not in a row.

    Three or more in a row are a list whose entries have no punctuation.
    """
    short = [_has_heading_form(text[unit.start : unit.end]) for unit in paragraphs]
    found: set[int] = set()
    run: list[int] = []
    for index, is_short in enumerate([*short, False]):
        if is_short:
            run.append(index)
            continue
        # What ends the article heads nothing, and a question in front of a heading is
        # the end of what is before it.
        if len(run) == 2 and run[0] and text[paragraphs[run[0]].end - 1] == "?":
            run = run[1:]
        if len(run) <= 2 and index < len(paragraphs):
            found.update(run)
        elif len(run) > 2 and run[0] == 0:
            found.add(0)
        run = []
    return found


def _has_heading_form(unit: str) -> bool:
    """A short line with a letter that ends like no sentence and is no entry of a list."""
    if re.match(r"#{1,6}\s", unit):
        return True
    return (
        len(unit) <= _MAX_HEADING
        and "\n" not in unit
        and any(character.isalpha() for character in unit)
        and unit[-1] not in ',;-–—»”"'
        and (not _ENDING.search(unit) or unit[-1] == "?")
        and not unit[0].islower()
        and not re.match(r"[-–—•*▪◦·‣]\s|[(\[]?[a-z]{1,4}[)\]]", unit)
    )


def _section_starts(
    paragraphs: Sequence[Span], headings: set[int], boilerplate: Sequence[Span]
) -> set[int]:
    """Indices of the paragraphs that a passage must not be continued into."""
    starts = {index for index in headings if index - 1 not in headings}
    walls = iter(boilerplate)
    wall = next(walls, None)
    for index, paragraph in enumerate(paragraphs):
        while wall is not None and wall.end <= paragraph.start:
            if index:
                starts.add(index)
            wall = next(walls, None)
    return starts


def _cut(text: str, span: Span, size: int, count_tokens: CountTokens) -> Iterable[tuple[Span, int]]:
    """A sentence of at most `LONGEST_SENTENCE` tokens as it is; a longer one in parts."""
    if size <= LONGEST_SENTENCE or span.end - span.start < 2:
        yield span, size
        return
    at = span.start + _cutting_point(text[span.start : span.end])
    parts = [
        part for part in (stripped(text, span.start, at), stripped(text, at, span.end)) if part
    ]
    sizes = count_tokens([text[part.start : part.end] for part in parts])
    for part, tokens in zip(parts, sizes, strict=True):
        yield from _cut(text, part, tokens, count_tokens)


def _cutting_point(sentence: str) -> int:
    """Where to cut a sentence in two: near its middle, after the strongest mark there."""
    middle = len(sentence) // 2
    low, high = len(sentence) // 4, len(sentence) * 3 // 4
    for mark in (r"[;:]\s|\n", r",\s|\s[–—-]\s", r"\s"):
        ends = [match.end() for match in re.finditer(mark, sentence[low:high])]
        if ends:
            return low + min(ends, key=lambda end: abs(low + end - middle))
    return max(1, middle)


def _sections(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Runs of pieces that passages may be made of."""
    section: list[_Piece] = []
    for piece in pieces:
        if piece.opens_section and section:
            yield section
            section = []
        section.append(piece)
    if section:
        yield section


def _group(section: Sequence[_Piece]) -> list[list[_Piece]]:
    """Divide a section into passages near the target size, at paragraphs' ends if it can.

    The division of least total cost, by dynamic programming: a passage costs the square
    of its relative distance to the target, and a little more when it ends inside a
    paragraph.
    """
    best = [0.0]  # best[i]: least cost of the first i pieces
    origin = [0]  # origin[i]: where the last passage of that division begins
    for end in range(1, len(section) + 1):
        least, since, tokens = float("inf"), end - 1, 0
        inside = end < len(section) and not section[end].opens_paragraph
        for begin in range(end - 1, -1, -1):
            tokens += section[begin].tokens
            if tokens > MAX_TOKENS and begin < end - 1:
                break
            cost = best[begin] + ((tokens - TARGET_TOKENS) / TARGET_TOKENS) ** 2
            if cost < least:
                least, since = cost, begin
        best.append(least + _PARAGRAPH_BREAK * inside)
        origin.append(since)
    groups: list[list[_Piece]] = []
    end = len(section)
    while end:
        groups.append(list(section[origin[end] : end]))
        end = origin[end]
    return groups[::-1]
