"""An article cut into the paragraphs and pieces that its page shows.

Takes a document, its sentences and the quote to mark; gives pieces whose texts, put together,
are the article's text without its line breaks. It writes no HTML.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from euaiqa.datamodels import Document, Sentence, Span
from euaiqa.documents import front_matter

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
class Run:
    """Pieces of one sentence, or of what stands between two: there `sentence` is None.

    A sentence that goes on over lines has a run in each; `begins` and `ends` tell those where
    it does.
    """

    pieces: tuple[Piece, ...]
    sentence: Sentence | None
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of the article.

    `aside` when all of it is boilerplate, `heading` when it is the title as a first line.
    """

    runs: tuple[Run, ...]
    aside: bool
    heading: bool

    @property
    def pieces(self) -> Iterator[Piece]:
        """What the line is made of, in order."""
        return (piece for run in self.runs for piece in run.pieces)


def source_url(document: str, start: int, end: int) -> str:
    """The address of an article's page, scrolled to a quote."""
    return f"{article_url(document)}?start={start}&end={end}#{MARK}"


def article_url(document: str) -> str:
    """The address of an article's page; any character may be in an id."""
    return f"/sources/{quote(document, safe='/')}"


def original_url(document: Document) -> str:
    """Where an article was published, if that is an address of the web; else empty."""
    return front_matter.web_address(document.address)


def paragraphs(
    document: Document, mark: Span | None, sentences: Sequence[Sentence] = ()
) -> tuple[Paragraph, ...]:
    """Cut a document at its line breaks, and at the ends of sentences, mark and boilerplate.

    Args:
        document: the article.
        mark: what is marked.
        sentences: those of the article, in order and disjoint.
    """
    shown: list[Paragraph] = []
    edged = (*((mark,) if mark else ()), *document.boilerplate, *sentences)
    cuts = sorted({edge for span in edged for edge in (span.start, span.end)})
    starts = [sentence.start for sentence in sentences]
    seen = False
    for line in LINE.finditer(document.text):
        first, last = bisect.bisect(cuts, line.start()), bisect.bisect_left(cuts, line.end())
        pieces: list[tuple[Sentence | None, Piece]] = []
        for start, end in itertools.pairwise([line.start(), *cuts[first:last], line.end()]):
            number = bisect.bisect(starts, start) - 1
            inside = number >= 0 and start < sentences[number].end
            marked = mark is not None and mark.start <= start < mark.end
            piece = Piece(
                text=document.text[start:end],
                marked=marked,
                first=marked and not seen,
                aside=any(span.start <= start < span.end for span in document.boilerplate),
            )
            pieces.append((sentences[number] if inside else None, piece))
            seen = seen or marked
        runs = tuple(
            Run(
                pieces=tuple(piece for _, piece in group),
                sentence=sentence,
                begins=sentence is not None and line.start() <= sentence.start,
                ends=sentence is not None and sentence.end <= line.end(),
            )
            for sentence, group in itertools.groupby(pieces, key=lambda each: each[0])
        )
        aside = all(piece.aside or not piece.text.strip() for _, piece in pieces)
        heading = not shown and line.group().strip() == document.title
        shown.append(Paragraph(runs=runs, aside=aside, heading=heading))
    return tuple(shown)
