"""What a client gets, field by field as the HTTP contract names it.

Takes the values of `euaiqa.datamodels`; gives the models that are sent as JSON and told
in the OpenAPI page. Nothing here decides anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from euaiqa.datamodels import (
    Answer,
    Document,
    Language,
    RetrievedPassage,
    Sentence,
    SentenceEvent,
    Status,
    Support,
)


class Outgoing(BaseModel):
    """What a client gets, read from the attributes of a dataclass."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class SentenceOut(Outgoing):
    """One sentence of an answer and the markers of the citations that prove it."""

    text: str
    citations: list[int]
    support: Support


class CitationOut(Outgoing):
    """A quote that proves a sentence: `text[start:end] == quote` in the article's text."""

    marker: int
    document: str
    title: str
    published: dt.date | None
    language: Language
    quote: str
    start: int = Field(description="code points")
    end: int = Field(description="code points")
    url: str = Field(description="opens the article, scrolled to the marked quote")
    gloss: str | None = Field(
        description="machine translation of the quote into the answer's language, no evidence; "
        "null where none is needed or could be made, and in every `sentence` event"
    )


class ValueOut(Outgoing):
    """One of the values that articles give, and the marker of its citation."""

    value: str
    citation: int


class DisagreementOut(Outgoing):
    """The articles give different figures, dates or names for the same thing."""

    subject: str
    values: list[ValueOut]


class SpanOut(Outgoing):
    """A range of an article's text, in code points, half-open."""

    start: int
    end: int


class PassageOut(Outgoing):
    """A retrieved passage."""

    document: str
    title: str
    published: dt.date | None
    language: Language
    start: int = Field(description="code points")
    end: int = Field(description="code points")
    text: str
    score: float = Field(description="higher is better")
    match: SpanOut | None = Field(description="its sentence that is nearest to the question")

    @classmethod
    def of(cls, retrieved: RetrievedPassage) -> PassageOut:
        """Read a retrieved passage."""
        passage = retrieved.passage
        return cls(
            document=passage.document,
            title=passage.title,
            published=passage.published,
            language=passage.language,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            score=retrieved.score,
            match=SpanOut.model_validate(retrieved.match) if retrieved.match else None,
        )


class TimingsOut(Outgoing):
    """Wall clock, milliseconds."""

    retrieve: float
    first_token: float
    generate: float
    verify: float
    total: float


class AskReply(Outgoing):
    """The whole reply to a question."""

    question: str
    standalone_question: str
    language: Language
    status: Status
    answer: str = Field(
        description="the sentences with their markers; on `partial`, what the articles do not "
        "cover is told after the last one"
    )
    sentences: list[SentenceOut]
    citations: list[CitationOut]
    disagreements: list[DisagreementOut]
    passages: list[PassageOut]
    timings_ms: TimingsOut
    model: str
    encoder: str
    index_version: str

    @classmethod
    def of(cls, answer: Answer) -> AskReply:
        """Read an answer."""
        return cls(
            question=answer.question,
            standalone_question=answer.standalone_question,
            language=answer.language,
            status=answer.status,
            answer=answer.answer,
            sentences=[SentenceOut.model_validate(each) for each in answer.sentences],
            citations=[CitationOut.model_validate(each) for each in answer.citations],
            disagreements=[DisagreementOut.model_validate(each) for each in answer.disagreements],
            passages=[PassageOut.of(each) for each in answer.passages],
            timings_ms=TimingsOut.model_validate(answer.timings),
            model=answer.model,
            encoder=answer.encoder,
            index_version=answer.index_version,
        )


class PassagesReply(Outgoing):
    """Retrieved passages, best first: a search's reply and the `passages` event."""

    passages: list[PassageOut]

    @classmethod
    def of(cls, retrieved: tuple[RetrievedPassage, ...]) -> PassagesReply:
        """Read retrieved passages."""
        return cls(passages=[PassageOut.of(each) for each in retrieved])


class TokenData(Outgoing):
    """The `token` event: provisional text."""

    text: str


class SentenceData(SentenceOut):
    """The `sentence` event: a verified entry of `sentences`, with its citations in `quotes`."""

    quotes: list[CitationOut]

    @classmethod
    def of(cls, event: SentenceEvent) -> SentenceData:
        """Read an event."""
        sentence = event.sentence
        return cls(
            text=sentence.text,
            citations=list(sentence.citations),
            support=sentence.support,
            quotes=[CitationOut.model_validate(each) for each in event.citations],
        )


class SourceEntry(Outgoing):
    """An article in the list of articles."""

    document: str = Field(description="path relative to the articles' folder")
    title: str
    published: dt.date | None
    language: Language
    sha256: str = Field(description="of the file's bytes")
    sentences: int = Field(description="how many it has, boilerplate aside")
    indexed: dt.datetime = Field(description="when the index was built")


class SourceOut(Outgoing):
    """An article; offsets anywhere count code points of this `text`."""

    document: str = Field(description="path relative to the articles' folder")
    title: str
    published: dt.date | None
    language: Language
    text: str
    sha256: str = Field(description="of the file's bytes")
    boilerplate: list[SpanOut] = Field(description="what is never quoted, in order")
    sentences: list[SpanOut] = Field(description="what can be quoted, in order")

    @classmethod
    def of(cls, document: Document, sentences: Sequence[Sentence]) -> SourceOut:
        """Read an article and its sentences."""
        return cls(
            document=document.id,
            title=document.title,
            published=document.published,
            language=document.language,
            text=document.text,
            sha256=document.sha256,
            boilerplate=[SpanOut.model_validate(each) for each in document.boilerplate],
            sentences=[SpanOut.model_validate(each) for each in sentences],
        )


class SourcesReply(Outgoing):
    """The list of articles, without their texts; a thousand at most."""

    sources: list[SourceEntry]

    @classmethod
    def of(cls, rows: Iterable[tuple[Document, int]], indexed: dt.datetime) -> SourcesReply:
        """Read articles, each with the number of its sentences."""
        return cls(
            sources=[
                SourceEntry(
                    document=each.id,
                    title=each.title,
                    published=each.published,
                    language=each.language,
                    sha256=each.sha256,
                    sentences=sentences,
                    indexed=indexed,
                )
                for each, sentences in rows
            ]
        )


class SuggestionsReply(Outgoing):
    """Questions that the articles answer, in the interface's language."""

    suggestions: list[str]


class HealthReply(Outgoing):
    """A question can be answered."""

    status: Literal["ready"] = "ready"
    model: str
    encoder: str
    index_version: str
    documents: int = Field(description="number of articles")
