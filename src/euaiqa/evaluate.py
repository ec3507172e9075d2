"""Answers judged without a judge: questions with accepted patterns in, a report out.

A question file is JSONL, a row a question: `id`, `language`, `question`, and either `accept`
(regular expressions, all of which must be found in the lower-cased answer) or
`"unanswerable": true`. It measures; it tunes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from euaiqa.datamodels import Answer, DoneEvent, Language
from euaiqa.errors import EuaiqaError, SettingsError
from euaiqa.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a question file; `accept` is empty for an unanswerable question."""

    id: str
    language: Language
    question: str
    accept: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the articles hold an answer."""
        return bool(self.accept)


@dataclass(frozen=True, slots=True)
class Result:
    """A question, its answer, and whether all quotes are slices of their articles."""

    question: Question
    answer: Answer
    exact: bool

    @property
    def correct(self) -> bool:
        """All patterns found in an answer, or an unanswerable question refused."""
        if not self.question.answerable:
            return self.answer.status == "refused"
        text = re.sub(r"\s", " ", self.answer.answer.lower())
        return self.answer.status != "refused" and all(
            re.search(pattern, text) for pattern in self.question.accept
        )

    @property
    def cited(self) -> bool:
        """Every sentence has a citation, and every marker stands for one."""
        markers = {c.marker for c in self.answer.citations}
        return all(s.citations and set(s.citations) <= markers for s in self.answer.sentences)


def read_questions(path: Path) -> list[Question]:
    """Read a question file.

    Raises:
        SettingsError: it cannot be read, or a row is not a question.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return [_question(json.loads(line)) for line in file if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{path.name} is no question file: {error}",
            hint="each line is a JSON object with id, language, question, accept or unanswerable",
        ) from error


def evaluate(
    pipeline: Pipeline, questions: Iterable[Question], report: Callable[[Result], None]
) -> list[Result]:
    """Ask every question, one after the other, and tell each result as it comes."""
    results = []
    for question in questions:
        *_, last = pipeline.ask(question.question)
        if not isinstance(last, DoneEvent):
            raise EuaiqaError("an answer ended without being whole")
        exact = all(
            pipeline.documents[c.document].text[c.start : c.end] == c.quote
            for c in last.answer.citations
        )
        results.append(Result(question, last.answer, exact))
        report(results[-1])
    return results


def summary(results: Iterable[Result]) -> Iterator[tuple[str, str]]:
    """What was measured, as label and value."""
    rows = list(results)
    for language in ("fr", "en"):
        asked = [r for r in rows if r.question.answerable and r.question.language == language]
        if asked:
            yield f"correct, {language}", _share(r.correct for r in asked)
    refusable = [r for r in rows if not r.question.answerable]
    if refusable:
        yield "unanswerable refused", _share(r.correct for r in refusable)
    answerable = [r for r in rows if r.question.answerable]
    if answerable:
        yield "answerable refused", _share(r.answer.status == "refused" for r in answerable)
    answered = [r for r in rows if r.answer.status != "refused"]
    if answered:
        yield "answered, every sentence cited", _share(r.cited for r in answered)
        yield "answered, all quotes exact", _share(r.exact for r in answered)
        yield (
            "answered by a quote alone",
            _share(any(s.support == "extractive" for s in r.answer.sentences) for r in answered),
        )
        first = [r.answer.timings.first_token for r in answered]
        total = [r.answer.timings.total for r in answered]
        yield "first token, median", f"{median(first) / 1000:.1f} s"
        yield "whole answer, median", f"{median(total) / 1000:.1f} s"
    yield "retrieval, 95th percentile", f"{_p95([r.answer.timings.retrieve for r in rows]):.0f} ms"


def _question(row: Any) -> Question:
    if not isinstance(row, dict):
        raise TypeError("a row is not an object")
    accept = tuple(row.get("accept", ()))
    if bool(accept) == bool(row.get("unanswerable")):
        raise ValueError(f"{row['id']}: either accept or unanswerable")
    return Question(row["id"], row["language"], row["question"], accept)


def _share(values: Iterable[bool]) -> str:
    told = list(values)
    return f"{sum(told)}/{len(told)} ({sum(told) / len(told):.0%})"


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]
