"""Which of the retrieved passages holds the answer: the language model reads each by itself.

Takes a question and what was retrieved, gives the passages read with the model's word on each,
best first. A vector tells what a passage is about, not whether it answers; and a small model
that reads several passages at once mixes them up. Whether to answer is the gate's matter.
docs/adr/0010-one-passage-at-a-time.md
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from euaiqa import gate, prompts
from euaiqa.bilingual import names_in
from euaiqa.datamodels import Language, Passage, RetrievedPassage
from euaiqa.generator import Generator
from euaiqa.ground import ArticleNames

ENOUGH = 0.85  # the model's yes from which no further passage is read
# What a unit of the log odds of yes weighs beside the retrieval score (-0.2 to 0.8).
WEIGHT_YES = 0.2


# What a name of the question's that an article nowhere holds takes from its passages' scores.
UNNAMED = 0.1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage, and how many of the names in the question its article does not hold."""

    found: RetrievedPassage
    unnamed: int

    @property
    def score(self) -> float:
        """What candidates are ordered by; higher is better."""
        return self.found.score - UNNAMED * self.unnamed


@dataclass(frozen=True, slots=True)
class Reading:
    """A candidate and P(yes)/(P(yes)+P(no)) to "is the exact answer in it?", 0 to 1."""

    candidate: Candidate
    yes: float

    @property
    def passage(self) -> Passage:
        """What was read."""
        return self.candidate.found.passage

    @property
    def worth(self) -> float:
        """What passages are chosen by; higher is better."""
        yes = min(max(self.yes, 1e-6), 1 - 1e-6)
        return WEIGHT_YES * math.log(yes / (1 - yes)) + self.candidate.score


def with_names(
    question: str, language: Language, found: Sequence[RetrievedPassage], articles: ArticleNames
) -> list[Candidate]:
    """Put passages of articles that do not know what the question names behind the others."""
    names = names_in(question, language)
    candidates = [
        Candidate(one, len(articles.missing(names, one.passage.document))) for one in found
    ]
    return sorted(candidates, key=lambda candidate: -candidate.score)


def read(
    question: str,
    language: Language,
    candidates: Sequence[Candidate],
    generator: Generator,
    cancelled: Callable[[], bool],
) -> list[Reading]:
    """Ask the model of each passage in turn, until one surely holds the answer.

    Args:
        question: as it is understood.
        language: the question's.
        candidates: the passages to read, best first.
        generator: the language model.
        cancelled: asked between passages.

    Returns:
        The passages that were read, best first; none when all are about something else.
    """
    readings: list[Reading] = []
    if max((candidate.found.cosine for candidate in candidates), default=0.0) < gate.FAR:
        return readings
    for candidate in candidates:
        if cancelled():
            break
        prompt = prompts.probe_prompt(question, candidate.found.passage)
        yes = generator.probability(prompt, prompts.YES, prompts.NO, cancelled)
        readings.append(Reading(candidate, yes))
        if yes >= ENOUGH:
            break
    return sorted(readings, key=lambda reading: -reading.worth)


def evidence(readings: Sequence[Reading], language: Language) -> gate.Evidence:
    """What the gate decides from: the best reading."""
    if not readings:
        return gate.Evidence(0.0, 0.0, 0, language)
    best = readings[0]
    return gate.Evidence(best.yes, best.candidate.found.score, best.candidate.unnamed, language)
