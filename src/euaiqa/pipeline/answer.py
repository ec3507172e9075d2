"""Question by question: understand, retrieve, read, decide, write and prove, compare, answer."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from euaiqa import gate, prompts
from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Disagreement,
    Document,
    DoneEvent,
    Event,
    Language,
    Passage,
    PassagesEvent,
    RetrievedPassage,
    SentenceEvent,
    Status,
    Timings,
    Turn,
)
from euaiqa.encoder import Encoder, Vectors
from euaiqa.generator import Generator, never
from euaiqa.ground import ArticleNames, Ledger, with_markers
from euaiqa.index import Index
from euaiqa.language import detect
from euaiqa.pipeline import reading
from euaiqa.pipeline.comparing import Comparing
from euaiqa.pipeline.glossing import Glosses
from euaiqa.pipeline.question import parts, standalone
from euaiqa.pipeline.writing import Tools, Writing
from euaiqa.retrieve import Retriever

SHOWN = 8  # passages that are retrieved and that a reply carries


class Pipeline:
    """Answers questions over one loaded index; one question at a time."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        generator: Generator,
        *,
        passages: int = 8,
        max_tokens: int = 192,
        time_limit: float = 60.0,
    ) -> None:
        """Put the stages together.

        Args:
            index: the loaded index.
            encoder: the one the index was built with.
            generator: the language model.
            passages: how many the model reads at most, each by itself.
            max_tokens: longest answer to one question.
            time_limit: longest time for writing, seconds.
        """
        self._index = index
        self._encoder = encoder
        self._generator = generator
        self._retriever = Retriever(index, encoder)
        self._read = passages
        self._ahead: Iterator[Passage] = iter(index.passages)
        self._tools = Tools(
            encoder,
            generator,
            ArticleNames(index.documents),
            index.sentence_vectors,
            self._question_vector,
            Glosses(generator),
            max_tokens,
            time_limit,
        )

    @property
    def model(self) -> str:
        """The language model's name."""
        return self._generator.name

    @property
    def encoder(self) -> str:
        """The encoder's name."""
        return self._encoder.name

    @property
    def index_version(self) -> str:
        """Which version of the index is loaded."""
        return self._index.manifest.index_version

    @property
    def documents(self) -> Mapping[str, Document]:
        """The articles by id."""
        return self._index.documents

    def _question_vector(self, question: str) -> Vectors:
        (vector,) = self._encoder.encode_queries([question])
        return self._index.question_vector(vector, detect(question))

    def warm(self, cancelled: Callable[[], bool]) -> bool:
        """Let the model read one more passage ahead of any question.

        Args:
            cancelled: asked while it reads.

        Returns:
            Whether there is more to read: false once all passages, or as many as memory
            holds, were read.
        """
        passage = next(self._ahead, None)
        if passage is None:
            return False
        more = self._generator.warm(prompts.probe_prompt("", passage), cancelled)
        if cancelled():
            self._ahead = itertools.chain([passage], self._ahead)
        return more or cancelled()

    def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        """Retrieve alone: the best `k` passages, best first."""
        return self._retriever.retrieve(query, detect(query), k)

    def ask(
        self,
        question: str,
        *,
        language: Literal["auto", "fr", "en"] = "auto",
        history: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = never,
    ) -> Iterator[Event]:
        """Answer one question.

        Args:
            question: as a person types it, not empty.
            language: of the answer; `auto` is the question's own.
            history: earlier turns, oldest first; only used to understand the question.
            cancelled: asked between tokens; once true, the events end without a `DoneEvent`.

        Yields:
            What was retrieved, then provisional tokens and proven sentences as they come,
            then the whole answer.
        """
        run = _Run(self, question, language, history, cancelled)
        yield from run.events()

    def read(
        self,
        question: str,
        language: Language,
        found: Sequence[RetrievedPassage],
        cancelled: Callable[[], bool] = never,
    ) -> list[reading.Reading]:
        """Let the model read the first of the passages found, one at a time."""
        first = self.candidates(question, language, found)[: self._read]
        return reading.read(question, language, first, self._generator, cancelled)

    def candidates(
        self, question: str, language: Language, found: Sequence[RetrievedPassage]
    ) -> list[reading.Candidate]:
        """What was found, each text once, those behind whose article lacks the question's names."""
        return reading.with_names(question, language, _distinct(found), self._tools.articles)


class _Run:
    """One question on its way; holds what accumulates."""

    def __init__(
        self,
        pipeline: Pipeline,
        question: str,
        language: Literal["auto", "fr", "en"],
        history: Sequence[Turn],
        cancelled: Callable[[], bool],
    ) -> None:
        self._pipeline = pipeline
        self._question = question
        self._language: Language = detect(question) if language == "auto" else language
        self._standalone = standalone(question, history)
        self._cancelled = cancelled
        self._begun = time.perf_counter()
        self._spent = {"retrieve": 0.0, "first_token": 0.0, "generate": 0.0, "verify": 0.0}
        self._found: tuple[RetrievedPassage, ...] = ()
        self._ledger = Ledger()
        self._said: set[str] = set()
        self._sentences: list[AnswerSentence] = []
        self._disagreements: list[Disagreement] = []

    def events(self) -> Iterator[Event]:
        asked = parts(self._standalone, detect(self._standalone))
        found = [self._retrieve(part) for part in asked]
        self._found = _merged(found)
        self._spent["retrieve"] = self._elapsed()
        yield PassagesEvent(self._found)
        open_parts = []
        for part, passages in zip(asked, found, strict=True):
            before = len(self._sentences)
            yield from self._answer_part(part, passages)
            if self._cancelled():
                return
            if len(self._sentences) == before:
                open_parts.append(part)
        yield DoneEvent(self._answer(open_parts, len(asked)))

    def _retrieve(self, part: str) -> tuple[RetrievedPassage, ...]:
        return self._pipeline._retriever.retrieve(part, detect(part), SHOWN)

    def _answer_part(self, part: str, found: Sequence[RetrievedPassage]) -> Iterator[Event]:
        """Answer one question, or give no sentence where the articles do not."""
        pipeline, asked_in = self._pipeline, detect(part)
        readings = pipeline.read(part, asked_in, found, self._cancelled)
        if not readings or readings[0].yes < gate.HOPELESS or self._cancelled():
            return
        sure = functools.partial(_sure, readings[0])
        writing = Writing(
            pipeline._tools,
            part,
            self._language,
            readings[0].passage,
            self._ledger,
            said=self._said,
            accept=lambda faith: sure(faith) >= gate.THRESHOLD,
            cancelled=self._cancelled,
        )
        started = time.perf_counter()
        yield from self._kept(writing.events())
        if not writing.proven and sure(writing.faith) >= gate.SURE and not self._cancelled():
            yield from self._kept(writing.quote())
        total = time.perf_counter() - started
        if writing.first_token and not self._spent["first_token"]:
            self._spent["first_token"] = (writing.first_token - self._begun) * 1000
        self._spent["verify"] += writing.verify * 1000
        self._spent["generate"] += (total - writing.verify) * 1000
        if writing.proven and not self._cancelled():
            comparing = Comparing(pipeline._tools, part, self._language, self._cancelled)
            candidates = pipeline.candidates(part, asked_in, found)
            differing = comparing.compare(writing.proven, self._ledger, candidates)
            if differing:
                sentence, disagreement = differing
                self._disagreements.append(disagreement)
                self._sentences.append(sentence)
                yield SentenceEvent(sentence, self._ledger.of(sentence.citations))

    def _kept(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            if isinstance(event, SentenceEvent):
                self._sentences.append(event.sentence)
            yield event

    def _answer(self, open_parts: Sequence[str], asked: int) -> Answer:
        status: Status = "answered"
        if not self._sentences:
            status, text = "refused", prompts.REFUSAL[self._language]
        else:
            text = with_markers(self._sentences)
            if open_parts and asked > 1:
                status = "partial"
                notices = [prompts.not_covered(part, self._language) for part in open_parts]
                text = " ".join((text, *notices))
        glosses = self._pipeline._tools.glosses
        citations = tuple(
            replace(citation, gloss=glosses.of(citation, self._language, self._cancelled))
            for citation in self._ledger.citations
        )
        return Answer(
            question=self._question,
            standalone_question=self._standalone,
            language=self._language,
            status=status,
            answer=text,
            sentences=tuple(self._sentences),
            citations=citations,
            disagreements=tuple(self._disagreements),
            passages=self._found,
            timings=Timings(**self._spent, total=self._elapsed()),
            model=self._pipeline.model,
            encoder=self._pipeline.encoder,
            index_version=self._pipeline.index_version,
        )

    def _elapsed(self) -> float:
        return (time.perf_counter() - self._begun) * 1000


def _sure(one: reading.Reading, faith: float) -> float:
    """How sure it is that a passage answers, given the model's word on what it wrote from it."""
    return gate.answerable(reading.evidence(one, faith))


def _distinct(found: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """Without passages of a text already there: the same agency report in two outlets."""
    by_text: dict[str, RetrievedPassage] = {}
    for passage in found:
        by_text.setdefault(passage.passage.text, passage)
    return list(by_text.values())


def _merged(found: Sequence[Sequence[RetrievedPassage]]) -> tuple[RetrievedPassage, ...]:
    """What was retrieved for all parts of a question, best first, each passage once."""
    if len(found) == 1:
        return tuple(found[0])
    best: dict[tuple[str, int], RetrievedPassage] = {}
    for passage in sorted((p for part in found for p in part), key=lambda p: -p.score):
        best.setdefault((passage.passage.document, passage.passage.start), passage)
    return tuple(best.values())[:SHOWN]
