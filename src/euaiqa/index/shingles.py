"""A text as its words in a row: what two texts are compared by.

Takes a text; gives hashes of its words, with their places, and of each five in a row (its
shingles), the same on every machine and in every run. Case, accents, white space and
typographic marks make no difference, nor does the line that dates it. What two texts share is
`reprints`' matter.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

# Words of a shingle: shorter runs are shared by any two texts on a subject.
WIDTH = 5

_NUMBER = r"\d+(?:[.,'’ \u00a0\u202f\u2009]\d{3}(?!\d))+|\d+(?:[.,]\d+)?"
_UNSEEN = r"[\u0300-\u036f\u00ad\u200b-\u200d\u2060]*"  # accents beside letters, breaks
_WORD = re.compile(rf"{_NUMBER}|(?:[^\W\d_]{_UNSEEN})+|[%‰€$£]")
_GROUPED = re.compile(r"[.,'’ \u00a0\u202f\u2009](?=\d{3}(?!\d))")
# A line near the top that is there to date the text: each outlet gives its own.
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{4}"
    r"|(?<!\d)\d{1,2}(?:er|st|nd|rd|th)?\s+[^\W\d_]{3,9}\.?,?\s+\d{4}"
    r"|[^\W\d_]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_TOP_LINES = 6
_MAX_BYLINE = 120  # characters
_CUES = frozenset("par by publie publiee paru parue mis mise published posted updated".split())


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is compared.

    `words` uint64 (n,) are hashes of its words, `starts` and `ends` int64 (n,) their places in
    `content`, `shingles` uint64 (max(n - 4, 0),) hashes of each five in a row.
    """

    content: str
    words: Hashes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    shingles: Hashes

    @classmethod
    def of(cls, content: str) -> Text:
        """Read a text; case, accents, white space and typographic marks make no difference."""
        found = list(_WORD.finditer(content))
        for byline in _bylines(content):
            found = [match for match in found if match.start() not in byline]
        words = np.fromiter((_hash(m.group()) for m in found), np.uint64, len(found))
        starts = np.fromiter((m.start() for m in found), np.int64, len(found))
        ends = np.fromiter((m.end() for m in found), np.int64, len(found))
        return cls(content, words, starts, ends, _in_a_row(words, WIDTH))

    def slice(self, first: int, last: int) -> str:
        """The content from one word up to, and without, another."""
        return self.content[self.starts[first] : self.ends[last - 1]] if first < last else ""

    def __len__(self) -> int:
        """How many words it has."""
        return len(self.words)


def shingles_of(content: str) -> Hashes:
    """The distinct shingles of a text, uint64 (m,), ascending; a short text is one shingle."""
    text = Text.of(content)
    return np.unique(text.shingles if len(text) >= WIDTH else _in_a_row(text.words, len(text)))


def _bylines(content: str) -> list[range]:
    """Lines near the top, but the first, that give a date and little else."""
    found: list[range] = []
    at = lines = 0
    for line in content.split("\n"):
        bare = line.strip()
        lines += bool(bare)
        if lines > _TOP_LINES:
            break
        if lines > 1 and len(bare) <= _MAX_BYLINE and _is_byline(bare):
            found.append(range(at, at + len(line)))
        at += len(line) + 1
    return found


def _is_byline(line: str) -> bool:
    rest, dates = _DATE.subn("", line)
    words = _WORD.findall(rest)
    if not dates or line.endswith((".", "!", "?", ";", ":")):
        return False
    return len(words) <= 2 or folded(words[0]) in _CUES or all(word[0].isupper() for word in words)


def folded(word: str) -> str:
    """A word without case and accents, a number without groups and with a decimal point."""
    if word[0].isdigit():
        return _GROUPED.sub("", word).replace(",", ".")
    apart = unicodedata.normalize("NFKD", word.casefold()).replace("œ", "oe").replace("æ", "ae")
    return "".join(c for c in apart if c.isalnum()) or word


@functools.lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    # Python's own `hash` differs from run to run.
    digest = hashlib.blake2b(folded(word).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def _in_a_row(words: Hashes, width: int) -> Hashes:
    """Hashes of each `width` words in a row, uint64 (n - width + 1,); none where there are fewer.

    Source: the last three lines are the finaliser of splitmix64, https://doi.org/10.1145/2660193.2660195
    """
    n = len(words) - width + 1
    if n <= 0 or not width:
        return np.zeros(0, dtype=np.uint64)
    mixed = np.zeros(n, dtype=np.uint64)
    for k in range(width):  # array arithmetic wraps around silently
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + words[k : k + n]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
