"""A question that leans on what was said, completed by code from the earlier question.

Takes the new question, the one before it (itself complete) and the answer given, and
writes one question: the pronoun's place taken by what it stands for, "And for X?" by the
earlier question about X, a bare question word by the earlier question so asked. Gives ""
when none of these fits; it never guesses a meaning that grammar does not show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from euaiqa.datamodels import Language
from euaiqa.language import detect
from euaiqa.pipeline.question.english import complete_english
from euaiqa.pipeline.question.french import complete_french, contracted, que
from euaiqa.pipeline.question.leaning import leans
from euaiqa.pipeline.question.topics import Topic, referents, topics
from euaiqa.pipeline.question.words import (
    AUXILIARY,
    CONNECTIVE,
    COPULA,
    DEFINITE,
    PREPOSITION,
    PRONOUN,
    QUESTION,
    STOP,
    tokens,
)

_MORE = re.compile(  # "And for France?": what is left is what the new question is about
    r"^(?:(?:(?:et|mais|alors|and|but|so|what about|how about|what of)\b|quid d[eu']|"
    r"qu'en est-il (?:de\b|d'|du\b)) ?)+(?P<rest>.+?)\s*(?:alors|then)?\s*\?*\s*$",
    re.IGNORECASE,
)
_HOW_MUCH = frozenset("much many long far often".split())


def complete(question: str, earlier: str, answer: str, language: Language) -> str:
    """Write the question so that it needs nothing said before, or "" when code cannot.

    Args:
        question: leans on what was said, as `leaning.leans` tells.
        earlier: the reader's question before it, complete, or "".
        answer: what was answered to it, or "".
        language: of the question; the two others may be in the other language.
    """
    asked = " ".join(question.replace("’", "'").split())
    about = topics(earlier, detect(earlier)) if earlier else ()
    if earlier and (done := _about_another(asked, earlier, about, language)):
        return done
    told = topics(answer, detect(answer)) if answer else ()
    spoken = earlier and detect(earlier) == language
    if spoken and (done := _asked_so(asked, earlier, told, language)):
        return done
    mean = referents(about, told, who=earlier.lower().startswith(("qui ", "who ")))
    done = (complete_english if language == "en" else complete_french)(asked, mean)
    return "" if leans(done, language) else done


def _about_another(asked: str, earlier: str, about: Sequence[Topic], language: Language) -> str:
    """For "And for France?": the earlier question, with France in the place that fits."""
    match = _MORE.match(asked)
    if not match or not about:
        return ""
    rest = match["rest"]
    spoken = detect(earlier)
    if spoken != language:  # a word of the one would stand in a question of the other
        return ""
    found = tokens(rest, language)
    if any(
        t.word in QUESTION[language] | AUXILIARY[language] | PRONOUN[language]["possessive"]
        for t in found
    ):
        return ""
    named = any(rest[t.start].isupper() or rest[t.start].isdigit() for t in found)
    preposition = found[0].word if found[0].word in PREPOSITION[language] else ""
    olds = [t for t in about if t.name] or (list(about) if preposition else [])
    if not named or not olds:  # "What about the year after?": no name to put for a name
        return ""
    free = [t for t in olds if not t.governed] or olds
    if preposition:
        dated = found[-1].word[0].isdigit()  # "in 2026" does not take the place of "in AI"
        same = [t for t in olds if _governor(earlier, t) == preposition and not dated]
        if not same and preposition not in {"pour", "for"}:
            return f"{earlier.rstrip(' ?')} {rest}{' ?' if language == 'fr' else '?'}"
        body, old = rest[found[0].end :].strip(), (same or free)[0]
    elif language == "fr":
        article = found[0].word in DEFINITE["fr"]
        alike = [t for t in free if bool(re.match(r"l[ae]s? |l'", t.text)) == article]
        body, old = rest, (alike or free)[0]
    else:
        body, old = rest, free[0]
    text = earlier[: old.start] + body + earlier[old.end :]
    return contracted(text) if language == "fr" else text[:1].upper() + text[1:]


def _governor(text: str, topic: Topic) -> str:
    """The word just before a topic."""
    before = re.search(r"([\w]+['’]?)\s*$", text[: topic.start])
    return before[1].lower() if before else ""


def _asked_so(asked: str, earlier: str, told: Sequence[Topic], language: Language) -> str:
    """For "Why?": the earlier question with this question word, where only the word differs."""
    words = [t for t in tokens(asked, language) if t.word not in STOP | CONNECTIVE[language]]
    words = [t for t in words if t.word != "ça"]
    old = tokens(earlier, language)
    if not words or len(old) < 4 or len(words) > 2:
        return ""
    if not all(t.word in QUESTION[language] | PREPOSITION[language] | _HOW_MUCH for t in words):
        return ""
    word = " ".join(asked[t.start : t.end] for t in words)
    word = word[:1].upper() + word[1:]
    if old[0].word in {"who", "qui"} and not auxiliary_follows(old[1].word, language):
        person = next((t.text for t in told if t.person), "")
        rest = earlier[old[1].start :]
        if language == "en":
            return f"{word} was it that {person or 'someone'} {rest}"
        return contracted(f"{word} est-ce {que(person or 'on')} {rest}")
    asking = QUESTION[language] - {"qui", "que", "qu'", "who", "what", "which", "lequel"}
    if old[0].word not in asking or old[0].word.startswith("quel"):
        return ""
    verb = 2 if old[1].word in _HOW_MUCH else 1
    follows = old[verb]
    fits = follows.word in AUXILIARY[language] or (
        language == "fr" and (follows.name or follows.word in DEFINITE["fr"] | {"chaque"})
    )
    if not fits:
        return ""
    return f"{word} {earlier[follows.start :]}"


def auxiliary_follows(word: str, language: Language) -> bool:
    """Whether "who" asks for something else than the subject ("Who will it be?", "Qui est X ?")."""
    return word in (AUXILIARY["en"] if language == "en" else COPULA["fr"])
