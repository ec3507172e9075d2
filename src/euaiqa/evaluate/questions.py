"""Question files: JSONL rows in, checked `Question`s out.

Asks nothing and measures nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from euaiqa.datamodels import Language, Turn
from euaiqa.errors import SettingsError


def _usable(pattern: object) -> object:
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, BeforeValidator(_usable)]


class Question(BaseModel):
    """One row of a question file.

    Patterns are regular expressions, searched in lower-cased text in which every white-space
    character is a plain space.

    Attributes:
        id: unique in a run.
        language: the question's, and so the one its answer must be in.
        question: as a person types it.
        kind: any word; the report breaks the scores down by it.
        accept: all must be found in the answer.
        documents: articles that hold the answer, any of them; the end of a path is enough.
        gold: source sentences that hold the answer, any of them.
        unanswerable: right when refused.
        corrected: of a false premise: an answer that matches all of them is right too.
        disagreement: one pattern for each of the values that the articles give.
        history: earlier turns, oldest first.
        standalone: all must be found in the question as understood after the history.
        status: `partial` when the articles cover a part of the question only.
        forbid: none may be found in the answer's own words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    language: Language
    question: Annotated[str, BeforeValidator(lambda q: q.strip() if isinstance(q, str) else q)]
    kind: str = ""
    accept: tuple[Pattern, ...] = ()
    documents: tuple[str, ...] = ()
    gold: tuple[str, ...] = ()
    unanswerable: bool = False
    corrected: tuple[Pattern, ...] = ()
    disagreement: tuple[Pattern, ...] = ()
    history: tuple[Turn, ...] = ()
    standalone: tuple[Pattern, ...] = ()
    status: Literal["answered", "partial"] = "answered"
    forbid: tuple[Pattern, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the articles hold an answer; a false premise has none."""
        return not (self.unanswerable or self.corrected)

    @property
    def accepted(self) -> tuple[str, ...]:
        """What a right answer matches: `accept`, or else the values that articles give."""
        return self.accept or self.disagreement

    @model_validator(mode="after")
    def _one_way_to_be_right(self) -> Question:
        if not self.question:
            raise ValueError("the question is empty")
        if bool(self.accepted) == (not self.answerable):
            raise ValueError("either accept (or disagreement), or unanswerable (or corrected)")
        if len(self.disagreement) == 1:
            raise ValueError("a disagreement has at least two values")
        return self


def read_questions(path: Path) -> list[Question]:
    """Read a question file.

    Raises:
        SettingsError: it cannot be read, a row is not a question, or two have one id.
    """
    hint = "each line is a JSON object with id, language, question, accept or unanswerable"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path.name} is no question file: {error}", hint=hint) from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = Question.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "row"
            raise SettingsError(
                f"{path.name}, line {number}, {where}: {first['msg']}", hint=hint
            ) from error
        if question.id in questions:
            raise SettingsError(
                f"{path.name}, line {number}: id {question.id} is there twice", hint=hint
            )
        questions[question.id] = question
    return list(questions.values())


def read_all(
    paths: Sequence[Path], *, kinds: Collection[str] = (), limit: int | None = None
) -> list[Question]:
    """Read several files as one.

    Args:
        paths: the files, in order.
        kinds: take questions of these kinds only; all when empty.
        limit: take the first so many only.

    Raises:
        SettingsError: a file is no question file, an id is there twice, or nothing is left.
    """
    questions = [question for path in paths for question in read_questions(path)]
    twice = [name for name, count in Counter(q.id for q in questions).items() if count > 1]
    if twice:
        raise SettingsError(f"{twice[0]} is the id of two questions", hint="name a file once")
    taken = [q for q in questions if not kinds or q.kind in kinds][:limit]
    if not taken:
        raise SettingsError("there is no question to ask", hint="see the kinds in the files")
    return taken


def found(patterns: tuple[str, ...], text: str) -> bool:
    """Whether a text matches all patterns; false when there is none."""
    plain = re.sub(r"\s", " ", text.lower())
    return bool(patterns) and all(re.search(pattern, plain) for pattern in patterns)
