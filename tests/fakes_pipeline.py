"""A scripted pipeline: what the web side is tested with.

`answering` builds an `Answer` whose citations hold; `FakePipeline.enqueue` scripts it (or an
error) for the next question, and `asked` tells what was asked. With no script it refuses.
Run as a program it serves the pages, slowly, to look at them: `python tests/fakes_pipeline.py`.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from euaiqa.app.folding import Folded, Folding
from euaiqa.datamodels import (
    Answer,
    AnswerSentence,
    Citation,
    Disagreement,
    DisagreementValue,
    Document,
    DoneEvent,
    Event,
    Head,
    Language,
    Passage,
    PassagesEvent,
    RetrievedPassage,
    Sentence,
    SentenceEvent,
    Span,
    Status,
    Timings,
    TokenEvent,
    Turn,
)
from euaiqa.segment import sentences

REFUSAL: dict[Language, str] = {
    "fr": "Les articles ne répondent pas à cette question.",
    "en": "The articles do not answer this question.",
}


def article(
    id_: str,
    text: str,
    *,
    title: str = "",
    language: Language = "fr",
    published: dt.date | None = None,
    boilerplate: Sequence[str] = (),
    outlet: str = "",
    address: str = "",
) -> Document:
    """A document whose boilerplate is given by its texts."""
    spans = []
    for part in boilerplate:
        start = text.index(part)
        spans.append(Span(start, start + len(part)))
    return Document(
        id=id_,
        title=title or text.splitlines()[0],
        published=published,
        language=language,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        boilerplate=tuple(spans),
        outlet=outlet,
        address=address,
    )


_FILLER = (
    "Les États membres pourront aussi réaffecter une partie de leurs fonds de cohésion. "
    "Le financement repose sur un mélange de subventions publiques et d’investissements privés.\n\n"
)

INVEST = article(
    "2025/invest ai.txt",
    "InvestAI : l’Europe mobilise 200 milliards d’euros 🇪🇺\n\n"
    "La Commission veut prendre place face aux géants américains et chinois.\n\n"
    + _FILLER
    * 12
    + "Sur ces 200 milliards, 20 milliards seront consacrés à la création de gigafactories d’IA. "
    "Chaque usine aura environ 100 000 puces. Les autres sommes iront aux entreprises.\n\n"
    + _FILLER * 4
    + "Laisser un commentaire\n\nVotre adresse e-mail ne sera pas publiée.\n",
    language="fr",
    published=dt.date(2025, 2, 11),
    boilerplate=["Laisser un commentaire", "Votre adresse e-mail ne sera pas publiée."],
)
ACT = article(
    "AI Act #1 100%.txt",
    "The AI Act enters into force\n\n"
    "The regulation entered into force on 1 August 2024. Its first duties apply from "
    "2 February 2025.\n\nGigafactories will get 19 billion euros, by another count.\n",
    language="en",
    published=None,
)
HOSTILE = article(
    "évil/<b>x</b>.txt",
    "<script>alert(1)</script> & co\n\n<img src=x onerror=alert(2)> dit [1] que « tout va ».\n",
    title="<script>alert(1)</script>",
)
ARTICLES = (INVEST, ACT, HOSTILE)


_sentences = functools.cache(sentences)


def head_of(document: Document) -> Head:
    """What a list tells of a document."""
    return Head(document.id, document.title, document.published, document.language, document.outlet)


def passage(document: Document, text: str) -> RetrievedPassage:
    """A passage of one sentence, found by its text."""
    start = document.text.index(text)
    end = start + len(text)
    return RetrievedPassage(
        Passage(
            document=document.id,
            title=document.title,
            published=document.published,
            language=document.language,
            start=start,
            end=end,
            text=text,
            sentences=(Sentence(document.id, start, end, text),),
        ),
        score=0.03,
        cosine=0.84,
    )


def cite(marker: int, document: Document, text: str, gloss: str | None = None) -> Citation:
    """A citation of a text in a document."""
    start = document.text.index(text)
    end = start + len(text)
    return Citation(
        marker=marker,
        document=document.id,
        title=document.title,
        published=document.published,
        language=document.language,
        quote=text,
        start=start,
        end=end,
        url=f"/sources/{quote(document.id, safe='/')}?start={start}&end={end}#quote",
        gloss=gloss,
    )


def answering(
    question: str,
    sentences: Sequence[tuple[str, Sequence[Citation]]],
    *,
    missing: str = "",
    language: Language = "fr",
    disagreements: Sequence[Disagreement] = (),
    passages: Sequence[RetrievedPassage] = (),
    standalone: str | None = None,
) -> Answer:
    """An answer of sentences with their citations; none at all is a refusal.

    With `missing`, the notice of what is not covered, it is a partial one. A sentence that
    holds a quotation mark is extractive.
    """
    citations = {each.marker: each for _, cited in sentences for each in cited}
    told = tuple(
        AnswerSentence(
            text,
            tuple(each.marker for each in cited),
            "extractive" if set(text) & set("«“") else "supported",
        )
        for text, cited in sentences
    )
    words = " ".join(
        each.text + " " + "".join(f"[{marker}]" for marker in each.citations) for each in told
    )
    status: Status = "partial" if missing else "answered"
    return Answer(
        question=question,
        standalone_question=standalone or question,
        language=language,
        status=status if told else "refused",
        answer=f"{words} {missing}".strip() or REFUSAL[language],
        sentences=told,
        citations=tuple(citations[marker] for marker in sorted(citations)),
        disagreements=tuple(disagreements),
        passages=tuple(passages),
        timings=Timings(retrieve=40.0, first_token=900.0, generate=2_000.0, total=3_100.0),
        model="fake-model",
        encoder="fake-encoder",
        index_version="fake-index",
    )


GIGAFACTORIES = (
    "Sur ces 200 milliards, 20 milliards seront consacrés à la création de gigafactories d’IA."
)
FORCE = "The regulation entered into force on 1 August 2024."

FRENCH = answering(
    "Combien pour les gigafactories ?",
    [
        ("Les gigafactories recevront 20 milliards d’euros.", [cite(1, INVEST, GIGAFACTORIES)]),
        (
            "Chacune aura environ 100 000 puces.",
            [cite(2, INVEST, "Chaque usine aura environ 100 000 puces.")],
        ),
    ],
    passages=[passage(INVEST, GIGAFACTORIES), passage(ACT, FORCE)],
)
ENGLISH = answering(
    "When did the AI Act enter into force?",
    [("It entered into force on 1 August 2024.", [cite(1, ACT, FORCE)])],
    language="en",
    passages=[passage(ACT, FORCE)],
)
CHIPS = "Chaque usine aura environ 100 000 puces."
COUNTED = "Gigafactories will get 19 billion euros, by another count."
PARTIAL = answering(
    "What will gigafactories get, and who will pay?",
    [
        (
            "The articles differ on this point: “20 milliards” (11 February 2025) against "
            "“19 billion euros” (no date).",
            [
                cite(
                    1,
                    INVEST,
                    GIGAFACTORIES,
                    "Of these 200 billion, 20 billion will go to building AI gigafactories.",
                ),
                cite(2, ACT, COUNTED),
            ],
        ),
        (
            f"“{CHIPS}”",
            [cite(3, INVEST, CHIPS, "Each plant will have about 100,000 chips.")],
        ),
    ],
    language="en",
    missing="The articles do not answer this part of the question: “who will pay?”",
    disagreements=[
        Disagreement(
            "gigafactories",
            (DisagreementValue("20 milliards", 1), DisagreementValue("19 billion euros", 2)),
        )
    ],
    passages=[passage(INVEST, GIGAFACTORIES), passage(ACT, COUNTED)],
)


@dataclass
class Asked:
    """What one call of `ask` was given."""

    question: str
    language: str
    history: tuple[Turn, ...]


@dataclass
class FakePipeline:
    """Replays scripts. `gate`, when set to an Event, holds each answer after its first token."""

    articles: Sequence[Document] = ARTICLES
    pace: float = 0.0
    gate: threading.Event | None = None
    model: str = "fake-model"
    encoder: str = "fake-encoder"
    index_version: str = "fake-index"
    built: dt.datetime = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)
    asked: list[Asked] = field(default_factory=list)
    searched: list[tuple[str, int]] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)
    at_work: int = 0
    most_at_work: int = 0
    to_warm: int = 0
    warmed: int = 0
    suggested: dict[Language, tuple[str, ...]] = field(default_factory=dict)
    reprints: dict[str, Sequence[Document]] = field(default_factory=dict)
    script: deque[Answer | Exception | tuple[Event, ...]] = field(default_factory=deque)

    @property
    def heads(self) -> Sequence[Head]:
        return [head_of(each) for each in self.articles]

    @property
    def documents(self) -> Mapping[str, Document]:
        return {each.id: each for each in self.articles}

    @property
    def characters(self) -> int:
        return sum(len(each.text) for each in self.articles)

    def count(self, document: str) -> int:
        return len(self.sentences[document])

    def twins(self, document: str) -> Sequence[Head]:
        return [head_of(each) for each in self.reprints.get(document, ())]

    def holding(self, word: str, *, whole: bool) -> NDArray[np.bool_]:
        """Those that hold a word, and those that hold its first two letters."""
        needle = f" {word} " if whole else f" {word[:2]}"
        texts = [Folded(f"{each.title} {each.text}", Folding()) for each in self.articles]
        return np.array([needle in each.text for each in texts], dtype=np.bool_)

    @property
    def sentences(self) -> Mapping[str, tuple[Sentence, ...]]:
        return {each.id: _sentences(each) for each in self.articles}

    def enqueue(self, *answers: Answer | Exception | tuple[Event, ...]) -> None:
        """Script the next answers; an exception is raised after the first token."""
        self.script.extend(answers)

    def warm(self, cancelled: Callable[[], bool]) -> bool:
        self.warmed += not cancelled()
        return self.warmed < self.to_warm

    def suggestions(self, language: Language) -> tuple[str, ...]:
        return self.suggested.get(language, ())

    def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        self.searched.append((query, k))
        return (passage(INVEST, GIGAFACTORIES), passage(ACT, FORCE))[:k]

    def ask(
        self,
        question: str,
        *,
        language: Literal["auto", "fr", "en"] = "auto",
        history: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        self.asked.append(Asked(question, language, tuple(history)))
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            for event in self._events(question, language):
                if self.pace:
                    time.sleep(self.pace)
                yield event
                while isinstance(event, TokenEvent) and self.gate and not self.gate.wait(0.005):
                    if cancelled():
                        self.stopped.set()
                        return
                if cancelled():
                    self.stopped.set()
                    return
        finally:
            self.at_work -= 1

    def _events(self, question: str, language: Literal["auto", "fr", "en"]) -> Iterator[Event]:
        if self.script:
            scripted = self.script.popleft()
        else:
            spoken: Language = "fr" if language == "auto" else language
            near = [passage(INVEST, GIGAFACTORIES), passage(ACT, FORCE)]
            scripted = answering(question, [], language=spoken, passages=near)
        if isinstance(scripted, tuple):
            yield from scripted
        elif isinstance(scripted, Exception):
            yield TokenEvent("Les ")
            raise scripted
        else:
            yield from events_of(scripted)


def events_of(answer: Answer) -> Iterator[Event]:
    """The events that a pipeline would have made on its way to an answer."""
    yield PassagesEvent(answer.passages)
    by_marker = {each.marker: each for each in answer.citations}
    for sentence in answer.sentences:
        for word in sentence.text.split(" "):
            yield TokenEvent(word + " ")
        # Translations of quotes come last, with the whole answer.
        cited = tuple(replace(by_marker[each], gloss=None) for each in sentence.citations)
        yield SentenceEvent(sentence, cited)
    yield DoneEvent(answer)


if __name__ == "__main__":
    from euaiqa.app import serve
    from euaiqa.settings import Settings

    fake = FakePipeline(pace=0.05)
    fake.enqueue(*[FRENCH, ENGLISH, PARTIAL] * 10)
    serve(Settings(), lambda: fake)
