"""One question on its way: understand, retrieve, read, decide, write and prove, compare, answer.

Takes a question and the stages, gives events up to the whole answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from euaiqa import gate, prompts
from euaiqa.bilingual import names_in
from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Disagreement,
    DoneEvent,
    Event,
    Language,
    Passage,
    PassagesEvent,
    RetrievedPassage,
    Sentence,
    SentenceEvent,
    Status,
    Timings,
    TokenEvent,
    Turn,
)
from euaiqa.ground import Ledger, with_markers
from euaiqa.language import detect
from euaiqa.pipeline import reading
from euaiqa.pipeline.answerability import Likely
from euaiqa.pipeline.comparing import Comparing
from euaiqa.pipeline.question import leans, parts, standalone
from euaiqa.pipeline.writing import Tools, Writing
from euaiqa.retrieve import Retriever

SHOWN = 8  # passages that may be read, and that a reply carries
# Retrieved: in 3 of 14 conflicts of the tune half and of `wider` the other article's passage came
# ninth or tenth, in the others before. docs/adr/0011-disagreement.md
RETRIEVED = 16
# How likely the best passage answers, from which a draft is begun before its sentences are read.
AT_ONCE = 0.5


@dataclass(frozen=True, slots=True)
class Stages:
    """What answers questions; the same for every one.

    `read` is how many passages the model reads at most, each by itself; `witness_of` gives what is
    the same for articles that count as one.
    """

    retriever: Retriever
    tools: Tools
    read: int
    index_version: str
    witness_of: Callable[[str], str] = str


class Asking:
    """One question; holds what accumulates."""

    def __init__(
        self,
        stages: Stages,
        question: str,
        language: Literal["auto", "fr", "en"],
        history: Sequence[Turn],
        cancelled: Callable[[], bool],
    ) -> None:
        self._stages = stages
        self._tools = stages.tools
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
        """What was retrieved, tokens and sentences as they come, the whole answer."""
        asked = parts(self._standalone, detect(self._standalone))
        found = [self._retrieve(self._named(part)) for part in asked]
        self._found = _merged(found)
        self._spent["retrieve"] = self._elapsed()
        yield PassagesEvent(self._found)
        open_parts = []
        for part, passages in zip(asked, found, strict=True):
            answered = yield from self._answer_part(part, passages)
            if self._cancelled():
                return
            if not answered:
                open_parts.append(part)
        yield DoneEvent(self._answer(open_parts, len(asked)))

    def _named(self, part: str) -> str:
        """A part as it names its subject: the whole question, where the part leans on it."""
        language = detect(part)
        own = names_in(part, language) and not leans(part, language)
        return part if own else self._standalone

    def _retrieve(self, part: str) -> tuple[RetrievedPassage, ...]:
        return self._stages.retriever.retrieve(part, detect(part), RETRIEVED)

    def _answer_part(
        self, part: str, found: Sequence[RetrievedPassage]
    ) -> Generator[Event, None, bool]:
        """Answer one question; false, and no sentence, where the articles do not."""
        named = self._named(part)
        named_first = reading.with_names(named, detect(named), found[:SHOWN], self._tools.articles)
        first = named_first[: self._stages.read]
        known = self._tools.answerability(part, self._cancelled)
        readings = reading.read(first, known.passages, self._cancelled)
        writing = yield from self._written(part, readings, known.sentences)
        if writing is None:
            return False
        if writing.proven and not self._cancelled():
            comparing = Comparing(
                self._tools,
                part,
                self._language,
                known,
                self._cancelled,
                witness_of=self._stages.witness_of,
            )
            names = names_in(named, detect(named))
            differing = comparing.compare(writing.proven, self._ledger, found, names)
            if differing:
                sentence, disagreement = differing
                self._disagreements.append(disagreement)
                self._sentences.append(sentence)
                yield SentenceEvent(sentence, self._ledger.of(sentence.citations))
        return writing.answered

    def _written(
        self,
        part: str,
        readings: Sequence[reading.Reading],
        likely: Callable[[Passage], Likely],
    ) -> Generator[Event, None, Writing | None]:
        """Write the answer to one question; None where no passage answers.

        Of a passage that likely answers a draft is written at once, so that the first word need
        not wait. Where none is, or it rests on no sentence that answers, the sentences are read
        first and the model writes over the likeliest.
        """
        writing = None
        if readings and readings[0].yes >= AT_ONCE and not self._cancelled():
            best = readings[0]
            writing = self._writing(part, best, likely(best.passage))
            yield from self._kept(writing)
            if writing.answered:
                return writing
            yield TokenEvent("\n")  # what is written again is not read on from what was
        chosen = reading.chosen(readings, likely, self._cancelled)
        if chosen is None or chosen.sure < gate.THRESHOLD or self._cancelled():
            return None
        if writing is None or likely(chosen.passage).known:
            over = likely(chosen.passage)
            shown = over.sentences[over.likeliest()] if over.known else None
            writing = self._writing(part, chosen, over, shown)
            yield from self._kept(writing)
        if not writing.answered and chosen.sure >= gate.SURE and not self._cancelled():
            yield from self._kept(writing, quote=True)
        return writing

    def _writing(
        self, part: str, one: reading.Reading, likely: Likely, shown: Sentence | None = None
    ) -> Writing:
        """The answer to one question over one passage."""
        return Writing(
            self._tools,
            part,
            self._language,
            one.passage,
            self._ledger,
            likely=likely,
            shown=shown,
            accept=lambda sentence: gate.answerable(one.yes, sentence) >= gate.THRESHOLD,
            said=self._said,
            cancelled=self._cancelled,
        )

    def _kept(self, writing: Writing, *, quote: bool = False) -> Iterator[Event]:
        """Let it write, or quote; keep its sentences, and how long it took."""
        started, verified = time.perf_counter(), writing.verify
        for event in writing.quote() if quote else writing.events():
            if isinstance(event, SentenceEvent):
                self._sentences.append(event.sentence)
            yield event
        checking = writing.verify - verified
        if writing.first_token and not self._spent["first_token"]:
            self._spent["first_token"] = (writing.first_token - self._begun) * 1000
        self._spent["verify"] += checking * 1000
        self._spent["generate"] += (time.perf_counter() - started - checking) * 1000

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
        glosses = self._tools.glosses
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
            model=self._tools.generator.name,
            encoder=self._tools.encoder.name,
            index_version=self._stages.index_version,
        )

    def _elapsed(self) -> float:
        return (time.perf_counter() - self._begun) * 1000


def _merged(found: Sequence[Sequence[RetrievedPassage]]) -> tuple[RetrievedPassage, ...]:
    """What was retrieved for all parts of a question, best first, each passage once."""
    if len(found) == 1:
        return tuple(found[0][:SHOWN])
    best: dict[tuple[str, int], RetrievedPassage] = {}
    for passage in sorted((p for part in found for p in part[:SHOWN]), key=lambda p: -p.score):
        best.setdefault((passage.passage.document, passage.passage.start), passage)
    return tuple(best.values())[:SHOWN]
