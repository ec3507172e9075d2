"""What the page's plots draw, in the units of their drawing: no HTML, no colours.

Takes a report; gives bars with intervals for each language, and how the times spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from euaiqa.evaluate.report import Report, Share

WIDTH = 100.0  # of a bar plot: 1 unit = 1 %
BINS = 12
HEIGHT = 40.0  # of the highest column

PLOTTED = (
    "correct", "citation_recall", "citation_precision", "right_document", "right_language",
    "disagreements_told", "false_refusals", "missed_refusals",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One share: `width`, and its interval from `low` to `high`, all from 0 to 100."""

    language: str
    width: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one measure."""

    label: str
    better: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """How many answers took from `start` to `end` seconds; `height` is in the plot's units."""

    start: float
    end: float
    count: int
    height: float


def groups(report: Report) -> tuple[Group, ...]:
    """The measures that are plotted, those that were counted."""
    drawn = []
    for key in PLOTTED:
        line = report.line(key)
        shares: tuple[tuple[str, Share | None], ...] = (("French", line.fr), ("English", line.en))
        bars = tuple(
            Bar(language, share.value * WIDTH, share.low * WIDTH, share.high * WIDTH)
            for language, share in shares
            if share
        )
        if bars:
            drawn.append(Group(line.label, line.better, bars))
    return tuple(drawn)


def columns(report: Report) -> tuple[Column, ...]:
    """A histogram of the whole time of each answer."""
    return histogram([r.answer.timings.total / 1000 for r in report.results])


def histogram(seconds: Sequence[float]) -> tuple[Column, ...]:
    """Twelve columns of one width from 0 to the longest; none without a time."""
    if not seconds:
        return ()
    longest = max(*seconds, 0.001)
    counts, edges = np.histogram(seconds, bins=BINS, range=(0.0, longest))
    return tuple(
        Column(float(a), float(b), int(n), HEIGHT * int(n) / max(1, int(counts.max())))
        for n, a, b in zip(counts, edges[:-1], edges[1:], strict=True)
    )
