"""A few questions for the front page that the articles answer, made from them while nobody asks.

The model writes a question, begun with its question word, from a sentence that holds a figure, a
date or a name; code tells whether it can be shown (`suggestible`); then it is asked as a reader
would ask it, and kept where the answer rests on the sentence that it was made from. Articles in
the reader's language come before others, the newest first, and each once before any twice.
docs/adr/0020-suggested-questions.md
"""

from __future__ import annotations

import functools
import hashlib
import heapq
import json
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from euaiqa import prompts
from euaiqa.bilingual import names_in
from euaiqa.datamodels import Answer, DoneEvent, Head, Language, Passage, Sentence
from euaiqa.errors import GenerationError
from euaiqa.facts import facts_of
from euaiqa.generator import Limits
from euaiqa.ground import ENDED
from euaiqa.index import Index
from euaiqa.pipeline.asking import Asking, Stages
from euaiqa.pipeline.keeping import Kept
from euaiqa.pipeline.suggestible import alike, suggestible

logger = logging.getLogger(__name__)

SHOWN = 4  # questions for each language
TRIES = 16  # for each language
BEGINNING = 8  # passages of an article that are looked at
VERSION = 1  # of how questions are chosen; another one makes those that were kept anew
MAX_TOKENS = 48
MAX_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence that a question can be made from, the passage it stands in, and what is asked."""

    sought: prompts.Sought
    sentence: Sentence
    passage: Passage


class _Article:
    """The places of an article's beginning; looked for when first wanted."""

    def __init__(self, passages: Callable[[], Sequence[Passage]]) -> None:
        self._passages = passages

    @functools.cached_property
    def places(self) -> list[_Place]:
        """Those that are left."""
        return [place for passage in self._passages()[:BEGINNING] for place in _places(passage)]


@dataclass(slots=True)
class _Making:
    """The questions for one language: those kept, and the articles, in turn, to try next."""

    language: Language
    articles: deque[_Article]
    kept: tuple[str, ...] = ()
    sought: list[prompts.Sought] = field(default_factory=list)  # by those kept
    tries: int = 0
    written: str = ""  # can be shown, and is still to be asked

    def next(self) -> _Place | None:
        """What to make a question from; None where there are enough, or nothing is left.

        What was sought least so far; names, of which most are nobody's, after figures and dates.
        """
        while self.articles and len(self.kept) < SHOWN and self.tries < TRIES:
            if places := self.articles[0].places:
                return min(places, key=lambda p: self.sought.count(p.sought) + (p.sought == "who"))
            self.articles.popleft()
        return None

    def tell(self, place: _Place, *, keep: bool) -> None:
        """Go on to the next article, with the question that was written or without it."""
        if keep:
            self.kept = (*self.kept, self.written)
            self.sought.append(place.sought)
        self.written = ""
        self.tries += 1
        self.articles[0].places.remove(place)
        self.articles.rotate(-1)


class Suggesting:
    """Makes questions step by step; one thread makes them, any may read them."""

    def __init__(self, index: Index, stages: Stages, path: Path | None) -> None:
        """Prepare, with what was made at an earlier start.

        Args:
            index: the articles.
            stages: what answers questions.
            path: where the questions are kept; None where they are not.
        """
        self._stages = stages
        self._generator = stages.tools.generator
        self._kept = Kept(path, _made_with(stages.index_version, self._generator.name))
        before = self._kept.read()
        self._done = before is not None
        self._making = {
            language: _Making(
                language,
                deque() if before else deque(_in_order(index, language)),
                before[language] if before else (),
            )
            for language in get_args(Language)
        }

    def of(self, language: Language) -> tuple[str, ...]:
        """The questions for a language, as many as were made."""
        return self._making[language].kept

    def step(self, cancelled: Callable[[], bool]) -> bool:
        """Write one question, or ask one that was written.

        Args:
            cancelled: asked meanwhile; what was begun is then done again by the next step.

        Returns:
            Whether there is more to do.
        """
        if self._done:
            return False
        # The languages take turns, so that no reader waits for the other's questions.
        for making in sorted(self._making.values(), key=lambda one: one.tries):
            if place := making.next():
                try:
                    self._advance(making, place, cancelled)
                except GenerationError as error:
                    # One question less; what is read ahead, and later questions, go on.
                    logger.warning("a question could not be suggested: %s", error.message)
                    making.tell(place, keep=False)
                return True
        self._done = True
        self._kept.write({language: self.of(language) for language in self._making})
        return False

    def _advance(self, making: _Making, place: _Place, cancelled: Callable[[], bool]) -> None:
        language = making.language
        if making.written:
            keep = self._answered(making.written, language, place, cancelled)
            if not cancelled():
                making.tell(place, keep=keep)
            return
        written = self._written(place, language, cancelled)
        if cancelled():
            return
        if written and not any(alike(written, other, language) for other in making.kept):
            making.written = written
        else:
            making.tell(place, keep=False)

    def _written(self, place: _Place, language: Language, cancelled: Callable[[], bool]) -> str:
        """What the model writes up to its first question mark, where it can be shown."""
        prompt = prompts.suggest_prompt(place.sentence.text, place.passage, language, place.sought)
        text = prompt.begun
        for piece in self._generator.stream(prompt, Limits(MAX_TOKENS, MAX_SECONDS, cancelled)):
            text += piece
            if "?" in piece:
                text = text[: text.index("?") + 1]
                break
        return suggestible(text, place.passage, language)

    def _answered(
        self, question: str, language: Language, place: _Place, cancelled: Callable[[], bool]
    ) -> bool:
        """Whether the program tells what was sought, and first from the sentence that was meant.

        Source: round-trip consistency, https://arxiv.org/abs/1906.05416
        """
        asking = Asking(self._stages, question, language, (), cancelled)
        answers = [event.answer for event in asking.events() if isinstance(event, DoneEvent)]
        return any(_told_from(answer, place) for answer in answers)


def _told_from(answer: Answer, place: _Place) -> bool:
    """Whether an answer begins in the program's own words, with what was sought, from a place."""
    if answer.status != "answered" or answer.sentences[0].support != "supported":
        return False
    first, meant = answer.sentences[0], place.sentence
    return place.sought in _holds(first.text, answer.language) and any(
        citation.document == meant.document
        and citation.start < meant.end
        and meant.start < citation.end
        for citation in answer.citations
        if citation.marker in first.citations
    )


def _places(passage: Passage) -> Iterator[_Place]:
    """What can be asked of a passage's whole sentences: no title, no line of place and date."""
    for sentence in passage.sentences:
        if ENDED.search(sentence.text):
            for sought in _holds(sentence.text, passage.language):
                yield _Place(sought, sentence, passage)


def _holds(text: str, language: Language) -> list[prompts.Sought]:
    """What a text tells of that can be asked for."""
    facts = facts_of(text, language)
    holds: dict[prompts.Sought, bool] = {
        "sum": bool(facts.currencies),
        "share": any(figure.unit == "%" for figure in facts.figures),
        "date": bool(facts.dates),
        "who": bool(names_in(text, language)),
    }
    return [sought for sought, there in holds.items() if there]


def _in_order(index: Index, language: Language) -> list[_Article]:
    """The articles to try for readers of a language: those in it alone, where there are enough."""

    def place(head: Head) -> tuple[bool, int]:
        return head.language != language, -head.published.toordinal() if head.published else 0

    chosen = heapq.nsmallest(TRIES, index.heads, key=place)
    own = [head for head in chosen if head.language == language]
    return [
        _Article(functools.partial(index.passages_of, head.id))
        for head in (own if len(own) >= SHOWN else chosen)
    ]


def _made_with(index_version: str, model: str) -> str:
    """What tells questions that are kept from those that other articles or code would give."""
    blank = Passage("", "", None, "en", 0, 0, "", ())
    asked = [
        str(prompts.suggest_prompt("", blank, language, kind))
        for language in get_args(Language)
        for kind in get_args(prompts.Sought)
    ]
    told = json.dumps([VERSION, index_version, model, asked])
    return hashlib.sha256(told.encode()).hexdigest()
