"""How common a word is in French and in English, for telling the languages' words apart.

Takes one word, gives frequencies from wordfreq's lists (Wikipedia, subtitles, news, the web;
case is not kept) and whether a dictionary of common nouns, verbs and adjectives holds it.
Lists are loaded when first asked for.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

from euaiqa.datamodels import Language

_FLOOR = 1e-8  # a word that the lists do not hold is rarer than this


def zipf(word: str, language: Language) -> float:
    """How common a word is, on the Zipf scale: 1 (unknown) to 8 (`the`), one a power of ten.

    Args:
        word: one word, any case, accents kept; hyphens and apostrophes part words.
        language: which language's list.

    Source: van Heuven et al. 2014, doi:10.1080/17470218.2013.850521
    """
    return math.log10(_frequencies(language).get(word.lower(), 0.0) + _FLOOR) + 9


def warm() -> None:
    """Load the lists now (1.5 s), so that no reader waits for them."""
    for language in ("fr", "en"):
        zipf("le", language)
        is_common_noun("le", language)


@functools.lru_cache(maxsize=20_000)
def lean(word: str, language: Language) -> float:
    """How much more common a word is in a language than in the other one, in powers of ten."""
    other: Language = "en" if language == "fr" else "fr"
    return zipf(word, language) - zipf(word, other)


@functools.lru_cache(maxsize=20_000)
def is_common_noun(word: str, language: Language) -> bool:
    """Whether a dictionary holds the word in lower case, as no name of a person or place."""
    import simplemma

    low = word.lower()
    return simplemma.is_known(low, lang=language) and simplemma.lemmatize(low, language).islower()


@functools.cache
def _frequencies(language: Language) -> Mapping[str, float]:
    import wordfreq

    return wordfreq.get_frequency_dict(language, "large")
