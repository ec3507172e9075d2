"""Figures in the right place: does a clause say this of another figure?

`20 milliards` and `200 milliards` may stand in one sentence, so holding the figure is not
enough. With the figures masked, a clause of the draft is compared with every clause of the
sources that holds a figure of the same kind. When one with another figure says clearly
the same and the one with the draft's figure does not, the figure was taken from its neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from euaiqa.datamodels import Language
from euaiqa.encoder import Encoder, Vectors
from euaiqa.facts import Figure, facts_of, masked

# How much nearer the other figure's clause must be, in cosine; more where it is in another
# sentence, since laws and agencies repeat their phrases. docs/adr/0005-grounding.md
MARGIN = 0.03
MARGIN_ELSEWHERE = 0.05

# Clauses end at punctuation and begin at words that add a figure of their own.
_BOUNDARY = re.compile(
    r"[,;:()«»“”—–]\s|[.;:]$|\s(?=(?:dont|soit|avec|with|including|while|whereas|tandis)\s)"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a source sentence that holds figures; `source` is the sentence's number."""

    source: int
    text: str
    figures: frozenset[Figure]


class FigureClauses:
    """The clauses of some sentences that hold figures, ready to be compared with a draft."""

    def __init__(self, sentences: Sequence[tuple[str, Language]], encoder: Encoder) -> None:
        """Find the clauses; they are embedded when first asked for.

        Args:
            sentences: text and language of each, numbered by position.
            encoder: compares clauses across languages.
        """
        self._encoder = encoder
        self._clauses: list[Clause] = []
        for number, (sentence, language) in enumerate(sentences):
            for clause in clauses_of(sentence):
                figures = facts_of(clause, language).figures
                if figures:
                    self._clauses.append(Clause(number, masked(clause, language), figures))
        self._vectors: Vectors | None = None

    def contradict(self, draft: str, language: Language) -> bool:
        """Whether a sentence gives another figure for what the draft says."""
        said = facts_of(draft, language).figures
        values = {figure.value for figure in said}
        for clause in clauses_of(draft) if said and self._clauses else ():
            for figure in facts_of(clause, language).figures:
                near = self._similarities(masked(clause, language))
                homes = {
                    other.source
                    for _, other in near
                    if any(f.value == figure.value for f in other.figures)
                }
                # What the same sentence says of the draft's other figures is its own too.
                own = [
                    cosine
                    for cosine, other in near
                    if other.source in homes and values & {f.value for f in other.figures}
                ]
                rivals = [
                    cosine - (MARGIN if other.source in homes else MARGIN_ELSEWHERE)
                    for cosine, other in near
                    if any(_kind(f) == _kind(figure) for f in other.figures)
                    and not values & {f.value for f in other.figures}
                ]
                if own and rivals and max(rivals) > max(own):
                    return True
        return False

    def _similarities(self, clause: str) -> list[tuple[float, Clause]]:
        if self._vectors is None:
            self._vectors = self._encoder.encode_passages([c.text for c in self._clauses])
        cosines = self._vectors @ self._encoder.encode_passages([clause])[0]  # (clauses,)
        return list(zip(map(float, cosines), self._clauses, strict=True))


def clauses_of(sentence: str) -> list[str]:
    """Cut a sentence into clauses, at punctuation and before `dont`, `with`, `soit`."""
    return [part.strip() for part in _BOUNDARY.split(sentence) if part.strip()]


def _kind(figure: Figure) -> str:
    """Figures of different kinds do not compete: shares, amounts, counts."""
    if figure.unit == "%":
        return "share"
    return "amount" if figure.unit or figure.value >= 1_000_000 else "count"
