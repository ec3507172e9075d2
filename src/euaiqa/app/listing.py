"""The articles of one index, put in order once: filtered and searched without reading them.

Takes the articles and what the retrieval found; gives what was found and the rows of a page. Only
the articles of a page, and those whose texts are looked through (see `texts`), are read.

An article is found when each word of the search stands in its title or its text, whatever
the case and the accents (see `folding`). Those with all words in the title come first, then the
others in the order asked for, then those that the retrieval found and the words did not, the
nearest first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from euaiqa.app.articles import Articles, Filters, Found, Result, Row, Snippet, Sort
from euaiqa.app.folding import Folding, folded, needles
from euaiqa.app.snippets import bits_of, telling
from euaiqa.app.texts import Texts
from euaiqa.datamodels import Document, Head, RetrievedPassage

FIRST = 4
"""Articles that the front page names."""
_UNDATED = -1


class Listing:
    """The articles of one index; immutable, so any number of threads may search it."""

    def __init__(self, articles: Articles) -> None:
        """Put the articles in order; none is read."""
        heads = articles.heads
        self._articles = articles
        self._folding = Folding()
        # One space between words, so that a space sorts before all else: word by word.
        words = (folded(head.title, self._folding).split() for head in heads)
        self._titles = [f" {' '.join(each)} " for each in words]
        self._texts = Texts(articles, self._titles, self._folding)
        self._all = [Found(head.id) for head in heads]
        self._languages = np.array([head.language for head in heads], dtype="U2")
        self._years = np.array(
            [head.published.year if head.published else _UNDATED for head in heads], dtype=np.int64
        )
        by_title = sorted(
            range(len(heads)), key=lambda number: (self._titles[number], heads[number].id)
        )
        self._orders: dict[Sort, NDArray[np.int64]] = {
            "title": np.array(by_title, dtype=np.int64),
            "newest": np.array(sorted(by_title, key=lambda n: _newest(heads[n])), dtype=np.int64),
        }
        years = np.unique(self._years).tolist()
        self.years = [year for year in reversed(years) if year != _UNDATED]
        self.undated = _UNDATED in years
        self.first = tuple(heads[number] for number in by_title[:FIRST])

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self._all)

    def find(self, filters: Filters, near: Sequence[RetrievedPassage] = ()) -> Result:
        """The articles that filters leave, in the order they are shown.

        Args:
            filters: what the reader asked for.
            near: what the retrieval found for the words, best first.
        """
        kept = self._kept(filters)
        if not filters.q:
            return Result([self._all[number] for number in kept.tolist()])
        words = needles(filters.q)
        if not words:
            return Result(())
        first = kept.tolist()
        for word in words:
            first = [number for number in first if word in self._titles[number]]
        titled = set(first)
        others = [number for number in kept.tolist() if number not in titled]
        then, cut = self._texts.holding(others, words)
        found = [Found(self._all[number].document, "words") for number in (*first, *then)]
        listed = {each.document for each in found}
        for retrieved in near:
            passage = retrieved.passage
            there = passage.document in self._articles.documents
            if there and passage.document not in listed and filters.keep(passage):
                listed.add(passage.document)
                found.append(Found(passage.document, "near", retrieved.match or passage))
        return Result(found, cut)

    def _kept(self, filters: Filters) -> NDArray[np.int64]:
        order = self._orders[filters.sort]
        if filters.language != "any":
            order = order[self._languages[order] == filters.language]
        if filters.year != "any":
            year = _UNDATED if filters.year == "undated" else int(filters.year)
            order = order[self._years[order] == year]
        return order

    def entries(self, found: Sequence[Found]) -> list[tuple[Document, int]]:
        """Articles, each with the number of its sentences."""
        documents, count = self._articles.documents, self._articles.count
        return [(documents[each.document], count(each.document)) for each in found]

    def rows(self, found: Sequence[Found], q: str) -> tuple[Row, ...]:
        """What the list shows of articles that were found by a search."""
        words = needles(q)
        return tuple(
            Row(document, sentences, each.match, self._snippet(each, document, words))
            for each, (document, sentences) in zip(found, self.entries(found), strict=True)
        )

    def _snippet(self, found: Found, document: Document, words: Sequence[str]) -> Snippet | None:
        shown = found.near
        if found.match == "words":
            sentences = self._articles.sentences[document.id]
            shown = telling(document.title, self._texts.of(document), sentences, words)
        if shown is None:
            return None
        return Snippet(bits_of(shown.text, words, self._folding), shown.start, shown.end)


def _newest(head: Head) -> int:
    """The newest first; what has no date comes last."""
    return -(head.published.toordinal() if head.published else 0)
