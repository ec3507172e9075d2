"""Results summed up: shares with intervals by language, their difference, kinds and times.

Takes results; gives a `Report` of plain values, which JSON, the table and the page show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from euaiqa.datamodels import Timings
from euaiqa.evaluate import intervals
from euaiqa.evaluate.judge import Result
from euaiqa.evaluate.measures import MEASURES, Better, Measure, measures_for

STAGES = tuple(Timings.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio from 0 to 1, what it is of, and its 95 % interval."""

    numerator: int
    denominator: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """French minus English, from -1 to 1, and its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Line:
    """One measure; a share is None where nothing was counted."""

    key: str
    label: str
    better: Better
    counted: str
    fr: Share | None
    en: Share | None
    all: Share | None
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class KindLine:
    """The questions of one kind: how many are right, and how many sentences are recalled."""

    kind: str
    questions: int
    right: Share | None
    citation_recall: Share | None


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One stage over the questions that reached it, in milliseconds."""

    stage: str
    questions: int
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured in one run."""

    questions: int
    model: str
    encoder: str
    index_version: str
    resamples: int
    seed: int
    lines: tuple[Line, ...]
    kinds: tuple[KindLine, ...]
    times: tuple[TimeLine, ...]
    results: tuple[Result, ...]

    def line(self, key: str) -> Line:
        """The line of one measure.

        Raises:
            KeyError: there is no such measure in this report.
        """
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    def as_json(self) -> dict[str, Any]:
        """Everything as values that `json` can write, an entry a question."""
        out = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("lines", "kinds", "times"):
            out[name] = [asdict(row) for row in out[name]]
        out["results"] = [_result(result) for result in self.results]
        return out


def report(results: Sequence[Result]) -> Report:
    """Sum results up."""
    first = results[0].answer if results else None
    kinds = sorted({r.question.kind for r in results} - {""})
    return Report(
        questions=len(results),
        model=first.model if first else "",
        encoder=first.encoder if first else "",
        index_version=first.index_version if first else "",
        resamples=intervals.RESAMPLES,
        seed=intervals.SEED,
        lines=tuple(_line(measure, results) for measure in measures_for(results)),
        kinds=tuple(_kind(k, [r for r in results if r.question.kind == k]) for k in kinds),
        times=tuple(line for stage in STAGES if (line := _times(stage, results))),
        results=tuple(results),
    )


def _line(measure: Measure, results: Sequence[Result]) -> Line:
    by_language = {
        language: [measure.count(r) for r in results if r.question.language == language]
        for language in ("fr", "en")
    }
    french, english = _share(by_language["fr"]), _share(by_language["en"])
    between = intervals.difference(by_language["fr"], by_language["en"])
    return Line(
        key=measure.key,
        label=measure.label,
        better=measure.better,
        counted=measure.counted,
        fr=french,
        en=english,
        all=_share(list(map(measure.count, results))),
        difference=Difference(french.value - english.value, *between)
        if french and english and between
        else None,
    )


def _share(counts: intervals.Counts) -> Share | None:
    value, between = intervals.share(counts), intervals.interval(counts)
    if value is None or between is None:
        return None
    return Share(int(sum(n for n, _ in counts)), int(sum(d for _, d in counts)), value, *between)


def _kind(kind: str, results: Sequence[Result]) -> KindLine:
    recall = next(m for m in MEASURES if m.key == "citation_recall")
    return KindLine(
        kind=kind,
        questions=len(results),
        right=_share([(r.correct, 1) for r in results]),
        citation_recall=_share(list(map(recall.count, results))),
    )


def _times(stage: str, results: Sequence[Result]) -> TimeLine | None:
    """A stage of 0 ms was not reached: a refused question is not written."""
    spent = [ms for r in results if (ms := float(getattr(r.answer.timings, stage))) > 0]
    if not spent:
        return None
    median, p95 = np.percentile(spent, [50, 95])
    return TimeLine(stage, len(spent), float(median), float(p95))


def _result(result: Result) -> dict[str, Any]:
    answer = result.answer
    return {
        "question": result.question.model_dump(mode="json", exclude_defaults=True),
        "verdict": result.verdict,
        "right_language": result.right_language,
        "right_document": result.right_document,
        "gold_cited": result.gold_cited,
        "exact_quotes": result.exact_quotes,
        "sentences": [asdict(sentence) for sentence in result.sentences],
        "status": answer.status,
        "language": answer.language,
        "answer": answer.answer,
        "standalone_question": answer.standalone_question,
        "citations": [
            {"marker": c.marker, "document": c.document, "quote": c.quote} for c in answer.citations
        ],
        "disagreements": [asdict(disagreement) for disagreement in answer.disagreements],
        "timings_ms": asdict(answer.timings),
    }
