"""Does a sentence deny what its source says, or say what its source denies?

Takes a draft sentence and the sentence it rests on; tells whether one of them is negated and
the other is not. It knows the closed class of negations in French and English and a few words
that deny by their meaning (`exclu`, `banned`): where a source has such a word, either side may
be put either way, and nothing is told. It does not see double negations or irony.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from euaiqa.datamodels import Language

_NEGATION: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"\b(?:pas|jamais|aucune?|nulle?|ni|sans|non)\b"
        r"|\b(?:ne\b|n['’])\s?(?:\w+['’\s-]+){1,4}?(?:rien|personne|plus|guère)\b"
        r"|\b(?:rien|personne)\s+(?:ne\b|n['’])",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b",
        re.IGNORECASE,
    ),
}
# What these say is negative with or without a `not` beside them.
_DENIES: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"\b(?:exclu\w*|interdi\w*|refus\w*|empêch\w*|oppos\w*|rejet\w*|abandonn\w*|exempt\w*|"
        r"dispens\w*|manqu\w*|absen\w*|prohib\w*|impossib\w*|illég\w*|annul\w*|renonc\w*|"
        r"écart\w*|privée?s? de|hors|sauf|seule?s?|seulement|moins|gratuit\w*|libres?)\b"
        r"|\b(?:ne\b|n['’])",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:exclu\w*|ban(?:s|ned|ning)?|forbid\w*|prohibit\w*|refus\w*|barred|prevent\w*|"
        r"oppos\w*|reject\w*|abandon\w*|exempt\w*|lacks?|lacked|lacking|miss(?:es|ed|ing)?|"
        r"absen\w*|impossib\w*|unlawful|illegal|cancel\w*|drop(?:s|ped)?|fail(?:s|ed)?|outside|"
        r"except|only|un(?!it)\w+ed|free|less|few|fewer|sole|solely)\b",
        re.IGNORECASE,
    ),
}
# What ends a thing said: a negation in one clause is none of the next.
_CLAUSE = re.compile(
    r"[;:()«»“”—–]|[.,](?!\d)|\s(?:et|mais|alors que|tandis que|and|but|whereas|while)\s",
    re.IGNORECASE,
)


def negated(text: str, language: Language) -> bool:
    """Whether a text holds a word of negation."""
    return bool(_NEGATION[language].search(text))


def denies(text: str, language: Language) -> bool:
    """Whether a text holds a negation, or a word that denies by its meaning."""
    return negated(text, language) or bool(_DENIES[language].search(text))


def clash(draft: str, language: Language, sources: Sequence[tuple[str, Language]]) -> bool:
    """Whether a draft is negated and nothing in its sources is, or the reverse.

    A source is taken to be negated only when every clause of it that could be meant is: one
    clause, or all of them. So a long sentence with a negation at its end clashes with nothing.

    Args:
        draft: one sentence.
        language: the draft's.
        sources: text and language of each sentence it rests on, at least one.
    """
    if negated(draft, language):
        return not any(denies(text, home) for text, home in sources)
    if denies(draft, language):
        return False
    return all(all(negated(clause, home) for clause in clauses_of(text)) for text, home in sources)


def clauses_of(text: str) -> list[str]:
    """A sentence cut where another thing begins to be said; pieces of two words or less go."""
    return [part for part in _CLAUSE.split(text) if len(part.split()) > 2] or [text]
