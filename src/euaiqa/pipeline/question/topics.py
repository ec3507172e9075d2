"""What earlier turns spoke of: the things and people a later pronoun may stand for.

Takes the text of a turn and gives the noun phrases that grammar alone can find in it, with
what decides which pronoun fits: a person's name, a plural, the object of a preposition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from euaiqa.datamodels import Language
from euaiqa.pipeline.question.words import (
    DEFINITE,
    FUNCTION,
    PREPOSITION,
    STOP,
    WHICH,
    Token,
    tokens,
)

_PARTICLES = frozenset("de von der van den of du la le d' l'".split())
_CONTRACTED = {"du": "le ", "au": "le ", "des": "les ", "aux": "les "}


@dataclass(frozen=True, slots=True)
class Topic:
    """A noun phrase with its article; `[start, end)` is its place in the turn's text."""

    text: str
    start: int
    end: int
    name: bool
    person: bool
    plural: bool
    governed: bool


def topics(text: str, language: Language) -> tuple[Topic, ...]:
    """Find the names and the noun phrases with a definite or interrogative word, in order."""
    found = tokens(text, language)
    out: list[Topic] = []
    i = 0
    while i < len(found):
        if found[i].word in STOP | FUNCTION[language] and not found[i].name:
            i += 1
            continue
        end = _run(found, i, language, text)
        topic = _topic(found, i, end, language, text)
        if topic:
            out.append(topic)
        i = end
    return tuple(out)


def _run(found: tuple[Token, ...], i: int, language: Language, text: str) -> int:
    """Where the run of words that begins at `i` ends: a name with its particles, or words."""
    end = i + 1
    named = found[i].name
    while end < len(found) and not text[found[end - 1].end : found[end].start].strip():
        token = found[end]
        if token.word in STOP:
            break
        if token.name:
            if not named:
                break
        elif token.word in _PARTICLES:
            after = next((k for k in (end + 1, end + 2) if k < len(found) and found[k].name), None)
            inner = range(end, after or 0)
            if not named or not after or found[i].word.isupper():
                break
            if any(found[k].word not in _PARTICLES for k in inner) or token.word in {"of", "de"}:
                break
            end = after
        elif named and language == "fr" and token.word.endswith(("éenne", "éen", "éens", "éennes")):
            pass
        elif language == "fr" or (
            (token.word in FUNCTION["en"] or named) and not (named and _plural(token.word))
        ):
            break
        end += 1
    if (
        language == "fr"
        and not named
        and end + 1 < len(found)  # "usines d'IA"
        and found[end].word in {"de", "d'"}
        and found[end + 1].word not in FUNCTION["fr"] | STOP
    ):
        end += 2
    return end


def _topic(
    found: tuple[Token, ...], i: int, end: int, language: Language, text: str
) -> Topic | None:
    words = found[i:end]
    named = words[0].name
    before = found[i - 1] if i else None
    article = before is not None and (
        before.word in DEFINITE[language] or (language == "fr" and before.word in _CONTRACTED)
    )
    head = words[0] if language == "fr" else words[-1]
    plural = _plural(head.word) and not head.name
    asked = before is not None and before.word in WHICH[language] | {"de", "d'"}
    shows = plural and (asked or before is None or language == "en")
    if not named and not article and not shows:
        return None
    start = found[i].start
    shown = text[start : words[-1].end]
    governed = before is not None and before.word in PREPOSITION[language] and not asked
    if article and before is not None:
        start = before.start
        shown = _CONTRACTED.get(before.word, text[before.start : found[i].start]).lower() + shown
        outer = found[i - 2].word if i > 1 else ""
        governed = outer in PREPOSITION[language] or before.word in _CONTRACTED
    elif not named:
        shown = ("les " if language == "fr" else "the ") + shown
    person = (
        named
        and not article
        and len(words) > 1
        and all(re.fullmatch(r"[^\W\d_][a-zà-ÿ'-]*", text[t.start : t.end]) for t in words)
        and not plural
    )
    return Topic(shown, start, words[-1].end, named, person, plural, governed)


def _plural(word: str) -> bool:
    return len(word) > 3 and word[-1] in "sx" and not word.endswith("ss")


@dataclass(frozen=True, slots=True)
class Referents:
    """What each kind of pronoun stands for, where the earlier turns offer one.

    `subject` is a French "il" or "elle", which may be a person or a thing; `whole` is what
    "the budget" is the budget of; `named` is a thing that has a name.
    """

    thing: Topic | None
    person: Topic | None
    many: Topic | None
    subject: Topic | None
    whole: Topic | None
    named: Topic | None


def referents(about: Sequence[Topic], told: Sequence[Topic], *, who: bool) -> Referents:
    """Choose from the earlier question's topics, then from its answer's.

    Args:
        about: topics of the question.
        told: topics of the answer.
        who: whether the question asked for a person.
    """
    one = [t for t in about if not t.person and not t.plural and not t.governed]
    one += [t for t in told if not t.person and not t.plural and not t.governed]
    named = next((t for t in one if t.name), None)
    many = next((t for t in (*about, *told) if t.plural), None)
    thing = named or next(iter(one), None) or many
    person = next((t for t in (*about, *told) if t.person), None)
    subject = thing
    if person and (thing is None or person in about):
        subject = person
    counted = about[0] if about and about[0].plural else thing
    return Referents(thing, person, many or thing, subject, counted, named)
