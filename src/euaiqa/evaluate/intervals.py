"""Bootstrap intervals over questions: how far a score could be off with other questions.

Takes a numerator and a denominator for each question; gives the 95 % percentile interval of
the ratio of their sums (Efron and Tibshirani 1993, chapter 13). Whole questions are drawn again,
never sentences, since the sentences of one answer stand or fall together. Seeded: the same
results give the same intervals.

At 0 % and 100 % all draws agree and the interval has no width; that is not certainty:
with n questions up to about 3/n may be wrong unseen (the "rule of three").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
SEED = 20_250_211
COVERED = (2.5, 97.5)  # percentiles

Counts = Sequence[tuple[float, float]]  # numerator and denominator of each question
Interval = tuple[float, float]


def share(counts: Counts) -> float | None:
    """The ratio of the sums; None when nothing was counted."""
    whole = sum(d for _, d in counts)
    return sum(n for n, _ in counts) / whole if whole else None


def interval(counts: Counts) -> Interval | None:
    """The 95 % interval of `share`; None when nothing was counted."""
    return _between(_draws(counts, SEED))


def difference(first: Counts, second: Counts) -> Interval | None:
    """The 95 % interval of `share(first) - share(second)`, each drawn from its own questions."""
    one, other = _draws(first, SEED), _draws(second, SEED + 1)
    return _between(one - other) if len(one) and len(other) else None


def _draws(counts: Counts, seed: int) -> NDArray[np.float64]:
    """The share in each resample; empty when nothing was counted."""
    pairs = np.array([pair for pair in counts if pair[1]], dtype=np.float64).reshape(-1, 2)
    n = len(pairs)
    if not n:
        return np.empty(0)
    # drawing n questions with replacement = how often each one is drawn
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return np.asarray((times @ pairs[:, 0]) / (times @ pairs[:, 1]))  # every draw has n > 0


def _between(values: NDArray[np.float64]) -> Interval | None:
    if not len(values):
        return None
    low, high = np.percentile(values, COVERED)
    return float(low), float(high)
