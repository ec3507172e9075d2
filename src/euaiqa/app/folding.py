"""Texts as they are compared with what a reader types: no case, no accents, no punctuation.

Takes a text; gives it folded, with the way back from each place in it to the text itself.
It knows nothing of articles.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator, Sequence

WHOLE = 3
"""Up to so many characters a word must stand by itself: `AI` is not in `aims`."""

_PLAIN = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"}
"""What Unicode does not take apart, as it is typed without the key for it."""


class Folding(dict[int, str]):
    """What each character becomes, worked out when it is first met; for `str.translate`."""

    def __missing__(self, point: int) -> str:
        """Fold one character: to a space where it is part of no word."""
        char = chr(point)
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
        base = [_PLAIN.get(each, each) for each in apart if not unicodedata.combining(each)]
        plain = "".join(each if each.isalnum() else " " for each in base)
        # An accent by itself belongs to the letter before it and leaves nothing.
        self[point] = plain if plain or unicodedata.combining(char) else " "
        return self[point]


def folded(text: str, folding: Folding) -> str:
    """A text to look for words in; a space stands before and after it."""
    return f" {text.translate(folding)} "


class Folded:
    """A folded text, in which words are found; a space stands before and after it."""

    __slots__ = ("_odd", "_places", "_starts", "text")

    def __init__(self, text: str, folding: Folding) -> None:
        self.text = folded(text, folding)
        self._odd: list[int] = []
        """Sizes of the characters that become none or several: `œ` becomes two."""
        self._places: list[int] = []
        """Where they are in the text, and in `_starts` where they are here."""
        self._starts: list[int] = []
        odd = "".join(each for each in set(text) if len(folding[ord(each)]) != 1)
        if not odd:
            return
        shift = 1
        for match in re.finditer(f"[{re.escape(odd)}]", text):
            size = len(folding[ord(match.group())])
            self._odd.append(size)
            self._places.append(match.start())
            self._starts.append(match.start() + shift)
            shift += size - 1

    def holds(self, needles: Sequence[str]) -> bool:
        """Whether all of some words (see `needles`) stand in the text."""
        return all(needle in self.text for needle in needles)

    def places(self, needle: str) -> Iterator[tuple[int, int]]:
        """Where a word stands, in order: start and end in the text itself, in code points."""
        at = self.text.find(needle)
        while at >= 0:
            end = self.text.index(" ", at + 1)
            yield self._origin(at + 1), self._origin(end)
            at = self.text.find(needle, at + 1)

    def _origin(self, place: int) -> int:
        before = bisect.bisect_right(self._starts, place) - 1
        if before < 0:
            return place - 1
        beyond = place - self._starts[before] - self._odd[before]
        return self._places[before] + (0 if beyond < 0 else beyond + 1)


def needles(query: str) -> tuple[str, ...]:
    """The words of a query as they are looked for: each once, in order.

    A word of more than `WHOLE` characters may go on in the text, as a plural does; a shorter
    one must not. Empty where the query holds nothing but punctuation.
    """
    words = query.translate(Folding()).split()
    return tuple(dict.fromkeys(f" {word} " if len(word) <= WHOLE else f" {word}" for word in words))
