"""Whether a question that the model wrote can be suggested to a reader: by code alone.

Takes what the model wrote and the passage it read, gives the question as it is shown, or "".
Kept is one short question in the reader's language that names what it is about, speaks of no
text, needs nothing said before it, and presumes no figure, date or name that the passage does
not hold. Whether the articles answer it is not told here.
"""

from __future__ import annotations

import re

from euaiqa.bilingual import foreign_words, held_in, missing, names_in, replacements
from euaiqa.datamodels import Language, Passage
from euaiqa.facts import facts_of
from euaiqa.ground.wording import words_of
from euaiqa.language import detect
from euaiqa.pipeline.question import leans, parts
from euaiqa.pipeline.question.words import CONNECTIVE, COPULA, FUNCTION, tokens

MAX_CHARS = 100
# A question of a reader's is about the matter, never about what was written of it. "Article 5" is
# matter: what a number follows is meant as a law's.
_OF_THE_TEXT: dict[Language, re.Pattern[str]] = {
    "fr": re.compile(
        r"\b(?:articles?|textes?|extraits?|phrases?|passages?|documents?|paragraphes?|auteure?s?|"
        r"autrices?|journalistes?|lecteurs?)\b(?!\s+\d)|\b(?:mentionn|cit)ée?s?\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:articles?|texts?|extracts?|excerpts?|sentences?|passages?|documents?|paragraphs?|"
        r"authors?|writers?|journalists?|readers?|story|stories)\b(?!\s+\d)|\bmentioned\b",
        re.IGNORECASE,
    ),
}
# Words that lose their vowel before another ("Combien de entreprises").
_UNELIDED = re.compile(r"\b(?:de|que|le|la|ne|se) (?=[aeiouéèê])", re.IGNORECASE)
_ASIDE = re.compile(r"[()\[\]]|\s[–—-]\s")
_BEFORE_MARK = re.compile(r"\s*\?$")
_QUOTED = re.compile(r"[\"“«]\s*([^\"“”«»]+?)\s*[\"”»]")


def suggestible(written: str, passage: Passage, language: Language) -> str:
    """A question as a reader is shown it; "" where it cannot be suggested.

    Args:
        written: what the model wrote.
        passage: what it read.
        language: the reader's.
    """
    text = replacements(" ".join(written.split()), language)
    fits = (
        text.endswith("?")
        and len(text) <= MAX_CHARS
        and text.count("?") == 1
        and not _ASIDE.search(text)
        and detect(text) == language
        and not _OF_THE_TEXT[language].search(text)
        and not leans(text, language)
        and len(parts(text, language)) == 1
        and not foreign_words(text, language)
        and not (language == "fr" and _UNELIDED.search(text))
        and not _odd(text, language)
        and _holds(passage, text, language)
    )
    return _set(text, language) if fits else ""


def alike(one: str, other: str, language: Language) -> bool:
    """Whether more than half of the words that tell something are those of both."""
    a, b = _content(one, language), _content(other, language)
    return 2 * len(a & b) > len(a | b)


def _odd(question: str, language: Language) -> bool:
    """For "Who and what" and "Who is the headquarters": small models take things for persons."""
    first, second = (token.word for token in tokens(question, language)[:2])
    being = first in {"qui", "who"} and second in COPULA[language]
    return being or second in CONNECTIVE[language]


def _holds(passage: Passage, question: str, language: Language) -> bool:
    """Whether a question names something, and nothing that a passage does not hold."""
    read = "\n".join((passage.title, *(s.text for s in passage.before), passage.text))
    names = names_in(question, language)
    if not names or missing(names, [held_in(read)]):
        return False
    return not facts_of(question, language).missing_from([facts_of(read, passage.language)])


def _set(question: str, language: Language) -> str:
    """A question with the marks of its language: no-break spaces, quotation marks, apostrophes."""
    text = question.replace("'", "’")
    if language == "en":
        return _BEFORE_MARK.sub("?", _QUOTED.sub(r"“\1”", text))
    return _BEFORE_MARK.sub("\u00a0?", _QUOTED.sub("«\u00a0\\1\u00a0»", text))


def _content(question: str, language: Language) -> frozenset[str]:
    """The words that are no function words, as stems."""
    told = (t.word for t in tokens(question, language) if t.word not in FUNCTION[language])
    return words_of(" ".join(told))
