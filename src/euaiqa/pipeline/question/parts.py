"""A question that asks several things, cut into questions that each stand alone.

Takes one question and gives its parts in order, each fit to be judged and answered by
itself, or with the whole question beside it where it still leans on the part before. When
grammar does not show plainly that two things are asked, it gives the question as it is: a part
too many does harm, a part too few leaves things as they were.
"""

from __future__ import annotations

import re
from itertools import pairwise

from euaiqa.datamodels import Language
from euaiqa.pipeline.question.completing import complete
from euaiqa.pipeline.question.leaning import leans
from euaiqa.pipeline.question.words import (
    AUXILIARY,
    CONNECTIVE,
    FUNCTION,
    PREPOSITION,
    QUESTION,
    STOP,
    Token,
    tokens,
)

_LED = re.compile(r"^(?:(?:et|and)\b[\s,]*)+", re.IGNORECASE)
_AND: dict[Language, frozenset[str]] = {"fr": frozenset({"et"}), "en": frozenset({"and"})}
_RELATIVE: dict[Language, frozenset[str]] = {
    "fr": frozenset("qui que qu' où dont quand comment si".split()),
    "en": frozenset("who which what where when how why that whether if".split()),
}
_ATTRIBUTES: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"(?P<ask>quel(?:le)?s) (?P<be>sont|seront|étaient) "
        r"(?P<a>(?:le |la |l')[\w-]+) et (?P<b>(?:le |la |l')[\w-]+(?: d(?:e |')[a-zà-ÿ-]+)?)"
        r"(?P<of> (?:du |des |de la |de l'|d'(?=[A-Z])|de (?=[A-Z]|ce)).+?) ?\?",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"(?P<ask>what) (?P<be>are|were) the (?P<a>(?:\w+ )?\w*[^\Ws]) and "
        r"(?:the )?(?P<b>(?:\w+ )?\w*[^\Ws])(?P<of> (?:of|for) .+?) ?\?",
        re.IGNORECASE,
    ),
}
_CASED = re.compile(r"d'(?=[A-ZÀ-Ý])|de (?=[A-ZÀ-Ý])|du |des |de la |de l'|of |for ")


def parts(question: str, language: Language) -> tuple[str, ...]:
    """Cut a question into the questions it holds.

    Args:
        question: stands alone; see `rewriting.standalone`.
        language: of the question.

    Returns:
        The question itself when it asks one thing; else two or more questions.
    """
    sentences = [s.strip() for s in re.findall(r"[^?]+\?", question)]
    rest = re.sub(r"[^?]+\?", "", question).strip()
    if rest or not sentences or any(re.search(r"[.!;:«»“”\"]\s", s) for s in sentences):
        return (question,)
    out: list[str] = []
    for sentence in sentences:
        pieces = _attributes(sentence, language) or _clauses(sentence, language)
        for piece in pieces:
            bare = _LED.sub("", piece).strip()
            if out and leans(piece, language):
                bare = complete(piece, out[-1], "", language) or bare
            out.append(bare[:1].upper() + bare[1:])
    return tuple(out) if len(out) > 1 else (question,)


def _clauses(sentence: str, language: Language) -> tuple[str, ...]:
    """Cut at "and" before another question word, where both sides are whole questions."""
    found = tokens(sentence, language)
    if not _asks(found, 0, language):
        return (sentence,)
    cuts = [0]
    for i, token in enumerate(found):
        if token.word not in _AND[language] or not _asks(found, i + 1, language):
            continue
        left, right = found[_at(found, cuts[-1]) : i], found[i + 1 :]
        if _whole(left, language) and _separate(left, right, language):
            cuts.append(token.start)
    ends = [*cuts[1:], len(sentence)]
    pieces = [sentence[a:b].strip(" ,?") for a, b in zip(cuts, ends, strict=True)]
    if len(pieces) == 1:
        return (sentence,)
    mark = " ?" if language == "fr" else "?"
    return tuple(_LED.sub("", piece) + mark for piece in pieces)


def _at(found: tuple[Token, ...], start: int) -> int:
    return next(i for i, t in enumerate(found) if t.start >= start)


def _asks(found: tuple[Token, ...], i: int, language: Language) -> bool:
    """Whether a question begins at `i`: a question word, after a preposition or not."""
    while i < len(found) and found[i].word in CONNECTIVE[language] | PREPOSITION[language]:
        i += 1
    if i >= len(found):
        return False
    if language == "fr" and found[i].word == "est" and found[i + 1 : i + 2]:
        return found[i + 1].word == "-ce"
    if language == "fr" and found[i].word in {"que", "qu'"}:
        return any(t.word.startswith("-") for t in found[i + 1 : i + 6])
    return found[i].word in QUESTION[language] or (
        language == "en" and found[i].word in AUXILIARY["en"] and len(found) - i > 3
    )


def _whole(side: tuple[Token, ...], language: Language) -> bool:
    """Whether the left side says something by itself, unlike in "who and when"."""
    words = [t for t in side if t.word not in STOP]
    content = [t for t in words if t.word not in FUNCTION[language] or t.name]
    verb = any(t.word in AUXILIARY[language] or t.word.startswith("-") for t in words)
    said = len(content) > 1 or (verb and bool(content))
    return len(words) > 2 and said and words[-1].word not in PREPOSITION[language]


def _separate(left: tuple[Token, ...], right: tuple[Token, ...], language: Language) -> bool:
    """Whether the right side is a question, not the second half of a relative clause."""
    first = right[0].word
    words = [t.word for t in right if t.word not in STOP]
    if any(
        t.word in _RELATIVE[language] and before.word != "-ce" for before, t in pairwise(left[1:])
    ):
        return False
    if len(words) == 1 or (len(words) == 2 and words[0] in PREPOSITION[language] | {"how"}):
        return left[0].word in QUESTION[language]  # "…, and when?"
    if language == "fr" and first == "qui":
        return left[0].word not in {"quel", "quelle", "quels", "quelles"} or len(words) > 3
    if language == "en" and first in AUXILIARY["en"]:
        return left[0].word not in AUXILIARY["en"] or len(words) > 3
    if language == "en" and first not in {"who", "which", "what", "whose"}:
        return any(word in AUXILIARY["en"] for word in words[1:6]) and not _declared(right)
    return True


def _declared(right: tuple[Token, ...]) -> bool:
    """For "when it applies": a subject before the verb shows a reported question."""
    return len(right) > 1 and right[1].word in {"it", "he", "she", "they", "we", "the", "this"}


def _attributes(sentence: str, language: Language) -> tuple[str, ...]:
    """For "What are the budget and opening date of Z?": one question for each attribute."""
    match = _ATTRIBUTES[language].fullmatch(sentence.replace("’", "'"))
    if not match:
        return ()
    of = match["of"]
    if not _CASED.match(of.strip()):
        return ()
    if language == "en":
        be = "is" if match["be"].lower() == "are" else "was"
        return tuple(f"What {be} the {match[k]}{of}?" for k in ("a", "b"))
    be = {"sont": "est", "seront": "sera", "étaient": "était"}[match["be"].lower()]
    return tuple(
        f"{'Quelle' if match[k].startswith('la ') else 'Quel'} {be} {match[k]}{of} ?"
        for k in ("a", "b")
    )
