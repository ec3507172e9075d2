"""The lines of a text, and what is seen of each by itself.

A line is what stands between two line breaks, without the white space around it; blank ones
are none. Nothing here decides anything.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from euaiqa.datamodels import Span

_PLAIN = str.maketrans("’‘“”–—", "''\"\"--")
PROSE_BIT = 1
"""The bit of a line's key that tells whether it is prose."""

_WORD = re.compile(r"[^\W_]+")
_PROSE_LENGTH = 80  # characters; what a line of prose has at least, in a browser's copy
_SENTENCE_LENGTH = 45  # characters; shorter, a line of prose ends as a sentence does
_PROSE_WORDS = 4  # of the words that join others
# The words that join others: prose has them, menus and lists of titles have few.
_JOINING = frozenset(
    """a au aux avec ce ces cette comme dans de des du elle elles en est et eux il ils je la le les
    leur leurs lui mais me ne nous on ont ou par pas plus pour que qui sa sans se ses si son sont
    sur un une vous y etait ete fait avait the of and to in that is was for it with as his he be
    on by at have are not this but had they from she which or we an there been were if would their
    has its who will more when no about her him them than into could than so our you your
    my""".split()
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: where it is, its text, and its text without accents and typography.

    `words` are its words in lower case, `joining` how many of them join others.
    """

    span: Span
    text: str
    plain: str
    words: tuple[str, ...]
    joining: int

    @property
    def is_prose(self) -> bool:
        """Whether it reads like a sentence of an article: long, and with words that join."""
        if len(self.text) >= _PROSE_LENGTH:
            return self.joining >= _PROSE_WORDS
        return len(self.text) >= _SENTENCE_LENGTH and self.ends and 2 * self.joining >= _PROSE_WORDS

    @property
    def key(self) -> int:
        """A number of 64 bits that is the same for the same line on every machine.

        Case, accents and typography make no difference; the lowest bit tells prose.
        """
        digest = hashlib.blake2b(self.plain.lower().encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") & ~PROSE_BIT | self.is_prose

    @property
    def ends(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.text.rstrip("»”\"')] \u00a0\u202f").endswith((".", "!", "?", "…"))


def plain(line: str) -> str:
    """A line without accents and typographic spaces, quotes and dashes."""
    letters = (c for c in unicodedata.normalize("NFKD", line) if not unicodedata.combining(c))
    return " ".join("".join(letters).translate(_PLAIN).split())


def of(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of a text from an offset on."""
    for span, line in spans(text, start):
        folded = plain(line)
        words = tuple(_WORD.findall(folded.lower()))
        yield Line(span, line, folded, words, sum(word in _JOINING for word in words))


def spans(text: str, start: int = 0) -> Iterator[tuple[Span, str]]:
    """The lines that are not blank, each with its range, without the white space around."""
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        if line:
            begin = start + text[start:end].index(line)
            yield Span(begin, begin + len(line)), line
        start = end + 1
