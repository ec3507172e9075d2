"""The list of articles as a reader asks for it and sees it: filters, rows, pages.

Takes what was found; gives one page of it. `listing` finds, `texts` looks words up, `snippets`
shows what stands around them. It writes no HTML and asks no model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Head, Passage, Sentence

PAGE_SIZE = 50
JSON_SIZE = 1_000
"""Articles of a page for programs."""

Sort = Literal["newest", "title"]
Match = Literal["all", "words", "near"]
"""Why an article is in the list: nothing was searched, by its words, or by meaning."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked of the list.

    `year` is "any", "undated" or a year in digits. `newest` puts the undated last.
    """

    q: str = ""
    language: Literal["any", "fr", "en"] = "any"
    year: str = "any"
    sort: Sort = "newest"

    @property
    def narrow(self) -> bool:
        """Whether they may leave articles out."""
        return bool(self.q) or (self.language, self.year) != ("any", "any")

    def keep(self, passage: Passage) -> bool:
        """Whether a passage's article is of the language and the year."""
        year = str(passage.published.year) if passage.published else "undated"
        return self.language in ("any", passage.language) and self.year in ("any", year)


class Articles(Protocol):
    """The articles of one index; a text is read from the disk when it is asked for."""

    @property
    def heads(self) -> Sequence[Head]:
        """What is told of each article without its text, in memory."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The articles by `Document.id`, each read when it is asked for."""

    @property
    def sentences(self) -> Mapping[str, Sequence[Sentence]]:
        """The sentences of each article by its id, in order, read as the articles are."""

    @property
    def characters(self) -> int:
        """How long the articles are together, in code points, boilerplate aside."""

    def count(self, document: str) -> int:
        """How many sentences an article has; nothing is read."""

    def holding(self, word: str, *, whole: bool) -> NDArray[np.bool_]:
        """Which articles may hold a word (lower-case, no accents), as `heads`; nothing is read.

        `whole` where just this word is looked for, not one that begins with it.
        """


@dataclass(frozen=True, slots=True)
class Found:
    """An article of the list, by its id; `near` is its nearest part if it was found by meaning."""

    document: str
    match: Match = "all"
    near: Sentence | Passage | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What was found, in order; `cut` is how many texts were looked through where not all were."""

    found: Sequence[Found]
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Bit:
    """A part of a snippet; `hit` where it is a word that was looked for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class Snippet:
    """What an article says about a search; `start` and `end` are what its link marks."""

    bits: tuple[Bit, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """What the list shows of an article; `sentences` is how many it has."""

    document: Document
    sentences: int
    match: Match
    snippet: Snippet | None


@dataclass(frozen=True, slots=True)
class Part:
    """One page of what was found: `number` of `pages`, both from 1; `count` is of all pages."""

    found: tuple[Found, ...]
    number: int
    pages: int
    count: int


def part(found: Sequence[Found], number: int, size: int = PAGE_SIZE) -> Part:
    """The page of that number, or the last one where there are fewer."""
    pages = max(1, -(-len(found) // size))
    number = min(number, pages)
    shown = found[(number - 1) * size : number * size]
    return Part(tuple(shown), number, pages, len(found))


def address(filters: Filters, page: int = 1) -> str:
    """The address of a page of the list, without what goes without saying."""
    plain = Filters()
    chosen = {
        name: getattr(filters, name)
        for name in ("q", "language", "year", "sort")
        if getattr(filters, name) != getattr(plain, name)
    }
    query = urlencode({**chosen, "page": page} if page > 1 else chosen)
    return f"/sources?{query}" if query else "/sources"
