"""Which articles are one witness: the same agency's text in several outlets.

Takes the articles' texts and gives groups of them. A small sketch of each text finds the few
others that it may be a reprint of, in time that grows with their number and not its square;
`reprints` then decides on the texts themselves. docs/adr/0024-near-duplicates.md
"""

from __future__ import annotations

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from euaiqa.index.reprints import same_witness
from euaiqa.index.shingles import Hashes, Text, shingles_of

SIZE = 64  # numbers of a sketch; 512 bytes
# Numbers that two sketches share at least to be looked at. Of a text that is a third of the other
# and shares seven tenths of its shingles 14 are expected, and fewer than 4 come in 1 of 1,000.
SHARED = 4
LOOKED_AT = 8  # texts that one is compared with at most, those that share most first
HELD = 64  # texts of which a number is noted: what more of them share is a formula
_KEPT = 1024  # texts that are held in memory meanwhile
_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


def sketch(content: str) -> Hashes:
    """The smallest hashes of a text's shingles: the same on every machine and in every run.

    Of a text that stands whole in another, the two share as many as it has of the other's
    shingles, in proportion.
    Source: Broder 1997, https://doi.org/10.1109/SEQUEN.1997.666900

    Args:
        content: a text without its boilerplate.

    Returns:
        uint64 (64,), ascending; a text of fewer shingles is filled up with the largest number.
    """
    smallest = shingles_of(content)[:SIZE]
    return np.concatenate([smallest, np.full(SIZE - len(smallest), _NONE)])


def witnesses(
    ids: Sequence[str],
    sketches: NDArray[np.uint64],
    content_of: Callable[[str], str],
    advance: Callable[[int], None] = lambda _count: None,
) -> dict[str, str]:
    """Group the articles that are one witness.

    The longest text of a group is in it, and every other is a reprint of that one and of the
    next longer, so that no chain joins texts that share nothing.

    Args:
        ids: the articles', each once, in any order.
        sketches: uint64 (len(ids), 64), each `sketch(content_of(id))`.
        content_of: gives an article's text without its boilerplate; asked only of those whose
            sketch shares numbers with another's, more than once each.
        advance: called with how many more articles were looked at; all of them in the end.

    Returns:
        For each article of a group of two or more the smallest id in it; no other articles.
    """
    numbers = _shared_numbers(sketches)
    # The longest first: what is cut is looked for in what it was cut from.
    order = sorted(numbers, key=lambda n: (-len(content_of(ids[n])), ids[n]))
    advance(len(ids) - len(order))

    @functools.lru_cache(maxsize=_KEPT)
    def text(n: int) -> Text:
        return Text.of(content_of(ids[n]))

    groups: dict[int, list[int]] = {}  # by the longest
    noted: defaultdict[int, list[int]] = defaultdict(list)
    for n in order:
        advance(1)
        shared = Counter(longest for number in numbers[n] for longest in noted.get(number, ()))
        # Of fewer shingles than a reprint must have, only copies count: they share all.
        least = min(SHARED, len(numbers[n]))
        likely = [longest for longest, count in shared.most_common() if count >= least]
        for longest in likely[:LOOKED_AT]:
            shortest = groups[longest][-1]
            if same_witness(text(n), text(longest)) and (
                shortest == longest or same_witness(text(n), text(shortest))
            ):
                groups[longest].append(n)
                break
        else:
            groups[n] = [n]
            for number in numbers[n]:
                if len(noted[number]) < HELD:
                    noted[number].append(n)
    named = [sorted(ids[n] for n in group) for group in groups.values() if len(group) > 1]
    return {id_: group[0] for group in named for id_ in group}


def _shared_numbers(sketches: NDArray[np.uint64]) -> dict[int, list[int]]:
    """The numbers of each sketch that another has too, of those that share enough of them."""
    there = sketches != _NONE
    owners = np.repeat(np.arange(len(sketches)), there.sum(axis=1))
    _, number, counts = np.unique(sketches[there], return_inverse=True, return_counts=True)
    shared = counts[number] > 1
    size = np.minimum(there.sum(axis=1), SHARED)
    enough = np.bincount(owners[shared], minlength=len(sketches)) >= np.maximum(size, 1)
    kept = shared & enough[owners]
    found: defaultdict[int, list[int]] = defaultdict(list)
    for owner, value in zip(owners[kept].tolist(), number[kept].tolist(), strict=True):
        found[owner].append(value)
    return dict(found)
