"""What a sentence is made of, for comparing: its words, its names, our marks and the model's."""

from __future__ import annotations

import re
import unicodedata

FORGED = re.compile(r"\s?[\[【]\s?\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\s?[\]】]")
_ENUMERATOR = re.compile(r"^\s*(?:[-*•–—]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+")
_MARKUP = re.compile(r"\*\*|__|`|^#+\s*")
_WORD = re.compile(r"\w{3,}")
ASKED = re.compile(r"\?[»”\"'’)\]\s]*$")  # a question
ENDED = re.compile(r"[.!?…][»”\"')\]\s]*$")  # a whole sentence, with what may close it


def without_enumerator(text: str) -> str:
    """The text without the number or letter of its paragraph: `1.`, `(a)`, `iv)`, a dash."""
    return _ENUMERATOR.sub("", text)


def clean(text: str) -> str:
    """Take out of a draft sentence what only the program may write: markers and mark-up."""
    text = FORGED.sub("", without_enumerator(text))
    return _MARKUP.sub("", text).strip()


def words_of(text: str) -> frozenset[str]:
    """Words of three letters or more, without case and accents, cut to a stem of six."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return frozenset(word[:6] for word in _WORD.findall(plain))


def names_of(text: str) -> frozenset[str]:
    """Words with a capital, cut as `words_of` does, but for one that only begins the sentence."""
    found: set[str] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        begins = not re.search(r"\w", text[: match.start()])
        if word[0].isupper() and (not begins or sum(map(str.isupper, word)) > 1):
            found |= words_of(word)
    return frozenset(found)
