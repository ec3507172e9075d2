"""Which of the stemmed words of an index may come from a word that a reader typed.

Takes the words as `lexical` stems them, and a typed one without case and accents; gives the
numbers of those to look at. Whoever reads the texts themselves decides which do hold it.

Of all pairs of a word and an article that holds it, for 4,000 words of the AI Act and of 380 French
passages, 1 of 32,304 is missed; with the words cut by one letter 1 of 34,160, by half 34 of 117,492
(`geant`: `géants` becomes `gé`). The limits below were chosen on these. Of the ten articles for
testing no whole word of 2,704 pairs is missed; of 3,000 words of the passages, most of them new,
3 of 11,447. For one article that holds a word four others are named that do not. A word behind an
underscore, or with accents apart from their letters, is not found.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

_LEAST = 3
"""Characters that a stem has in common with what was typed, at least."""
_SHARE = 0.375
"""Of the typed ones, at least: `regul` for `regulierement`."""
_CHANGED = 2
"""Characters of a stem that stemming changed: `appliqu` for `application`."""
_LONGEST = 40
"""Characters of a typed word that are compared."""
_EITHER = {"oe": "(?:oe|œ)", "ae": "(?:ae|æ)", "ss": "(?:ss|ß)", "o": "[oø]", "l": "[lł]",
           "d": "[dđ]"}  # fmt: skip
"""What the stems keep apart and a reader types in plain letters."""
_PARTS = re.compile("|".join([*_EITHER, "."]), re.DOTALL)


class Vocabulary:
    """The stemmed words of one language."""

    def __init__(self, words: Mapping[str, int], stems: Callable[[str], list[str]]) -> None:
        """Take the stemmed words with their numbers, and what stems a text."""
        self._words = words
        self._stems = stems
        # One string: to look through a million words in it takes 3 to 45 ms.
        self._lines = "\n" + "\n".join(words) + "\n"

    def of(self, word: str, *, whole: bool) -> list[int]:
        """The numbers of the stems that a word of a text may have become.

        Args:
            word: what was typed, lower-case, without accents.
            whole: whether a text must hold just this word, not one that begins with it.
        """
        found = {self._words[each] for each in self._stems(word) if each in self._words}
        form = _whole(word) if whole else _begun(word[:_LONGEST])
        for match in re.finditer(rf"\n({form})(?=\n)", self._lines):
            found.add(self._words[match[1]])
        return sorted(found)


def _whole(word: str) -> str:
    form = "".join(_letters(word))
    if not word.isdecimal():
        return form
    # 100 000 became one word.
    return (r"\d*" if len(word) == 3 else "") + form + r"(?:\d{3})*"


def _begun(word: str) -> str:
    letters = _letters(word)
    least = max(_LEAST, math.ceil(_SHARE * len(letters)))
    form = r"[^\n]*"
    for letter in reversed(letters[least:]):
        form = rf"(?:{letter}{form}|[^\n]{{0,{_CHANGED}}})"
    return "".join(letters[:least]) + form


def _letters(word: str) -> list[str]:
    return [_EITHER.get(each, re.escape(each)) for each in _PARTS.findall(word)]
