"""Lines that the articles of a site share: they are the site's, not the articles'.

Takes the lines of all articles as keys, gives the keys that recur in several of them. What recurs
need not be boilerplate: the same agency's text in two outlets, the headings and formulas of
laws, a quotation. So an article whose prose is mostly another's does not count here, and
`boilerplate.shared` decides where such a line is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from euaiqa.documents.boilerplate import lines

Keys = NDArray[np.uint64]
LEAST_ARTICLES = 3
_MOST_LINES = 2_000  # of an article; of a longer one its beginning and end
_OWN_PROSE = 0.5  # share of an article's lines of prose that no other has, at least


def keys(text: str) -> Keys:
    """The keys of an article's lines, uint64 (n,), ascending, each once.

    A key is the same on every machine and in every run; lines that differ in case, accents
    and typography only have the same. Its lowest bit tells whether the line is prose.

    Args:
        text: `Source.text`.
    """
    found = list(lines.of(text))
    if len(found) > _MOST_LINES:
        found = found[: _MOST_LINES // 2] + found[-_MOST_LINES // 2 :]
    return np.unique(np.array([line.key for line in found], dtype=np.uint64))


def repeated(articles: Sequence[Keys]) -> frozenset[int]:
    """The keys that recur in at least `LEAST_ARTICLES` articles with a prose of their own.

    Args:
        articles: `keys` of each article. Memory: 40 bytes for each key of all together.
    """
    if len(articles) < LEAST_ARTICLES:
        return frozenset()
    distinct, counts = np.unique(np.concatenate(articles), return_counts=True)
    several = distinct[counts > 1]
    counted = np.zeros(len(several), dtype=np.int64)
    for article in articles:
        at = np.searchsorted(several, article)
        known = at < len(several)
        known[known] = several[at[known]] == article[known]
        prose = (article & np.uint64(lines.PROSE_BIT)).astype(bool)
        if prose.any() and np.mean(~known[prose]) >= _OWN_PROSE:
            counted[at[known]] += 1
    return frozenset(several[counted >= LEAST_ARTICLES].tolist())
