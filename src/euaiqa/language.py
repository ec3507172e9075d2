"""French or English: which of the two a text is written in.

Takes a text of any length, from a two-word question to a whole article, and gives
"fr" or "en". Function words decide when one language has more of them, because a short
question is mostly names and technical terms that both languages share ("Qui est Walter
Rodney ?"); lingua's letter n-grams decide the rest; a text with no evidence for either
(figures, symbols, nothing) gets the caller's default.

It does not tell other languages apart: a text in German still gets "fr" or "en".
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from euaiqa.datamodels import Language

if TYPE_CHECKING:
    from lingua import LanguageDetector

# An article's first characters tell as much as all of it, and bound the time.
_MAX_CHARS = 20_000

# Below this, lingua (whose two values add up to 1, or are both 0) is guessing: names such
# as "InvestAI" and "Ursula von der Leyen" get 0.57 to 0.64.
_CONFIDENT = 0.65

# Closed-class words of one language that are not words of the other one ("on", "or",
# "an", "plus", "me", "as" are left out, and "a", "y": they are words of both).
_FRENCH = frozenset(
    """
    le la les un une des du de et est sont était étaient ont avait aux au ce cet cette ces
    qui que quoi quel quelle quels quelles quand où comment pourquoi combien lequel laquelle
    lesquels lesquelles dont dans par pour avec sans sous sur entre vers chez depuis pendant
    il elle ils elles nous vous je tu se sa ses leur leurs notre nos votre vos mais ou donc
    ni car ne pas été être avoir fait peut peuvent doit doivent va vont si très aussi même
    qu c d l j n s m t jusqu lorsqu puisqu quelqu
    """.split()
)
_ENGLISH = frozenset(
    """
    the of and is are was were be been being has have had do does did who whom whose what
    which when where why how in to for from with without by at into between about after
    before under over this that these those it its he she they them his her their our your
    we you i not but if will would can could should shall may must any all some there than
    then so because while during an
    """.split()
)
# What is quoted may be in the other language ("What does « usine d'IA » mean?").
_QUOTATION = re.compile(r"«[^«»]{1,500}»|“[^“”]{1,500}”|\"[^\"]{1,500}\"")
# Letters only; the elided words (l', d', qu'…) come out as words of their own.
_WORD = re.compile(r"[^\W\d_]+")
# "s" and "t" after an apostrophe are English too (it's, don't), so that an elision is
# counted only in front of one.
_ELIDED = frozenset("c d l j n s m t".split())


def detect(text: str, *, default: Language = "en") -> Language:
    """Tell whether a text is French or English.

    Args:
        text: a question or an article; only its first 20,000 characters are looked at.
        default: what to answer for a text with no evidence (empty, figures, symbols).
    """
    head = text[:_MAX_CHARS]
    french, english = _count_function_words(_QUOTATION.sub(" ", head))
    if french == english:
        french, english = _count_function_words(head)
    if french != english:
        return "fr" if french > english else "en"
    return _by_letters(head) or default


def _count_function_words(text: str) -> tuple[int, int]:
    """Count the words that only French has, then those that only English has."""
    french = english = 0
    shouted = text.isupper()
    for match in _WORD.finditer(text):
        word = match.group()
        # An acronym (CE, IT, UN) is not a word, unless all of the text is in capitals.
        if len(word) > 1 and word.isupper() and not shouted:
            continue
        word = word.lower()
        if word in _ELIDED:
            french += text[match.end() : match.end() + 1] in ("'", "’") and (
                text[match.start() - 1 : match.start()] not in ("'", "’")
            )
        elif word in _FRENCH:
            french += 1
        elif word in _ENGLISH:
            english += 1
    return french, english


def _by_letters(text: str) -> Language | None:
    """Ask lingua; None where it has no evidence either."""
    best = _detector().compute_language_confidence_values(text)[0]
    if best.value < _CONFIDENT:
        return None
    return "fr" if best.language.name == "FRENCH" else "en"


@functools.cache
def _detector() -> LanguageDetector:
    """Build lingua's detector for the two languages, once; it loads its models when asked."""
    from lingua import Language as Lingua
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_languages(Lingua.FRENCH, Lingua.ENGLISH).build()
