"""What a client may send, field by field as the HTTP contract names it.

Takes nothing on trust: no unknown field, no guessing of types, bounds on everything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from euaiqa.app.articles import Filters, Sort
from euaiqa.datamodels import Language, Status, Turn

MAX_QUESTION = 1_000
MAX_HISTORY = 20
MAX_NOTE = 1_000
MAX_ANSWER = 32_000
MAX_QUOTE = 8_000
"""Characters; beyond what an answer of the longest sentences needs."""
MAX_CITATIONS = 100
MAX_NAME = 1_000

Question = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)
]
Sought = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_QUESTION)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NOTE)]
Name = Annotated[str, StringConstraints(max_length=MAX_NAME)]
Offset = Annotated[int, Field(ge=0, le=1_000_000_000, description="code points")]


class Incoming(BaseModel):
    """What a client sends: no unknown field, no guessing of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HistoryTurn(Incoming):
    """One earlier turn."""

    role: Literal["user", "assistant"]
    content: str


class AskRequest(Incoming):
    """A question."""

    question: Question = Field(description="the reader's question")
    language: Literal["auto", "fr", "en"] = Field(
        "auto", description="language of the answer; auto = the question's own"
    )
    history: list[HistoryTurn] = Field(
        default_factory=list,
        max_length=MAX_HISTORY,
        description="earlier turns, oldest first: they help to understand, and prove nothing",
    )
    stream: bool = Field(False, description="true: the reply is an event stream")

    def turns(self) -> tuple[Turn, ...]:
        """The history as the pipeline takes it."""
        return tuple(Turn(role=turn.role, content=turn.content) for turn in self.history)


class AskForm(Incoming):
    """A question from the page's form."""

    question: Question
    language: Literal["auto", "fr", "en"] = "auto"


class CitedQuote(Incoming):
    """A citation of the answer that a verdict is on, by what finds it again."""

    document: Name
    start: Offset
    end: Offset
    quote: str = Field(max_length=MAX_QUOTE)


class FeedbackRequest(Incoming):
    """A reader's verdict on an answer; all but the first two are the answer's own fields."""

    verdict: Literal["up", "down"]
    note: Note = Field("", description="what the reader has to say about it")
    question: Question
    standalone_question: str = Field(max_length=4 * MAX_QUESTION)
    language: Language
    status: Status
    answer: str = Field(max_length=MAX_ANSWER)
    citations: list[CitedQuote] = Field(max_length=MAX_CITATIONS)
    model: Name
    encoder: Name
    index_version: Name


class SearchQuery(BaseModel):
    """The parameters of a search; not strict, because a query string holds only text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Question = Field(description="what to look for")
    k: int = Field(5, ge=1, le=50, description="how many passages")


class SourcesQuery(BaseModel):
    """What the list of articles may be asked for.

    Other parameters are left alone, as `lang`, which each page takes.
    """

    model_config = ConfigDict(frozen=True)

    q: Sought = Field("", description="words, all of which the article holds, or what it is about")
    language: Literal["any", "fr", "en"] = Field("any", description="of the article")
    year: str = Field(
        "any", pattern=r"^(any|undated|\d{4})$", description="four digits, `undated` or `any`"
    )
    sort: Sort = Field("newest", description="`newest` first, or by `title`")
    page: int = Field(1, ge=1, le=1_000_000, description="of fifty articles, as JSON of a thousand")

    def filters(self) -> Filters:
        """What is asked of the list, whatever the page."""
        return Filters(self.q, self.language, self.year, self.sort)
