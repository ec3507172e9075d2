"""What a build takes over from the version before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Passage
from euaiqa.index.article import Article
from euaiqa.index.passages import Passages
from euaiqa.index.stored import Stored


class TakenOver:
    """What the version before holds of articles that did not change."""

    def __init__(self, before: Stored | None) -> None:
        self._before = before
        if before:
            self._ranges = before.ranges()
            self._passages = Passages(before.table, before.first(), before.documents)

    def number(self, article: Article) -> int | None:
        """An article's number there; None where it is new or another."""
        was = self._before and self._before.files.get(article.document.id)
        if not self._before or not was or not was.state or was.state != article.state:
            return None
        return self._before.numbers[was.id]

    def passages(self, number: int) -> Sequence[Passage]:
        """The article's passages."""
        return self._passages[int(self._ranges[number]) : int(self._ranges[number + 1])]

    def sketch(self, number: int) -> NDArray[np.uint64]:
        """Its sketch, uint64 (SIZE,)."""
        assert self._before  # noqa: S101 - else there is no number
        return np.asarray(self._before.sketches[number])
