"""Is one text a reprint of another: the same agency's text, cut, retitled or added to?

Takes two texts and tells whether they are one witness. Most of the shorter one's words must
stand in the other in runs of at least five, and where they differ between such runs neither
may give another figure, date or name: a corrected figure is a second witness. What stands in
one of them alone (a paragraph more, a title) is no contradiction. It looks for no candidates;
`near_duplicates` does. docs/adr/0024-near-duplicates.md
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Language
from euaiqa.facts import Facts, facts_of
from euaiqa.facts.tables import MONTHS, WEEKDAYS
from euaiqa.index.shingles import WIDTH, Text, folded
from euaiqa.language import detect

LEAST = 50  # words of a text that may be a reprint and not a copy word for word
# Shares, in words that stand in shared shingles: of the shorter text, and of the longer, which
# is else a text of its own that holds a brief. docs/adr/0024-near-duplicates.md
SHORTER, LONGER = 0.8, 1 / 3
GAP = 25  # words, about a sentence: longer stretches that differ say other things
SWAP = 4  # words: where no more differ, one name is told instead of the other

_TELLING = 4_000  # characters that tell the language
_DAYS = WEEKDAYS | frozenset(MONTHS)
_SENTENCE_ENDS = re.compile(r"[.!?…:;»”\"'\n–—-]\s*[«“\"'‘(]?\s*$")


@dataclass(frozen=True, slots=True)
class _Gap:
    """Where two texts differ: `[first, last)` of each one's words, shared ones around included.

    At the head and the tail these stand on one side only.
    """

    first: int
    last: int
    other_first: int
    other_last: int
    place: Literal["head", "inside", "tail"]


def same_witness(one: Text, other: Text) -> bool:
    """Whether one text is a reprint of the other; in either order the same.

    Two texts of the same words are, however short; texts without words are not.
    """
    if not len(one) or not len(other):
        return False
    if np.array_equal(one.words, other.words):
        return True
    shorter, longer = sorted((one, other), key=lambda text: (len(text), text.content))
    if len(shorter) < LEAST or (shared := _covered(shorter, longer)) < SHORTER * len(shorter):
        return False
    # What the longer repeats, as laws do, is there no more than once.
    if min(shared, _covered(longer, shorter)) < LONGER * len(longer):
        return False
    return not any(_contradict(shorter, longer, gap) for gap in _gaps(shorter, longer))


def _covered(one: Text, other: Text) -> int:
    """How many words of a text stand in shingles that the other one has too."""
    there = np.isin(one.shingles, other.shingles).astype(np.int64)
    return int(np.count_nonzero(np.convolve(there, np.ones(WIDTH, dtype=np.int64))))


def _anchors(one: Text, other: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of shingles that both texts have equally often, by the first one's order."""
    values, counts = np.unique(one.shingles, return_counts=True)
    others, other_counts = np.unique(other.shingles, return_counts=True)
    shared, i, j = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    same = shared[counts[i] == other_counts[j]]
    # Sorted by shingle and then by place, the n-th of one stands beside the n-th of the other.
    places, other_places = (
        np.argsort(text.shingles, kind="stable")[
            np.isin(np.sort(text.shingles, kind="stable"), same)
        ]
        for text in (one, other)
    )
    order = np.argsort(places, kind="stable")
    return places[order], other_places[order]


def _gaps(one: Text, other: Text) -> Iterator[_Gap]:
    """Where two texts differ between what they share, each with the shingles around it."""
    i, j = _anchors(one, other)
    if not len(i):
        return
    if i[0] <= GAP and j[0] <= GAP:
        yield _Gap(0, int(i[0]) + WIDTH, 0, int(j[0]) + WIDTH, "head")
    if len(one) - i[-1] <= GAP + WIDTH and len(other) - j[-1] <= GAP + WIDTH:
        yield _Gap(int(i[-1]), len(one), int(j[-1]), len(other), "tail")
    steps, other_steps = np.diff(i), np.diff(j)
    for t in np.flatnonzero((steps != 1) | (other_steps != 1)):
        a, b, step, other_step = int(i[t]), int(j[t]), int(steps[t]), int(other_steps[t])
        if 0 < other_step <= GAP + WIDTH and step <= GAP + WIDTH:
            yield _Gap(a, a + step + WIDTH, b, b + other_step + WIDTH, "inside")


def _contradict(one: Text, other: Text, gap: _Gap) -> bool:
    """Whether two texts give other figures, dates or names where they differ.

    What only one of them gives is no contradiction.
    """
    a, z, b, y = gap.first, gap.last, gap.other_first, gap.other_last
    while a < z and b < y and one.words[a] == other.words[b]:
        a, b = a + 1, b + 1
    while a < z and b < y and one.words[z - 1] == other.words[y - 1]:
        z, y = z - 1, y - 1
    places, others = list(range(a, z)), list(range(b, y))
    if len(places) == len(others):  # word for word: leave out what is the same in between
        differ = one.words[a:z] != other.words[b:y]
        places, others = ((np.flatnonzero(differ) + at).tolist() for at in (a, b))
    swap = max(len(places), len(others)) <= SWAP
    mine = [folded(one.slice(p, p + 1)) for p in range(a, z)]
    theirs = [folded(other.slice(p, p + 1)) for p in range(b, y)]
    if swap and _days(mine, theirs):
        return True
    if (swap or gap.place == "inside") and _names(one, other, places, others):
        return True
    language = _language(one.content)
    more, theirs_more = _more(
        one.slice(gap.first, gap.last), other.slice(gap.other_first, gap.other_last), language
    )
    if gap.place != "inside" and not swap:
        # Each may have its own title or last words: only what the other says nowhere counts.
        own = _elsewhere(more, other) and _elsewhere(theirs_more, one)
        if not own:
            told = _numbers_elsewhere(one, places, other)
            own = told and _numbers_elsewhere(other, others, one)
        alike = 2 * len(set(mine) & set(theirs)) >= min(len(set(mine)), len(set(theirs)))
        return own and (alike or gap.place == "head")
    return bool(more and theirs_more) or _numbered(one, other, range(a, z), range(b, y))


def _numbered(one: Text, other: Text, mine: range, theirs: range) -> bool:
    """Whether two texts give other numbers in digits there, and not one amount in two ways.

    `GPT-4` and `article 5` are no figures, and tell things apart all the same.
    """
    sides = [
        [(p, folded(text.slice(p, p + 1))) for p in places if text.slice(p, p + 1)[0].isdigit()]
        for text, places in ((one, mine), (other, theirs))
    ]
    counts, others = (Counter(word for _, word in side) for side in sides)
    only = [counts - others, others - counts]
    if not all(only):
        return False
    language = _language(one.content)
    amounts, other_amounts = (  # `2 300 millions` is `2,3 milliards`
        "; ".join(text.slice(p, min(p + 3, len(text))) for p, word in side if word in numbers)
        for text, side, numbers in zip((one, other), sides, only, strict=True)
    )
    if not facts_of(amounts, language) or not facts_of(other_amounts, language):
        return True
    return any(_more(amounts, other_amounts, language))


def _more(one: str, other: str, language: Language) -> tuple[Facts, Facts]:
    """The facts of each text that the other has not; none of either where one has none."""
    mine = facts_of(one, language)
    theirs = facts_of(other, language) if mine else mine
    return (
        (mine.missing_from([theirs]), theirs.missing_from([mine])) if theirs else (theirs, theirs)
    )


@functools.lru_cache(maxsize=1024)
def _language(content: str) -> Language:
    return detect(content[:_TELLING])


def _elsewhere(facts: Facts, text: Text) -> bool:
    """Whether some of the facts stand nowhere in a text."""
    return bool(facts and facts.missing_from([facts_of(text.content, _language(text.content))]))


def _numbers_elsewhere(text: Text, places: list[int], other: Text) -> bool:
    """Whether some number in digits there stands nowhere in another text."""
    return any(
        text.slice(p, p + 1)[0].isdigit() and text.words[p] not in other.words for p in places
    )


def _days(mine: list[str], theirs: list[str]) -> bool:
    """Whether both have names of days or months, and not the same."""
    one, other = _DAYS.intersection(mine), _DAYS.intersection(theirs)
    return bool(one - other and other - one)


def _names(one: Text, other: Text, mine: list[int], theirs: list[int]) -> bool:
    """Whether each has a word with a capital there that stands nowhere in the other text."""

    def own(text: Text, places: list[int], elsewhere: Text) -> bool:
        words = [(text.slice(p, p + 1), int(text.starts[p])) for p in places]
        return any(
            word[0].isupper()
            and at > 0
            and not _SENTENCE_ENDS.search(text.content[max(0, at - 6) : at])
            # `Commission` is neither `commission` nor `Commissions`.
            and not re.search(rf"(?<!\w){re.escape(word)}(?!\w)", elsewhere.content)
            for word, at in words
        )

    return own(one, mine, other) and own(other, theirs, one)
