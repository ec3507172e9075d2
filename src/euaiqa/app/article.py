"""An article cut into the paragraphs and pieces that its page shows.

Takes a document and the quote to mark; gives pieces whose texts, put together, are the
article's text without its line breaks. It writes no HTML.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from urllib.parse import quote

from euaiqa.datamodels import Document, Span

LINE = re.compile(r"[^\r\n]*[^\s][^\r\n]*")
"""A line that is not blank."""

MARK = "quote"
"""The fragment that scrolls to the mark."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that is shown alike; `first` is true for the first piece of the mark."""

    text: str
    marked: bool
    first: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the article.

    `aside` when all of it is boilerplate, `heading` when it is the title as a first line.
    """

    pieces: tuple[Piece, ...]
    aside: bool
    heading: bool


def source_url(document: str, start: int, end: int) -> str:
    """The address of an article's page, scrolled to a quote."""
    return f"{article_url(document)}?start={start}&end={end}#{MARK}"


def article_url(document: str) -> str:
    """The address of an article's page; any character may be in an id."""
    return f"/sources/{quote(document, safe='/')}"


def paragraphs(document: Document, mark: Span | None) -> tuple[Paragraph, ...]:
    """Cut a document at its line breaks, and at the ends of the mark and of boilerplate."""
    shown: list[Paragraph] = []
    marks = (mark,) if mark else ()
    cuts = {edge for span in (*marks, *document.boilerplate) for edge in (span.start, span.end)}
    seen = False
    for line in LINE.finditer(document.text):
        inside = sorted(cut for cut in cuts if line.start() < cut < line.end())
        edges = [line.start(), *inside, line.end()]
        pieces: list[Piece] = []
        for start, end in itertools.pairwise(edges):
            marked = _covered(start, marks)
            pieces.append(
                Piece(
                    text=document.text[start:end],
                    marked=marked,
                    first=marked and not seen,
                    aside=_covered(start, document.boilerplate),
                )
            )
            seen = seen or marked
        aside = all(piece.aside or not piece.text.strip() for piece in pieces)
        heading = not shown and line.group().strip() == document.title
        shown.append(Paragraph(pieces=tuple(pieces), aside=aside, heading=heading))
    return tuple(shown)


def _covered(position: int, spans: tuple[Span, ...]) -> bool:
    return any(span.start <= position < span.end for span in spans)
