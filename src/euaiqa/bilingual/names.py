"""Names of a sentence, and whether a source holds them, across French and English.

Takes one sentence or source text and its language. Gives the names of persons, places,
institutions, companies and programmes that the sentence says, and which of them no source
holds. Capitals that are no name are left out: the first word, titles, months, and words
that a translation or a paraphrase changes (`Summit`, `Member States`, `Regulation`). It
errs on the side of "held": a surname is enough, and so is a near spelling.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from euaiqa.bilingual.lexicon import is_common_noun, lean, zipf
from euaiqa.bilingual.tables import Forms, fold, forms, months, weekdays
from euaiqa.datamodels import Language

# A capitalised word this much more common in its own language (powers of ten) is one that a
# translation changes: `Parliament` 2.2, `Summit` 1.5; `Macron`, `Apple`, `Airbus` under 0.6.
_TRANSLATED = 1.0
# The same for a word that begins its sentence, where a capital tells nothing: one that the
# language's dictionary of words holds (`Google`, `Apple`, 0.3), and one that it does not
# (`Macron` 1.9, `Xavier` 0.7; `Conformément` 3.2, `Nonobstant` 2.2).
_ALONE_KNOWN = 0.5
_ALONE_UNKNOWN = 2.0
# On the Zipf scale: a word rarer than this in both languages is written the same in both. Of 443
# questions with an answer one names such a word that the article does not hold.
_COINED = 2.0
_ASKING = frozenset(("comment",))  # rare enough in French lists of nouns to look like a name
_NEAR = 0.8  # difflib ratio: `Zelensky`, `Zelenskyy`; `Poutine`, `Putin`
_LONGEST = 8  # words of a known name
# Acronyms of common nouns: what a text speaks of, and no one's name.
_NO_NAMES = frozenset("IA PME PIB PDG".split())
_PARTICLES = frozenset("von van der den de del di da bin ibn al d du la le".split())
_WORD = re.compile(r"[^\W_]+(?:(?<=[^\W\d_])[-‑]\d[^\W_]*)?")
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}")
_BEGINS = re.compile(r"(?:[.!?:;…«“\"‘(\n–—•]|\s-)[\s'’‘]*$")
_ELIDED = frozenset("l d j n m t s c qu jusqu lorsqu puisqu quelqu o".split())
_ROMAN = re.compile(r"[IVX]+")


@dataclass(frozen=True, slots=True)
class Name:
    """One name: as written, and how it is found again.

    A form of a known `concept` has all its folded words in `words`; of another name each of
    the words is enough alone (the surname).
    """

    text: str = field(compare=False)
    words: tuple[str, ...]
    concept: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """The names that a source text may hold, in every form that can be looked for."""

    words: frozenset[str]
    concepts: frozenset[str]
    joined: str  # letters and digits only: `Invest AI` holds `InvestAI`
    initials: str
    acronyms: frozenset[str]  # letters in alphabetical order: `TFUE` holds `TFEU`


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    low: str
    start: int
    end: int
    begins: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def odd(self) -> bool:
        """A capital inside or a digit, as a common word has not: `InvestAI`, `BEI`, `GPT-4`."""
        return any(map(str.isupper, self.text[1:])) or (
            self.capital and any(map(str.isdigit, self.text))
        )


def names_in(text: str, language: Language) -> tuple[Name, ...]:
    """The names that a sentence says, in order, without those that cannot be told from words.

    Args:
        text: one sentence.
        language: the sentence's own.
    """
    words = _words_of(text)
    shouted = sum(w.text.isupper() for w in words) * 2 > len(words) > 3
    found: dict[Name, None] = {}
    run: list[_Word] = []
    at = 0
    while at < len(words):
        length, concept, noun = _known(words, at)
        piece = words[at : at + length]
        if length and _says(piece, noun):
            found.update(dict.fromkeys(_of_run(run, text, language)))
            run = []
            if concept not in _NO_NAMES:
                shown = text[piece[0].start : piece[-1].end]
                found[Name(shown, tuple(w.low for w in piece), concept)] = None
            at += length
            continue
        word = words[at]
        gap = text[run[-1].end : word.start] if run else ""
        if run and (gap.strip("-‑ '’\u00a0") or not _goes_on(words, at)):
            found.update(dict.fromkeys(_of_run(run, text, language)))
            run = []
        if not shouted and (word.capital or run):
            run.append(word)
        at += 1
    found.update(dict.fromkeys(_of_run(run, text, language)))
    return tuple(found)


def held_in(text: str) -> Held:
    """What a source text holds; its language does not matter."""
    words = _words_of(text)
    concepts: set[str] = set()
    for at in range(len(words)):
        concepts.update(concept for _, concept, _ in _all_known(words, at))
    lows = [w.low for w in words]
    firsts = [w.low if w.text.isupper() else w.low[0] for w in words]  # `general-purpose AI`
    short = "".join(first for first, low in zip(firsts, lows, strict=True) if len(low) > 3)
    return Held(
        words=frozenset(map(_singular, lows)),
        concepts=frozenset(concepts),
        joined="".join(lows),
        initials=f"{''.join(firsts)} {short}",
        acronyms=frozenset(_letters(w.low) for w in words if w.text.isupper()),
    )


def missing(names: Iterable[Name], sources: Sequence[Held]) -> tuple[Name, ...]:
    """The names that none of the sources holds."""
    return tuple(n for n in names if not any(_holds(source, n) for source in sources))


def all_held(names: Iterable[Name], source: Held) -> bool:
    """Whether a source holds every capitalised word of the names, where `missing` asks for one.

    Errs on the side of "not": `Altaïr-Grenoble` is not `Deneb-Grenoble`.
    """
    return all(
        _holds(source, name)
        if name.concept
        else all(
            _word_held(source, word.low, word.text.isupper())
            for word in _words_of(name.text)
            if word.capital
        )
        for name in names
    )


def coined(name: Name) -> bool:
    """Whether a name is of no word that either language knows: it has no other spelling.

    `Zaragoza` and `Pékin` are called otherwise by others, `InvestAI` is not.
    """
    spelt = [word.text for word in _words_of(name.text)]
    return not name.concept and all(
        zipf(word, language) < _COINED for word in spelt for language in ("fr", "en")
    )


def _holds(source: Held, name: Name) -> bool:
    if name.concept:  # `Maurice` is an island and a first name
        plain = len(name.words) == 1 and len(name.words[0]) > 3
        return name.concept in source.concepts or (
            plain and _singular(name.words[0]) in source.words
        )
    return any(_word_held(source, word, name.text.isupper()) for word in name.words)


def _word_held(source: Held, word: str, acronym: bool) -> bool:
    if _singular(word) in source.words:
        return True
    if acronym:  # `TFUE` and `TFEU`; `GPAI`, spelled out
        return _letters(word) in source.acronyms or (len(word) > 2 and word in source.initials)
    if len(word) < 5:
        return False
    return word in source.joined or any(
        other[0] == word[0] and difflib.SequenceMatcher(None, word, other).ratio() >= _NEAR
        for other in source.words
        if abs(len(other) - len(word)) < 4
    )


def _of_run(run: Sequence[_Word], text: str, language: Language) -> Iterator[Name]:
    """The name in consecutive capitals: what is left of them without common words."""
    rare = [
        word
        for i, word in enumerate(run)
        if word.capital and _is_name(word, language, alone=i == 0 and word.begins)
    ]
    if rare:
        # `Thierry Breton`: the surname is a word too, and enough
        either = dict.fromkeys((rare[-1].low, _last_capital(run).low))
        yield Name(text[rare[0].start : rare[-1].end], tuple(either))


def _last_capital(run: Sequence[_Word]) -> _Word:
    return next(word for word in reversed(run) if word.capital)


def _is_name(word: _Word, language: Language, alone: bool) -> bool:
    if len(word.text) < 2 or _ROMAN.fullmatch(word.text) or word.low in weekdays():
        return False
    if alone and word.low in _ASKING:
        return False
    if any(word.low in names for names in months().values()):
        return False
    if word.odd and not word.text.isupper():
        return True
    common = is_common_noun(word.text, language)
    if lean(word.text, language) >= _TRANSLATED and (common or word.text.isupper()):
        return False
    if word.text.isupper():
        return True
    other: Language = "en" if language == "fr" else "fr"
    if common and is_common_noun(word.text, other):
        return False
    return not alone or lean(word.text, language) < (_ALONE_KNOWN if common else _ALONE_UNKNOWN)


def _says(piece: Sequence[_Word], noun: bool) -> bool:
    """Whether a known form in a sentence is meant as the name: by its capital, if a noun."""
    return not noun or (piece[0].capital and (len(piece) < 3 or any(w.capital for w in piece[1:])))


def _goes_on(words: Sequence[_Word], at: int) -> bool:
    """Whether the word continues a run of capitals: by its own, or by particles before one."""
    while at < len(words) and not words[at].capital and words[at].low in _PARTICLES:
        at += 1
    return at < len(words) and words[at].capital


def _known(words: Sequence[_Word], at: int) -> tuple[int, str, bool]:
    """The longest known form that starts here: its length, concept, whether a noun."""
    return max(_all_known(words, at), default=(0, "", False))


def _all_known(words: Sequence[_Word], at: int) -> Iterator[tuple[int, str, bool]]:
    tables: tuple[Forms, ...] = (forms("fr"), forms("en"))
    key: tuple[str, ...] = ()
    for length, word in enumerate(words[at : at + _LONGEST], start=1):
        if len(word.low) > 1:
            key = (*key, word.low)
        elif not key:
            break
        else:
            continue
        for table in tables:
            form = table.get(key)
            if form and (not form.acronym or word.text.isupper()):
                yield length, form.concept, form.noun


def _words_of(text: str) -> list[_Word]:
    # "U.S." is a word; the dots become what no word holds, so that places stay
    text = _DOTTED.sub(lambda m: m[0].replace(".", "") + " " * m[0].count("."), text)
    found: list[_Word] = []
    for match in _WORD.finditer(text):
        word, start, end = match[0], match.start(), match.end()
        low = fold(word).replace("-", "").replace("‑", "")
        apostrophe = text[end : end + 1] in ("'", "’") and text[end + 1 : end + 2].isalpha()
        if (apostrophe and low in _ELIDED) or (
            low == "s" and text[start - 1 : start] in ("'", "’")
        ):
            continue
        if not low or low[0].isdigit():
            continue
        begins = not found or bool(_BEGINS.search(text[found[-1].end : start]))
        found.append(_Word(word, low, start, end, begins))
    return found


def _letters(word: str) -> str:
    return "".join(sorted(word))


def _singular(word: str) -> str:
    return word.rstrip("sx") if len(word) > 3 else word
