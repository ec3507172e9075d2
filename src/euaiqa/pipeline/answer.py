"""Question by question: language, retrieval, gate, prompt, generation, grounding, `Answer`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from euaiqa import gate, prompts
from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Citation,
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
    TokenEvent,
    Turn,
)
from euaiqa.encoder import Encoder
from euaiqa.generator import Generator, Limits, never
from euaiqa.ground import ENDED, Grounding, with_markers
from euaiqa.index import Index
from euaiqa.language import detect
from euaiqa.retrieve import Retriever
from euaiqa.segment import sentence_spans

SHOWN = 6  # passages that a reply carries; the model reads the first few of them
# When no sentence of the draft could be proven, a quote is given instead of a refusal only
# if the gate is this sure. docs/adr/0006-refusal.md
SURE = 0.8
MAX_FOLLOW_UP = 4  # words
MAX_EARLIER = 300  # characters of the question before


class Pipeline:
    """Answers questions over one loaded index; one question at a time."""

    def __init__(
        self,
        index: Index,
        encoder: Encoder,
        generator: Generator,
        *,
        passages: int = 3,
        max_tokens: int = 192,
        time_limit: float = 60.0,
    ) -> None:
        """Put the stages together.

        Args:
            index: the loaded index.
            encoder: the one the index was built with.
            generator: the language model.
            passages: how many the model reads.
            max_tokens: longest answer.
            time_limit: longest time for writing, seconds.
        """
        self._index = index
        self._encoder = encoder
        self._generator = generator
        self._retriever = Retriever(index, encoder)
        self._read = passages
        self._max_tokens = max_tokens
        self._time_limit = time_limit

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

    def _evidence(
        self,
        question: str,
        language: Language,
        found: Sequence[RetrievedPassage],
        cancelled: Callable[[], bool] = never,
    ) -> gate.Evidence:
        """Gather what the gate decides from; asks the model only when it could matter."""
        cosine = max((p.cosine for p in found), default=0.0)
        if cosine < gate.FAR:
            return gate.Evidence(0.0, cosine, language)
        prompt = prompts.probe_prompt(question, language, [p.passage for p in found])
        yes = self._generator.probability(
            prompt, prompts.YES[language], prompts.NO[language], cancelled
        )
        return gate.Evidence(yes, cosine, language)


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
        self._asked_in = detect(question)
        self._language: Language = self._asked_in if language == "auto" else language
        self._standalone = standalone(question, history)
        self._cancelled = cancelled
        self._begun = time.perf_counter()
        self._spent = {"retrieve": 0.0, "first_token": 0.0, "generate": 0.0, "verify": 0.0}
        self._found: tuple[RetrievedPassage, ...] = ()

    def events(self) -> Iterator[Event]:
        pipeline = self._pipeline
        self._found = pipeline._retriever.retrieve(self._standalone, self._asked_in, SHOWN)
        self._spent["retrieve"] = self._elapsed()
        yield PassagesEvent(self._found)
        read = _distinct(self._found)[: pipeline._read]
        evidence = pipeline._evidence(self._standalone, self._asked_in, read, self._cancelled)
        if self._cancelled():
            return
        confidence = gate.answerable(evidence)
        if confidence < gate.THRESHOLD:
            yield DoneEvent(self._answer("refused", (), ()))
            return
        passages = [found.passage for found in read]
        grounding = Grounding(passages, pipeline._encoder, self._language, self._standalone)
        sentences: list[AnswerSentence] = []
        for event in self._write(passages, grounding):
            if isinstance(event, SentenceEvent):
                sentences.append(event.sentence)
            yield event
        if self._cancelled():
            return
        if not sentences and confidence >= SURE:
            quoted = grounding.quote(self._standalone)
            if quoted:
                sentences.append(quoted)
                yield SentenceEvent(quoted, grounding.citations)
        status: Status = "answered" if sentences else "refused"
        yield DoneEvent(self._answer(status, sentences, grounding.citations))

    def _write(self, passages: Sequence[Passage], grounding: Grounding) -> Iterator[Event]:
        """Stream the draft and prove each sentence as soon as the next one begins."""
        pipeline = self._pipeline
        prompt = prompts.answer_prompt(self._standalone, self._language, passages)
        limits = Limits(pipeline._max_tokens, pipeline._time_limit, self._cancelled)
        pending, said = "", set[str]()
        started = time.perf_counter()
        for piece in pipeline._generator.stream(prompt, limits):
            self._spent["first_token"] = self._spent["first_token"] or self._elapsed()
            yield TokenEvent(piece)
            pending += piece
            if piece.strip() and pending.rstrip()[-1:] not in '.!?…»”"':
                whole, pending = self._whole_sentences(pending)
                yield from self._prove(whole, said, grounding)
        if not self._cancelled():
            spans = sentence_spans(pending, self._language)
            rest = [pending[s.start : s.end] for s in spans]
            if rest and said and not ENDED.search(rest[-1]):
                rest.pop()  # cut off by the limit of tokens or time
            yield from self._prove(rest, said, grounding)
        total = (time.perf_counter() - started) * 1000
        self._spent["generate"] = total - self._spent["verify"]

    def _whole_sentences(self, text: str) -> tuple[list[str], str]:
        """Cut off the sentences that are surely complete: all but the last."""
        spans = sentence_spans(text, self._language)
        if len(spans) < 2:
            return [], text
        return [text[s.start : s.end] for s in spans[:-1]], text[spans[-1].start :]

    def _prove(
        self, drafts: Sequence[str], said: set[str], grounding: Grounding
    ) -> Iterator[SentenceEvent]:
        for draft in drafts:
            started = time.perf_counter()
            before = len(grounding.citations)
            proven = grounding.prove(draft)
            self._spent["verify"] += (time.perf_counter() - started) * 1000
            if proven and proven.text not in said:  # small models repeat themselves
                said.add(proven.text)
                new = grounding.citations[before:]
                cited = {c.marker: c for c in (*grounding.citations[:before], *new)}
                yield SentenceEvent(proven, tuple(cited[m] for m in proven.citations))

    def _answer(
        self, status: Status, sentences: Sequence[AnswerSentence], citations: Sequence[Citation]
    ) -> Answer:
        text = with_markers(sentences) if sentences else prompts.REFUSAL[self._language]
        return Answer(
            question=self._question,
            standalone_question=self._standalone,
            language=self._language,
            status=status,
            answer=text,
            sentences=tuple(sentences),
            citations=tuple(citations),
            disagreements=(),
            passages=self._found,
            timings=Timings(**self._spent, total=self._elapsed()),
            model=self._pipeline.model,
            encoder=self._pipeline.encoder,
            index_version=self._pipeline.index_version,
        )

    def _elapsed(self) -> float:
        return (time.perf_counter() - self._begun) * 1000


def _distinct(found: Sequence[RetrievedPassage]) -> list[RetrievedPassage]:
    """Without passages of a text already there: the same agency report in two outlets."""
    by_text: dict[str, RetrievedPassage] = {}
    for passage in found:
        by_text.setdefault(passage.passage.text, passage)
    return list(by_text.values())


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Make a follow-up understandable by itself.

    A question of at most four words that names nothing of its own, or that begins with
    "and", is read together with the reader's question before it.
    """
    earlier = [turn.content for turn in history if turn.role == "user"]
    words = question.split()
    if not earlier or len(words) > MAX_FOLLOW_UP:
        return question
    leans = words[0].lower() in {"et", "and", "mais", "but"}
    if not leans and any(word[0].isupper() or word[0].isdigit() for word in words[1:]):
        return question
    return f"{earlier[-1][:MAX_EARLIER].strip()} {question}"
