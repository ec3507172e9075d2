"""Words of the other language that were left in a sentence: `20 milliards`, `l'IA`, `said`.

Takes one sentence and the language that it should be in. Gives the words that are the other
language's: those much more common there, and names and months in the other one's form. Not
given: what is quoted, words that both share, unknown words, figures, and capitals that are
no known name (`Horizon Europe`, `Le Monde`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from euaiqa.bilingual.lexicon import lean, zipf
from euaiqa.bilingual.tables import Form, fold, forms, months
from euaiqa.datamodels import Language

# How much more common, in powers of ten, a word is in the other language before it is one of
# its words. French borrows from English (`learning` 1.6, `deep` 1.5), not the reverse.
_LEAN: dict[Language, float] = {"fr": 1.9, "en": 1.6}
_COMMON = 2.5  # Zipf scale; about rarer words the lists know little
_FORM_LEAN = 0.5  # `Brussels` 0.8; under it a place's name is said in both, as `Vatican`
_TRANSLATED = 1.0  # a word that one language uses this much more is no name
_LONGEST = 8  # words of a known name
# Words of amounts, whatever their frequency says: `20 billions`.
_SCALES: dict[Language, frozenset[str]] = {
    "fr": frozenset("billion billions thousand thousands".split()),
    "en": frozenset("milliard milliards millier milliers".split()),
}
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"|‘[^‘’]*’(?!\w)")
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = ("'", "’")
_ELISIONS = frozenset("l d j n m t s c qu jusqu lorsqu puisqu".split())
_BEGINS = frozenset(".!?:;…(–—•")  # what a sentence or an item stands behind
# Words of a name in the other language, which stay between two capitals.
_PARTICLES: dict[Language, frozenset[str]] = {
    "fr": frozenset("the of and for von van der den".split()),
    "en": frozenset("de du des la le les et pour d l von van der den".split()),
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the sentence; `start` and `end` are code points into it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class ForeignName:
    """A known name in the other language's form; `start` and `end` as of `Word`."""

    start: int
    end: int
    form: Form


def foreign_words(text: str, language: Language, allowed: Collection[str] = ()) -> tuple[Word, ...]:
    """The words of a sentence that are French where it should be English, or the reverse.

    Args:
        text: one sentence.
        language: what it should be in.
        allowed: words that may stay, in lower case.
    """
    text = unquoted(text)
    words = _words_of(text)
    found: set[int] = set()
    for name in foreign_names(text, language):
        found.update(i for i, w in enumerate(words) if name.start <= w.start < name.end)
    found.update(
        i
        for i, word in enumerate(words)
        if _is_month(text, word, language) or _is_foreign(text, words, i, language)
    )
    # of `vis-à-vis`, `in-house` each part would have to be foreign
    foreign = sorted(i for i in found if _mates(text, words, i) <= found)
    return tuple(words[i] for i in foreign if words[i].text.lower() not in allowed)


def foreign_names(text: str, language: Language) -> tuple[ForeignName, ...]:
    """The known names of a text in a form that only the other language has.

    Args:
        text: without quotations, see `unquoted`.
        language: what it should be in.
    """
    other: Language = "en" if language == "fr" else "fr"
    words = _words_of(text)
    found = []
    at = 0
    while at < len(words):
        length, form = _longest(words, at, other)
        own = _longest(words, at, language)[0]
        if form and length > own and not _in_title(text, words, at, length):
            piece = words[at : at + length]
            if form.acronym or max(lean(w.text, other) for w in piece) >= _FORM_LEAN:
                found.append(ForeignName(piece[0].start, piece[-1].end, form))
        at += max(length, own, 1)
    return tuple(found)


def unquoted(text: str) -> str:
    """The text with spaces in place of each quotation: offsets stay."""
    return _QUOTED.sub(lambda m: " " * len(m[0]), text)


def _words_of(text: str) -> list[Word]:
    return [Word(m.start(), m.end(), m[0]) for m in _WORD.finditer(text)]


def _mates(text: str, words: list[Word], i: int) -> set[int]:
    """The words that hyphens join to one, itself included."""
    first = last = i
    while first and text[words[first - 1].end : words[first].start] in {"-", "‑"}:
        first -= 1
    while last + 1 < len(words) and text[words[last].end : words[last + 1].start] in {"-", "‑"}:
        last += 1
    return set(range(first, last + 1))


def _is_foreign(text: str, words: list[Word], i: int, language: Language) -> bool:
    word = words[i]
    low = word.text.lower()
    before, after = text[max(0, word.start - 1) : word.start], text[word.end : word.end + 1]
    if after in _APOSTROPHES and low in _ELISIONS:
        return language == "en" and _elides(text, words, i)
    if before in _APOSTROPHES and low in {"s", "t", "re", "ve", "ll", "m", "d"}:
        return False  # `Macron's`, `don't`
    if after.isdigit() or before.isdigit() or (len(low) < 2 and low != "à"):
        return False
    if word.text[0].isupper() and (word.text.isupper() or not _begins(text, word.start)):
        return False
    if low in _SCALES[language]:
        return True
    if low in _PARTICLES[language] and _within_name(text, words, i, _PARTICLES[language]):
        return False
    other: Language = "en" if language == "fr" else "fr"
    return zipf(low, other) >= _COMMON and lean(low, other) >= _LEAN[language]


def _elides(text: str, words: list[Word], i: int) -> bool:
    """Whether an apostrophe is a French elision, and not one of a name: `d'Estaing`, `L'Oréal`."""
    if text.endswith(_APOSTROPHES, 0, words[i].start) or i + 1 == len(words):
        return False
    after = words[i + 1]
    glued = after.start == words[i].end + 1
    return glued and (after.text[0].islower() or after.text.isupper())


def _begins(text: str, start: int) -> bool:
    """Whether a capital at this place tells nothing: a sentence or an item begins there."""
    before = text[:start].rstrip()
    return (
        not before
        or before[-1] in _BEGINS
        or before.endswith(" -")
        or "\n" in text[len(before) : start]
    )


def _within_name(text: str, words: list[Word], i: int, particles: frozenset[str]) -> bool:
    """Whether capitals stand on both sides, with nothing but particles between."""
    first, last = i - 1, i + 1
    while first >= 0 and words[first].text in particles:
        first -= 1
    while last < len(words) and words[last].text in particles:
        last += 1
    if first < 0 or last == len(words):
        return False
    gap = text[words[first].end : words[last].start]
    capitals = words[first].text[0].isupper() and words[last].text[0].isupper()
    return capitals and not re.search(r"[,.;:()]", gap)


def _longest(words: list[Word], at: int, language: Language) -> tuple[int, Form | None]:
    """The longest known name that starts at a word: how many words, and its form."""
    table = forms(language)
    key: tuple[str, ...] = ()
    best: tuple[int, Form | None] = (0, None)
    for length, word in enumerate(words[at : at + _LONGEST], start=1):
        if len(word.text) > 1:
            key = (*key, fold(word.text))
        elif not key:
            break
        form = table.get(key)
        if form and (
            word.text.isupper() if form.acronym else words[at].text[0].isupper() or not form.noun
        ):
            best = (length, form)
    return best


def _in_title(text: str, words: list[Word], at: int, length: int) -> bool:
    """Whether further capitals stand beside it: `Mistral AI`, `AI Action Summit`."""
    for i, gap in ((at - 1, at), (at + length, at + length)):
        if not 0 <= i < len(words) or text[words[gap - 1].end : words[gap].start] not in {" ", "-"}:
            continue
        beside = words[i].text
        # at the beginning of a sentence any word has a capital: `La`, `The`
        tells = not _begins(text, words[i].start) or abs(lean(beside, "en")) < _TRANSLATED
        if beside[0].isupper() and tells:
            return True
    return False


def _is_month(text: str, word: Word, language: Language) -> bool:
    """A month of the other language; one that is a word of both only beside a figure."""
    other: Language = "en" if language == "fr" else "fr"
    low = fold(word.text)
    if low not in months()[other] or low in months()[language]:
        return False
    near = text[max(0, word.start - 4) : word.end + 5]
    return lean(low, other) >= 1 or bool(re.search(r"\d", near))
