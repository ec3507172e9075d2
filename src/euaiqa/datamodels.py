"""The values that flow through the program, from an article to an answer.

All offsets are code points into `Document.text`, the text that `/sources` serves,
and for everything that has `document`, `start`, `end` and a text,
`text_of(document)[start:end]` equals that text. Nothing here computes anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from euaiqa.notice import NOTHING, Notice

Language = Literal["fr", "en"]
Status = Literal["answered", "partial", "refused"]
Support = Literal["supported", "extractive"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `[start, end)` of code points."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Document:
    """One article, kept exactly.

    `id` is its POSIX path relative to the articles' folder; `sha256` is of the file's
    bytes; `boilerplate` are the ranges of `text` that are shown but never indexed
    (comment box, newsletter, captions), in order and disjoint. `outlet` is who published it and
    `address` where, as far as the file tells; empty where it does not.
    """

    id: str
    title: str
    published: dt.date | None
    language: Language
    text: str
    sha256: str
    boilerplate: tuple[Span, ...] = ()
    outlet: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was read, before it is decided which of its lines are the article.

    `text`, `id` and `sha256` are the `Document`'s. `outside` are the ranges that the file's own
    structure tells to be no part of the article (navigation, page numbers), in order and
    disjoint; what else the file tells is empty or None where it does not. `missing` says what
    of the file could not be read (pages that are pictures), though the rest was.
    """

    id: str
    text: str
    sha256: str
    title: str = ""
    published: dt.date | None = None
    language: Language | None = None
    outlet: str = ""
    address: str = ""
    outside: tuple[Span, ...] = ()
    missing: Notice = NOTHING


@dataclass(frozen=True, slots=True)
class Head:
    """What a list tells of an article, without its text; the fields are the `Document`'s."""

    id: str
    title: str
    published: dt.date | None
    language: Language
    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, without the white space around it."""

    document: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive whole sentences of one article: what is retrieved and read by the model.

    `before` are the article's sentences just before it, two at most: what its pronouns mean
    often stands there. They are read with it, and may be quoted, but are no part of it.
    """

    document: str
    title: str
    published: dt.date | None
    language: Language
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    before: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage with its fused `score` (higher is better) and its dense `cosine` to the query.

    `match` is the sentence of it that is nearest to the query.
    """

    passage: Passage
    score: float
    cosine: float
    match: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that proves a sentence; `marker` counts from 1 in order of first use.

    `gloss` is the model's translation of the quote for a reader of the other language, never
    evidence; None where the quote is in the reader's language or no faithful one was made.
    """

    marker: int
    document: str
    title: str
    published: dt.date | None
    language: Language
    quote: str
    start: int
    end: int
    url: str
    gloss: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer and the markers of the citations that prove it (never empty)."""

    text: str
    citations: tuple[int, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class DisagreementValue:
    """One of the values that articles give, and the marker of the citation that holds it."""

    value: str
    citation: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Articles give different figures, dates or names for the same thing."""

    subject: str
    values: tuple[DisagreementValue, ...]


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall clock of one answer, in milliseconds; `first_token` counts from the question."""

    retrieve: float = 0.0
    first_token: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation: used to understand a question, never as evidence."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole reply to one question; see the HTTP contract for the meaning of each field."""

    question: str
    standalone_question: str
    language: Language
    status: Status
    answer: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[Disagreement, ...]
    passages: tuple[RetrievedPassage, ...]
    timings: Timings
    model: str
    encoder: str
    index_version: str


@dataclass(frozen=True, slots=True)
class PassagesEvent:
    """What was retrieved, before any generation."""

    passages: tuple[RetrievedPassage, ...]


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """Provisional text, as the model writes it."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceEvent:
    """One verified sentence, with the citations that its markers name."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class DroppedEvent:
    """Provisional text that is not told: no source proves it, or it was told before."""

    text: str


@dataclass(frozen=True, slots=True)
class DoneEvent:
    """The whole reply; always the last event of a question."""

    answer: Answer


Event = PassagesEvent | TokenEvent | SentenceEvent | DroppedEvent | DoneEvent


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the language model reads, in this order, each part tokenised apart.

    `prefix` and `suffix` are ours and may hold the model's control tokens; `passages` and
    `question` come from outside and are read as plain text, whatever they hold. `prefix`
    and `passages` depend on no question, so what the model computes for them can be kept.
    `begun` is what the model is to go on from, and `avoid` words that it may not go on with.
    """

    prefix: str
    passages: tuple[str, ...]
    question: str
    suffix: str
    begun: str = ""
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """A file that could not be indexed, why, and what helps; `remedy` may be empty."""

    document: str
    reason: Notice
    remedy: Notice = NOTHING


@dataclass(frozen=True, slots=True)
class Corpus:
    """What `documents.read_corpus` found: the readable articles and the problems."""

    documents: tuple[Document, ...]
    problems: tuple[DocumentProblem, ...] = field(default=())
