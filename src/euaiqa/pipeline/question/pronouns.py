"""Which words of a question stand for something, and whether the question itself says what.

Takes the tokens of one question and gives the places of its pronouns and demonstratives,
and for each whether a noun before it can be what it means. A subject and an object of one
clause are never the same thing, so an object needs a noun of an earlier clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from euaiqa.datamodels import Language
from euaiqa.pipeline.question.words import (
    AUXILIARY,
    CLAUSE,
    CONNECTIVE,
    COPULA,
    DETERMINER,
    FUNCTION,
    PREPOSITION,
    PRONOUN,
    QUESTION,
    STOP,
    TIME,
    WHICH,
    Token,
)

_CLITIC = re.compile(  # le, la, les, l' before a verb, told from articles by their place
    r"\bl'(?:a|ont|avait|avaient|aura|auront|as|avez)\b"
    r"|\b(?:(?:le|la|les|lui|leur|en|y) |l')\w+-(?:t-)?(?:ils?|elles?|on|vous|tu)\b"
    r"|\bles (?:a|ont|avait|aura)\b"
    r"|^(?:et |mais )?qui (?:ne )?(?:le|la|les|l'|lui|leur) ?[a-zà-ÿ]+"
    r"\s*(?:\?|$|(?:en|à|par|pour|dans|avec)\b)"
    r"|^(?:et |mais )?(?:comment|où|pourquoi|quand) "
    r"(?:le|la|les|l'|en|y|lui|leur) ?\w+(?:er|ir|re)\s*\?",
    re.IGNORECASE,
)


def pronouns(found: tuple[Token, ...], bare: str, language: Language) -> Iterator[int]:
    """The places of words that stand for something said elsewhere."""
    table = PRONOUN[language]
    for i, token in enumerate(found):
        if bare[token.start : token.end].startswith("_"):
            continue  # impersonal
        word = token.word.removeprefix("-")
        after = found[i + 1].word if i + 1 < len(found) else "?"
        if token.name or (word == "leur" and after in STOP):
            continue
        plain = word in table["subject"] | table["object"] | table["possessive"] | table["this"]
        if language == "en":
            plain = plain or word in {"it", "her", "there"} or (word == "that" and _that(found, i))
        elif word == "ce":
            before = found[i - 1].word if i else ""
            if token.word == "-ce":
                plain = before in COPULA["fr"] and after not in {"que", "qu'", "qui"}
        elif word == "c'":
            content = [t for t in found if t.word not in FUNCTION["fr"] and t.word not in STOP]
            plain = len(content) <= 1 and not any(t.name for t in found)
            plain = plain and not any(t.word in DETERMINER["fr"] for t in found)
        yield from [i] if plain or _demonstrative(found, i, language) else []


def _that(found: tuple[Token, ...], i: int) -> bool:
    """Whether this "that" points at something, instead of opening a clause."""
    after = [t.word for t in found[i + 1 :]]
    before = found[i - 1].word if i else ""
    if not after or after[0] in STOP or i == 0:
        return True
    if before in AUXILIARY["en"] | PREPOSITION["en"]:
        return before not in {"is", "was"} or not any(t.word == "it" for t in found[:i])
    rest = [word for word in after if word not in STOP]
    return len(rest) == 1 and not found[i + 1].name and before not in {"it", "so"}


def _demonstrative(found: tuple[Token, ...], i: int, language: Language) -> bool:
    """For "this plan", "ce plan", but not "this year", "ce que" nor "ces pays qui investissent"."""
    if found[i].word not in PRONOUN[language]["these"]:
        return False
    after = [t.word for t in found[i + 1 : i + 4]]
    if (
        language == "fr"
        and after
        and (after[0] in AUXILIARY["fr"] | CLAUSE["fr"] or after[0] == "à")
    ):
        return False
    if set(after[:2]) & TIME[language] or after[:1] == ["type"] or after[:1] == ["genre"]:
        return False
    relative = {"qui", "que", "qu'", "dont", "who", "that"}
    return not (len(after) > 1 and after[1] in relative) and after[:1] != ["who"]


def unbound(found: tuple[Token, ...], i: int, language: Language) -> bool:
    """Whether nothing in the question can be what the pronoun at `i` stands for."""
    word = found[i].word.removeprefix("-")
    table = PRONOUN[language]
    start = _subject_start(found, i, language)
    clause = max(
        (j for j in range(i) if found[j].word in CLAUSE[language] | STOP and j >= 1), default=0
    )
    after = found[i + 1].word if i + 1 < len(found) else "?"
    if any(_noun(found, j, language) for j in range(clause)):
        return False  # named in an earlier clause
    if clause == 0 and any(
        t.word == "," and any(_noun(found, k, language) for k in range(j, len(found)))
        for j, t in enumerate(found)
        if j > i
    ):
        return False  # named in a later one: "Despite its size, can Europe …?"
    ends = after in STOP | PREPOSITION[language] | CLAUSE[language]
    object_ = word in table["object"] or (word in {"it", "her"} and ends) or word == "there"
    if word == "ça" and any(
        _noun(found, j, language) for j in range(i + 2, min(i + 3, len(found)))
    ):
        return False  # "À quoi ça sert, un cookie ?"
    if object_ or word in table["this"] | table["these"] | {"that", "c'"}:
        return True  # a subject and an object of one clause are never the same thing
    if word in {"ce"}:
        return True
    if found[i].word.startswith("-"):
        return not _inverted_subject(found, i, start, language)
    bound = {"-il", "-elle", "-ils", "-elles", "he", "she", "they", "it"}
    if word in table["possessive"] and any(t.word in bound for t in found[:i]):
        return False  # its owner is judged already
    before = found[i - 1].word if i else ""
    inverted = language == "en" and before in AUXILIARY["en"]
    if inverted and not any(_noun(found, j, language) for j in range(start, i - 1)):
        return True
    return not any(_noun(found, j, language) for j in range(0 if start == -1 else start, i))


def _subject_start(found: tuple[Token, ...], i: int, language: Language) -> int:
    """Where a noun may begin that a later pronoun can mean.

    After "how many chips", which it is not, but at the beginning
    of "which country doubled its budget".
    """
    first = 0
    while first < len(found) and found[first].word in CONNECTIVE[language]:
        first += 1
    if first >= len(found):
        return 0
    asked = found[first].word in QUESTION[language] or (
        found[first].word in PREPOSITION[language]
        and first + 1 < len(found)
        and found[first + 1].word in QUESTION[language]
    )
    if not asked:
        return first
    noun = found[first].word in WHICH[language] and first + 1 < i
    verb = next(
        (
            j
            for j in range(first + 1, i)
            if found[j].word in AUXILIARY[language] or found[j].word.startswith("-")
        ),
        None,
    )
    if language == "en":
        if verb is None:
            return first if noun and i - first > 2 else first + 1
        return verb + 1
    if noun and verb is not None and verb > first + 1:
        return first  # "Quel pays a doublé son budget ?"
    if noun and verb is None and i - first > 3:
        return first
    return first + 1


def _inverted_subject(found: tuple[Token, ...], i: int, start: int, language: Language) -> bool:
    """For "la Commission va-t-elle": a noun before the verb that no preposition governs."""
    which = False
    for j in range(start, i - 1):
        before = found[j - 1].word if j else ""
        which = which or found[max(j - 1, 0)].word in WHICH["fr"] - {"combien"}
        if before in PREPOSITION["fr"] or found[j].word in STOP:
            which = which or (j > 1 and found[j - 2].word == "combien")
            continue
        if before in DETERMINER["fr"] and j > 1 and found[j - 2].word in PREPOSITION["fr"]:
            continue
        if found[j].word in DETERMINER["fr"] - {"du", "des", "au", "aux"}:
            if j + 1 < i - 1:
                return True
        elif found[j].word in {"des", "du"}:
            if j + 1 < i - 1 and (not j or before in QUESTION["fr"]):
                return True
        elif found[j].name or not (which or found[j].word in FUNCTION["fr"]):
            return True
    return False


def _noun(found: tuple[Token, ...], j: int, language: Language) -> bool:
    """Whether a noun phrase seems to begin at `j`.

    That is a name, a determiner and a word, or, in English, a plain word after an
    auxiliary or at the beginning.
    """
    token = found[j]
    if token.word in STOP:
        return False
    if token.name:
        return True
    after = found[j + 1] if j + 1 < len(found) else None
    if after is None or after.word in STOP or after.word.startswith("-"):
        return False
    if token.word in DETERMINER[language] | {"quel", "quelle", "quels", "quelles", "combien"}:
        return after.word not in FUNCTION[language] or after.name
    if language == "en" and token.word in {"which", "what", "many", "whose"}:
        return after.word not in FUNCTION[language]
    before = found[j - 1].word if j else ""
    return (
        language == "en"
        and token.word not in FUNCTION["en"]
        and before in {"do", "does", "did", "are", "will", "can", "should", "have"}
    )


def clitic(text: str, found: tuple[Token, ...]) -> bool:
    """A French object pronoun before its verb, with nothing named in an earlier clause."""
    match = _CLITIC.search(text)
    if not match:
        return False
    earlier = [j for j, t in enumerate(found) if t.start < match.start()]
    clause = max((j for j in earlier if j and found[j].word in CLAUSE["fr"] | STOP), default=0)
    return not any(_noun(found, j, "fr") for j in range(clause))
