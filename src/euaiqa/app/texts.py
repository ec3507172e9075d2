"""Which articles hold the words of a search in their texts.

Takes the articles of one index and folded words; gives those that hold all of them. Boilerplate
is no text.

Texts of `HELD` characters together are folded at the first search and stay in memory, and every
one of them is looked through. Larger folders are never held: the index of words, whose stems are
what typed words may have become, names the articles that may hold them, and only these are read
and looked through, in the order asked for, `LOOKED_AT` at most. Where there are more the reader is
told so: what is listed does hold the words, but others may as well. Stems miss hardly anything
(`index.holding` tells how much), and what they name too much is read and left out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from euaiqa.app.articles import Articles
from euaiqa.app.folding import Folded, Folding, folded
from euaiqa.datamodels import Document

HELD = 20_000_000
"""Characters of texts that are held in memory."""
_MOST = 20_000_000
"""Characters that are looked through for one search, where they are not held."""
LOOKED_AT = 2_000
"""Articles that are read for one search, where they are not held."""


class Texts:
    """The texts of one index, to look words up in."""

    def __init__(self, articles: Articles, titles: Sequence[str], folding: Folding) -> None:
        """Take the articles, none of which is read yet, and their titles, folded."""
        self._articles = articles
        self._titles = titles
        self._folding = folding
        self._few = articles.characters <= HELD

    def of(self, document: Document) -> Folded:
        """An article's text, folded."""
        if self._few:
            return self._held[document.id]
        return Folded(_without_boilerplate(document), self._folding)

    def holding(self, numbers: Sequence[int], words: Sequence[str]) -> tuple[list[int], int]:
        """The articles that hold all words, each in the title or the text.

        Args:
            numbers: where the articles to look at stand in `heads`, in order.
            words: as `folding.needles` gives them.

        Returns:
            Those of the numbers, in order; and how many were looked at where not all were, else 0.
        """
        found: list[int] = []
        looked, read = 0, 0
        for number in self._likely(numbers, words):
            if not self._few and (looked == LOOKED_AT or read >= _MOST):
                return found, looked
            text, title = self._text(number), self._titles[number]
            looked, read = looked + 1, read + len(text)
            if all(word in text or word in title for word in words):
                found.append(number)
        return found, 0

    def _likely(self, numbers: Sequence[int], words: Sequence[str]) -> Sequence[int]:
        for word in words if not self._few else ():
            if not numbers:
                break
            may = self._articles.holding(word.strip(), whole=word.endswith(" ")).tolist()
            numbers = [n for n in numbers if may[n] or word in self._titles[n]]
        return numbers

    def _text(self, number: int) -> str:
        id_ = self._articles.heads[number].id
        if self._few:
            return self._held[id_].text
        return folded(_without_boilerplate(self._articles.documents[id_]), self._folding)

    @functools.cached_property
    def _held(self) -> dict[str, Folded]:
        documents = self._articles.documents
        return {
            head.id: Folded(_without_boilerplate(documents[head.id]), self._folding)
            for head in self._articles.heads
        }


def _without_boilerplate(document: Document) -> str:
    """The text with spaces for boilerplate, so that all places stay where they are."""
    kept, at = [], 0
    for span in document.boilerplate:
        kept += [document.text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return "".join([*kept, document.text[at:]])
