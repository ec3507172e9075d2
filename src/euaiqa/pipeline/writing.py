"""One answer to one question over one passage: a draft by the model, proven as it comes.

Takes a passage and a question, gives provisional tokens and proven sentences. A sentence that
leaves words of the other language is put right, written again from there, or replaced by a
quote; one that no source proves is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from euaiqa import prompts
from euaiqa.bilingual import foreign_words, replacements
from euaiqa.datamodels import (
    AnswerSentence,
    Event,
    Language,
    Passage,
    SentenceEvent,
    TokenEvent,
)
from euaiqa.encoder import Encoder, Vectors
from euaiqa.generator import Generator, Limits, never
from euaiqa.ground import ENDED, ArticleNames, Grounding, Ledger
from euaiqa.segment import sentence_spans


@dataclass(frozen=True, slots=True)
class Tools:
    """What writing needs, and its limits; the same for every question."""

    encoder: Encoder
    generator: Generator
    articles: ArticleNames
    sentence_vectors: Callable[[Passage], Vectors]  # float32 (n, d), of a passage's sentences
    max_tokens: int = 192  # of one answer
    time_limit: float = 60.0  # seconds of writing


class Writing:
    """The answer to one question; `proven` and `first_token` tell how it went."""

    def __init__(
        self,
        tools: Tools,
        question: str,
        language: Language,
        passage: Passage,
        ledger: Ledger,
        *,
        said: set[str] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        """Prepare.

        Args:
            tools: models and articles.
            question: as it is understood.
            language: the answer's.
            passage: what the model reads.
            ledger: numbers the citations.
            said: sentences that the answer holds already; small models repeat themselves.
            cancelled: asked between tokens.
        """
        self._tools = tools
        self._language = language
        self._prompt = prompts.answer_prompt(question, language, [passage])
        self._question = question
        self._said = set() if said is None else said
        self._cancelled = cancelled
        self._ledger = ledger
        self._grounding = Grounding(
            [passage],
            tools.encoder,
            language,
            question,
            ledger=ledger,
            articles=tools.articles,
            vectors=tools.sentence_vectors(passage),
        )
        self.first_token = 0.0  # time.perf_counter() of it
        self.verify = 0.0  # seconds
        self.proven: list[AnswerSentence] = []

    def events(self) -> Iterator[Event]:
        """Stream the draft and prove each sentence as soon as the next one begins."""
        pending, before = "", ""
        limits = Limits(self._tools.max_tokens, self._tools.time_limit, self._cancelled)
        for piece in self._tools.generator.stream(self._prompt, limits):
            self.first_token = self.first_token or time.perf_counter()
            yield TokenEvent(piece)
            pending += piece
            if piece.strip() and pending.rstrip()[-1:] not in '.!?…»”"':
                whole, pending = self._whole_sentences(pending)
                for draft in whole:
                    yield from self._prove(draft, before)
                    before += draft + " "
        if self._cancelled():
            return
        rest = self._sentences(pending)
        if rest and (self.proven or len(rest) > 1) and not ENDED.search(rest[-1]):
            rest.pop()  # cut off by the limit of tokens or time
        for draft in rest:
            yield from self._prove(draft, before)
            before += draft + " "

    def quote(self) -> Iterator[Event]:
        """Give the source sentence nearest to the question, as a quote of itself."""
        sentence = self._grounding.quote(self._question)
        if sentence:
            yield from self._told(sentence)

    def _sentences(self, text: str) -> list[str]:
        return [text[s.start : s.end] for s in sentence_spans(text, self._language)]

    def _whole_sentences(self, text: str) -> tuple[list[str], str]:
        """Cut off the sentences that are surely complete: all but the last."""
        spans = sentence_spans(text, self._language)
        if len(spans) < 2:
            return [], text
        return [text[s.start : s.end] for s in spans[:-1]], text[spans[-1].start :]

    def _prove(self, draft: str, before: str) -> Iterator[Event]:
        started = time.perf_counter()
        text = replacements(draft, self._language)
        foreign = foreign_words(text, self._language)
        self.verify += time.perf_counter() - started
        if foreign:
            again = self._again(before, draft, foreign[0].text)
            started = time.perf_counter()
            text = replacements(again, self._language)
            foreign = foreign_words(text, self._language)
            self.verify += time.perf_counter() - started
        started = time.perf_counter()
        sentence = self._grounding.prove(text)
        if sentence and foreign and sentence.support == "supported":
            sentence = self._grounding.quoted(sentence)
        self.verify += time.perf_counter() - started
        if sentence:
            yield from self._told(sentence)

    def _again(self, before: str, draft: str, word: str) -> str:
        """Let the model write a sentence again from a word on, without that word."""
        at = draft.find(word)
        if at < 0:
            return draft
        begun = (before + draft[:at]).rstrip()
        prompt = replace(self._prompt, begun=begun, avoid=(word,))
        limits = Limits(64, self._tools.time_limit, self._cancelled)
        text = draft[:at].rstrip()
        for piece in self._tools.generator.stream(prompt, limits):
            text += piece
            whole, _ = self._whole_sentences(text)
            if whole:
                return whole[0]
        return text

    def _told(self, sentence: AnswerSentence) -> Iterator[Event]:
        if sentence.text in self._said:
            return
        self._said.add(sentence.text)
        self.proven.append(sentence)
        yield SentenceEvent(sentence, self._ledger.of(sentence.citations))
