"""Does a quote support a sentence? The test that stands where ALCE has an NLI model.

Takes a sentence and quotes, each with its language; gives yes or no. Quotes support a sentence
together when they hold all its figures and dates, and one to three of them, joined, are near
enough to it: the cosine of multilingual-e5-small, plus a tenth of the share of the sentence's
words that they hold, reaches a floor for the pair of languages. So a further quote never
takes support away. A sentence that a quote holds word for word is supported.

It shares the encoder and the reading of figures with `euaiqa.ground`, but none of its decisions:
no ranking, no floor of its. What it cannot see: a negation, a swapped subject, a figure that
the quote says of another thing, a name put in another's place, and any twist that keeps
the subject. And it errs both ways: how often stands at `FLOORS`. So it may hold a right citation
for wrong, short sentences across languages most of all, and a high citation recall is
necessary, not sufficient.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from euaiqa.datamodels import Language
from euaiqa.encoder import Encoder, Vectors
from euaiqa.facts import Date, Facts, Figure, facts_of

TOGETHER = 3  # quotes that are joined at most

WORD_WEIGHT = 0.1  # of the share of words held, against a cosine
FLOORS: dict[tuple[Language, Language], float] = {
    ("fr", "fr"): 0.90,
    ("en", "en"): 0.90,
    ("fr", "en"): 0.88,
    ("en", "fr"): 0.89,
}
"""By the sentence's and the quote's language.

Source: `scripts/fit_support.py --sample 100`, 2026-11-22, on the AI Act in both languages and PIAF:
the floor that still sees 95 % of the supported statements of one half of the articles, 0.905
fr>fr, 0.8825 fr>en, 0.885 en>fr, to a hundredth; en>en as fr>fr. With the figures and dates, on
the other half, statements supported and seen, and unsupported ones (by a neighbouring sentence)
let through:

- fr>fr: PIAF 91 % of 42 and 19 % of 42; beginnings of sentences of the Act 100 % and 42 % of 120
- en>en: beginnings 100 % of 60 and 29 % of 116
- fr>en: whole sentences 100 % of 98 and 13 % of 192; beginnings 84 % of 62 and 5 % of 120
- en>fr: whole sentences 100 % of 98 and 6 % of 192; beginnings 93 % of 60 and 8 % of 116

The Act repeats its phrases, so its neighbouring sentences are nearer than a news article's.
"""
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")
_MARKER = re.compile(r"\s?[\[【][\d\s,;–-]{1,20}[\]】]")


class Quote(NamedTuple):
    """A verbatim piece of an article, the article's language, and when it was published."""

    text: str
    language: Language
    published: dt.date | None = None


class SupportTest(Protocol):
    """What the citation measures need; a test double fits too."""

    def supports(self, sentence: str, language: Language, quotes: Sequence[Quote]) -> bool:
        """Whether the quotes together support the sentence; never true without quotes."""


class EncoderSupport:
    """The test by figures, dates and cosine."""

    def __init__(self, encoder: Encoder) -> None:
        """Use an encoder; texts that were asked of before are not embedded again."""
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}

    def supports(self, sentence: str, language: Language, quotes: Sequence[Quote]) -> bool:
        """Whether the quotes together support the sentence."""
        if not quotes:
            return False
        if verbatim(sentence, quotes):
            return True
        if unheld(sentence, language, quotes):
            return False
        return any(
            self.nearness(sentence, some) >= min(FLOORS[language, q.language] for q in some)
            for some in combinations(quotes)
        )

    def nearness(self, sentence: str, quotes: Sequence[Quote]) -> float:
        """How near a sentence is to joined quotes: 0.7 to 1.1, higher is nearer."""
        together = " ".join(quote.text for quote in quotes)
        words, held = _words(sentence), _words(together)
        share = len(words & held) / len(words) if words else 0.0
        return float(self._vector(sentence) @ self._vector(together)) + WORD_WEIGHT * share

    def embed(self, texts: Sequence[str]) -> None:
        """Embed texts ahead, in batches."""
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(new, self._encoder.encode_passages(new), strict=True))

    def _vector(self, text: str) -> Vectors:
        self.embed([text])
        return self._vectors[text]


def combinations(quotes: Sequence[Quote]) -> Iterator[tuple[Quote, ...]]:
    """One to three quotes at a time, in their order, the single ones first."""
    for size in range(1, min(TOGETHER, len(quotes)) + 1):
        yield from itertools.combinations(quotes, size)


def facts_said(sentence: str, language: Language, quotes: Sequence[Quote]) -> int:
    """The number of figures and dates in a sentence."""
    return sum(len(facts) for facts in _said(sentence, language, quotes))


def unheld(sentence: str, language: Language, quotes: Sequence[Quote]) -> Facts:
    """The figures and dates of a sentence that none of the quotes holds.

    A figure in a currency that no quote tells is not held.
    """
    sources = [facts_of(quote.text, quote.language) for quote in quotes]
    # an answer that tells a disagreement dates both articles
    sources += [facts_of(q.published.isoformat(), q.language) for q in quotes if q.published]
    figures: set[Figure] = set()
    dates: set[Date] = set()
    for said in _said(sentence, language, quotes):
        missing, untold = said.missing_from(sources), said.untold(sources)
        figures |= missing.figures | {figure for figure in said.figures if figure.unit in untold}
        dates |= missing.dates
    return Facts(frozenset(figures), frozenset(dates))


def _said(sentence: str, language: Language, quotes: Sequence[Quote]) -> list[Facts]:
    """The facts of a sentence's own words, and of each piece that it takes from a quote.

    A piece taken word for word is read in its quote's language: a French quote in an
    English answer holds `1,5 million`.
    """
    said = [facts_of(own_words(sentence, quotes), language)]
    for piece in (sentence, *(match[1:-1] for match in _QUOTED.findall(sentence))):
        home = next((quote.language for quote in quotes if verbatim(piece, [quote])), None)
        if home:
            said.append(facts_of(piece, home))
            if piece == sentence:
                break  # the whole is a quote; what is in marks inside is part of it
    return said


def own_words(sentence: str, quotes: Iterable[Quote]) -> str:
    """A sentence without what it takes from a quote word for word, in quotation marks or whole.

    Quotation marks around something that no quote holds hide nothing.
    """
    held = [_plain(quote.text) for quote in quotes]
    if verbatim_in(sentence, held):
        return ""
    return _QUOTED.sub(
        lambda match: " " if verbatim_in(match.group()[1:-1], held) else match.group(), sentence
    ).strip()


def verbatim(sentence: str, quotes: Iterable[Quote]) -> bool:
    """Whether a sentence, without quotation marks around it, is a piece of one of the quotes."""
    return verbatim_in(sentence, [_plain(quote.text) for quote in quotes])


def verbatim_in(text: str, held: Iterable[str]) -> bool:
    """Whether a text is whole words of one of some plain texts, but for quotation marks."""
    plain = _plain(text)
    if _QUOTED.fullmatch(plain):
        plain = plain[1:-1].strip()
    whole = re.compile(rf"(?<!\w){re.escape(plain)}(?!\w)")
    return bool(plain) and any(whole.search(other) for other in held)


def _words(text: str) -> set[str]:
    """Words of three letters or more, without case and accents, cut to a stem of six."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return {word[:6] for word in re.findall(r"\w{3,}", plain)}


def _plain(text: str) -> str:
    """Without markers, which an article may forge, and with single spaces."""
    return " ".join(_MARKER.sub("", text).split())
