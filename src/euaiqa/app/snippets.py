"""What an article says about a search: a sentence, or a part of it, with its words told apart.

Takes an article's sentences and the words; gives the bits that a row shows.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

from euaiqa.app.articles import Bit
from euaiqa.app.folding import Folded, Folding
from euaiqa.datamodels import Sentence

SNIPPET = 240
"""Characters of an article that a row shows at most."""
_LEAD = 80
"""Of them before the first word that was found, at most."""
_LOOKED_AT = 200
"""Places of one word that are looked at for the sentence that holds most of the words."""


def telling(
    title: str, text: Folded, sentences: Sequence[Sentence], words: Sequence[str]
) -> Sentence | None:
    """The first sentence with most of the words; the title is shown as it is.

    Args:
        title: the article's.
        text: its text, folded.
        sentences: those of the text, in order.
        words: as `folding.needles` gives them.
    """
    starts = [each.start for each in sentences]
    held: dict[int, set[str]] = {}
    for word in words:
        for start, _ in itertools.islice(text.places(word), _LOOKED_AT):
            number = bisect.bisect_right(starts, start) - 1
            if number >= 0 and sentences[number].text != title:
                held.setdefault(number, set()).add(word)
    best = max(held, key=lambda number: (len(held[number]), -number), default=None)
    return None if best is None else sentences[best]


def bits_of(text: str, words: Sequence[str], folding: Folding) -> tuple[Bit, ...]:
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
