"""The measures: for each, what one result adds to its numerator and its denominator.

A measure is a ratio of sums over questions. A result to which it does not apply adds
nothing to either. Nothing is summed up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from euaiqa.evaluate.judge import Result

Better = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the report.

    Attributes:
        key: its name in JSON.
        label: its name for people.
        better: which end of 0 to 1 is good.
        counted: what the denominator counts.
        count: numerator and denominator of one result.
    """

    key: str
    label: str
    better: Better
    counted: str
    count: Callable[[Result], tuple[float, float]]


def _of(
    key: str,
    label: str,
    better: Better,
    counted: str,
    applies: Callable[[Result], bool],
    holds: Callable[[Result], bool],
) -> Measure:
    """A measure that asks one yes-or-no question of every result it applies to."""

    def count(result: Result) -> tuple[float, float]:
        return (float(holds(result)), 1.0) if applies(result) else (0.0, 0.0)

    return Measure(key, label, better, counted, count)


MEASURES: tuple[Measure, ...] = (
    _of(
        "correct", "correct", "high", "answerable questions",
        lambda r: r.question.answerable, lambda r: r.correct,
    ),
    _of(
        "false_refusals", "false refusals", "low", "answerable questions",
        lambda r: r.question.answerable, lambda r: not r.answered,
    ),
    _of(
        "missed_refusals", "missed refusals", "low", "unanswerable questions",
        lambda r: not r.question.answerable, lambda r: not r.correct,
    ),
    Measure(
        "cited", "sentences with a citation", "high", "sentences",
        lambda r: (sum(s.citations > 0 for s in r.sentences), len(r.sentences)),
    ),
    Measure(
        "citation_recall", "citation recall", "high", "sentences",
        lambda r: (sum(s.recalled for s in r.sentences), len(r.sentences)),
    ),
    Measure(
        "citation_precision", "citation precision", "high", "citations of sentences",
        lambda r: (sum(s.precise for s in r.sentences), sum(s.citations for s in r.sentences)),
    ),
    Measure(
        "exact_quotes", "exact quotes", "high", "citations",
        lambda r: (r.exact_quotes, len(r.answer.citations)),
    ),
    Measure(
        "facts_unquoted", "figures and dates in no cited quote", "low", "figures and dates",
        lambda r: (sum(s.unheld for s in r.sentences), sum(s.facts for s in r.sentences)),
    ),
    _of(
        "right_document", "right document cited", "high", "answered, with a gold document",
        lambda r: r.answered and bool(r.question.documents), lambda r: r.right_document,
    ),
    _of(
        "gold_sentence", "gold sentence cited", "high", "answered, with a gold sentence",
        lambda r: r.answered and bool(r.question.gold), lambda r: r.gold_cited,
    ),
    _of(
        "right_language", "right language", "high", "questions",
        lambda r: True, lambda r: r.right_language,
    ),
    _of(
        "disagreements_told", "disagreements told", "high", "questions with one",
        lambda r: bool(r.question.disagreement), lambda r: r.told_disagreement,
    ),
    _of(
        "disagreements_invented", "disagreements told where there is none", "low",
        "answered questions without one",
        lambda r: r.answered and not r.question.disagreement,
        lambda r: bool(r.answer.disagreements),
    ),
    _of(
        "followups", "follow-ups understood", "high", "questions with a history",
        lambda r: bool(r.question.history), lambda r: r.understood,
    ),
    _of(
        "partial_told", "partial answers told", "high", "questions covered in part",
        lambda r: r.question.status == "partial", lambda r: r.answer.status == "partial",
    ),
    _of(
        "partial_invented", "partial told of a whole answer", "low",
        "answered questions that are covered",
        lambda r: r.answered and r.question.answerable and r.question.status != "partial",
        lambda r: r.answer.status == "partial",
    ),
    _of(
        "forbidden", "forbidden patterns outside quotes", "low", "questions that forbid any",
        lambda r: bool(r.question.forbid), lambda r: r.obeyed,
    ),
    _of(
        "extractive", "answered by quotes alone", "low", "answered questions",
        lambda r: r.answered,
        lambda r: all(s.support == "extractive" for s in r.answer.sentences),
    ),
)  # fmt: skip


def measures_for(results: Iterable[Result]) -> tuple[Measure, ...]:
    """All measures, and the missed refusals of each kind of unanswerable question apart."""
    kinds = sorted({r.question.kind for r in results if not r.question.answerable} - {""})
    apart = tuple(_missed(kind) for kind in kinds)
    at = [m.key for m in MEASURES].index("missed_refusals") + 1
    return (*MEASURES[:at], *apart, *MEASURES[at:])


def _missed(kind: str) -> Measure:
    return _of(
        f"missed_refusals_{kind}", f"missed refusals: {kind}", "low",
        f"unanswerable questions of kind {kind}",
        lambda r: not r.question.answerable and r.question.kind == kind, lambda r: not r.correct,
    )  # fmt: skip
