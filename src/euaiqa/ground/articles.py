"""Which names an article holds, each article read once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from euaiqa.bilingual import Held, Name, all_held, held_in, missing
from euaiqa.datamodels import Document

KEPT = 500  # articles; 8 ms to read one of 3,400 characters


class ArticleNames:
    """The names in whole articles, titles too."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        """Take the articles by id; none is read yet."""
        self._documents = documents
        self._held: OrderedDict[str, Held] = OrderedDict()

    def missing(self, names: tuple[Name, ...], document: str) -> tuple[Name, ...]:
        """The names that an article does not hold; all where there is no such article."""
        if not names or document not in self._documents:
            return names
        return missing(names, [self._of(document)])

    def holds_all(self, names: tuple[Name, ...], document: str) -> bool:
        """Whether an article holds every word of the names."""
        return not names or (document in self._documents and all_held(names, self._of(document)))

    def _of(self, document: str) -> Held:
        if document not in self._held:
            article = self._documents[document]
            self._held[document] = held_in(f"{article.title}\n{article.text}")
            if len(self._held) > KEPT:
                self._held.popitem(last=False)
        self._held.move_to_end(document)
        return self._held[document]
