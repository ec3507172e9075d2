"""What a client may send, field by field as the HTTP contract names it.

Takes nothing on trust: no unknown field, no guessing of types, bounds on everything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from euaiqa.datamodels import Turn

MAX_QUESTION = 1_000
MAX_HISTORY = 20

Question = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)
]


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


class SearchQuery(BaseModel):
    """The parameters of a search; not strict, because a query string holds only text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Question = Field(description="what to look for")
    k: int = Field(5, ge=1, le=50, description="how many passages")
