"""The list of articles: filtered, searched, in pages.

Takes the articles of one index, their sentences, and what the retrieval found; gives the rows
of a page. It writes no HTML and asks no model.

An article is found when each word of the search stands in its title or its text, whatever
the case and the accents (see `folding`); boilerplate is no text. Those with all words in
the title come first, then the others in the order asked for, then those that the retrieval
found and the words did not, the nearest first.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from euaiqa.app.folding import Folded, Folding, needles
from euaiqa.datamodels import Document, Passage, RetrievedPassage, Sentence

PAGE_SIZE = 50
SNIPPET = 240
"""Characters of an article that a row shows at most."""
_LEAD = 80
"""Of them before the first word that was found, at most."""
_LOOKED_AT = 200
"""Places of one word that are looked at for the sentence that holds most of the words."""

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

    def keep(self, document: Document) -> bool:
        """Whether an article is of the language and the year."""
        year = str(document.published.year) if document.published else "undated"
        return self.language in ("any", document.language) and self.year in ("any", year)


@dataclass(frozen=True, slots=True)
class Found:
    """An article of the list; `near` is its nearest part where it was found by meaning."""

    document: Document
    match: Match = "all"
    near: Sentence | Passage | None = None


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


def part(found: Sequence[Found], number: int) -> Part:
    """The page of that number, or the last one where there are fewer."""
    pages = max(1, -(-len(found) // PAGE_SIZE))
    number = min(number, pages)
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
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


class Library:
    """The articles of one index; immutable, so any number of threads may search it."""

    def __init__(
        self, documents: Mapping[str, Document], sentences: Mapping[str, Sequence[Sentence]]
    ) -> None:
        """Put the articles in order; their texts are folded at the first search.

        Args:
            documents: the articles by id.
            sentences: those of each article, in order.
        """
        self._sentences = sentences
        self._folding = Folding()
        self._titles = {id_: Folded(each.title, self._folding) for id_, each in documents.items()}
        by_title = sorted(documents.values(), key=self._by_title)
        self._orders: dict[Sort, list[Document]] = {
            "title": by_title,
            "newest": sorted(by_title, key=_newest),
        }
        self.years = sorted({d.published.year for d in by_title if d.published}, reverse=True)
        self.undated = any(each.published is None for each in by_title)

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self._titles)

    def _by_title(self, document: Document) -> tuple[list[str], str]:
        return self._titles[document.id].text.split(), document.id

    @functools.cached_property
    def _texts(self) -> dict[str, Folded]:
        return {
            each.id: Folded(_without_boilerplate(each), self._folding)
            for each in self._orders["title"]
        }

    def find(self, filters: Filters, near: Sequence[RetrievedPassage] = ()) -> list[Found]:
        """The articles that filters leave, in the order they are shown.

        Args:
            filters: what the reader asked for.
            near: what the retrieval found for the words, best first.
        """
        kept = [each for each in self._orders[filters.sort] if filters.keep(each)]
        if not filters.q:
            return [Found(each) for each in kept]
        words = needles(filters.q)
        first, then = [], []
        for each in kept if words else ():
            title, text = self._titles[each.id], self._texts[each.id]
            if title.holds(words):
                first.append(Found(each, "words"))
            elif all(word in text.text or word in title.text for word in words):
                then.append(Found(each, "words"))
        left = {each.id: each for each in kept} if words else {}
        for found in first + then:
            del left[found.document.id]
        last = []
        for retrieved in near:
            document = left.pop(retrieved.passage.document, None)
            if document:
                last.append(Found(document, "near", retrieved.match or retrieved.passage))
        return first + then + last

    def count(self, document: str) -> int:
        """How many sentences an article has."""
        return len(self._sentences[document])

    def rows(self, found: Sequence[Found], q: str) -> tuple[Row, ...]:
        """What the list shows of articles that were found by a search."""
        words = needles(q)
        return tuple(
            Row(each.document, self.count(each.document.id), each.match, self._snippet(each, words))
            for each in found
        )

    def _snippet(self, found: Found, words: Sequence[str]) -> Snippet | None:
        shown = found.near
        if found.match == "words":
            shown = self._telling(found.document, words)
        if shown is None:
            return None
        return Snippet(_bits(shown.text, words, self._folding), shown.start, shown.end)

    def _telling(self, document: Document, words: Sequence[str]) -> Sentence | None:
        """The first sentence with most of the words; the title is shown as it is."""
        sentences = self._sentences[document.id]
        starts = [each.start for each in sentences]
        held: dict[int, set[str]] = {}
        for word in words:
            places = self._texts[document.id].places(word)
            for start, _ in itertools.islice(places, _LOOKED_AT):
                number = bisect.bisect_right(starts, start) - 1
                if number >= 0 and sentences[number].text != document.title:
                    held.setdefault(number, set()).add(word)
        best = max(held, key=lambda number: (len(held[number]), -number), default=None)
        return None if best is None else sentences[best]


def _newest(document: Document) -> int:
    """The newest first; what has no date comes last."""
    return -(document.published or dt.date.min).toordinal()


def _without_boilerplate(document: Document) -> str:
    """The text with spaces for boilerplate, so that all places stay where they are."""
    kept, at = [], 0
    for span in document.boilerplate:
        kept += [document.text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*kept, document.text[at:]])


def _bits(text: str, words: Sequence[str], folding: Folding) -> tuple[Bit, ...]:
    """A sentence, or what of it stands around the first word that was found in it."""
    folded = Folded(text, folding)
    hits = sorted({place for word in words for place in folded.places(word)})
    start, end = _window(text, hits[0][0] if hits else 0)
    bits, at = [Bit("… ", False)] if start else [], start
    for first, last in hits:
        if at <= first < last <= end:
            bits += [Bit(text[at:first], False), Bit(text[first:last], True)]
            at = last
    bits.append(Bit(text[at:end] + (" …" if end < len(text) else ""), False))
    return tuple(bit for bit in bits if bit.text)


def _window(text: str, place: int) -> tuple[int, int]:
    """The part of a text around a place that a row has room for, cut between words."""
    if len(text) <= SNIPPET:
        return 0, len(text)
    start = max(0, min(place - _LEAD, len(text) - SNIPPET))
    if start:
        start = max(start, text.find(" ", start, place) + 1)
    end = start + SNIPPET
    if end < len(text):
        end = max(text.rfind(" ", end - _LEAD, end), end - _LEAD)
    return start, min(end, len(text))
