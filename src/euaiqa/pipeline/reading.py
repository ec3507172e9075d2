"""Which of the retrieved passages holds the answer: the language model reads each by itself.

Takes a question and what was retrieved, gives the passages read with how likely each answers,
best first. A vector tells what a passage is about, not whether it answers; and a small model
that reads several passages at once mixes them up. Whether to answer is the gate's matter.
docs/adr/0010-one-passage-at-a-time.md
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from euaiqa import gate
from euaiqa.bilingual import coined, names_in
from euaiqa.datamodels import Language, Passage, RetrievedPassage
from euaiqa.ground import ArticleNames
from euaiqa.pipeline.answerability import ANSWERS, UNKNOWN, Likely

FIRST = 3  # passages that are read together before the others
ENOUGH = 0.9  # the probability from which no further passage is read
# What a unit of the log odds of yes weighs beside the retrieval score (-0.2 to 0.8).
WEIGHT_YES = 0.2
TRIED = 3  # passages that are read sentence by sentence at most

# What a name of the question's that an article nowhere holds takes from its passages' scores.
UNNAMED = 0.2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage, and how many of the names in the question its article does not hold whole.

    `elsewhere`: one of these has no other spelling, so that the article is about something else.
    """

    found: RetrievedPassage
    unnamed: int
    elsewhere: bool = False

    @property
    def score(self) -> float:
        """What candidates are ordered by; higher is better."""
        return self.found.score - UNNAMED * self.unnamed


@dataclass(frozen=True, slots=True)
class Reading:
    """A candidate and how likely it answers, 0 to 1: see `answerability`.

    `sentence` is the same of the likeliest of its sentences, once they were read.
    """

    candidate: Candidate
    yes: float
    sentence: float = UNKNOWN

    @property
    def passage(self) -> Passage:
        """What was read."""
        return self.candidate.found.passage

    @property
    def sure(self) -> float:
        """How sure it is that the passage answers, 0 to 1."""
        return gate.answerable(self.yes, self.sentence)

    @property
    def worth(self) -> float:
        """What passages are chosen by; higher is better."""
        odds = gate.log_odds(self.yes) + gate.log_odds(self.sentence)
        return WEIGHT_YES * odds + self.candidate.score


def with_names(
    question: str, language: Language, found: Sequence[RetrievedPassage], articles: ArticleNames
) -> list[Candidate]:
    """Put passages of articles that do not know what the question names behind the others.

    A text that is there twice comes once: the same agency report in two outlets.
    """
    names = names_in(question, language)
    distinct: dict[str, RetrievedPassage] = {}
    for one in found:
        distinct.setdefault(one.passage.text, one)
    candidates = []
    for one in distinct.values():
        lacking = articles.missing(names, one.passage.document)
        unnamed = len(lacking) or int(not articles.holds_all(names, one.passage.document))
        candidates.append(Candidate(one, unnamed, any(map(coined, lacking))))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def read(
    candidates: Sequence[Candidate],
    answers: Callable[[Sequence[Passage]], list[float]],
    cancelled: Callable[[], bool],
) -> list[Reading]:
    """Ask the model of the first passages, and of the others unless one of those surely answers.

    Args:
        candidates: the passages to read, best first; those about something else are left out.
        answers: gives how likely each of some passages answers.
        cancelled: asked between passages.

    Returns:
        The passages that were read, best first; none when all are about something else.
    """
    candidates = [candidate for candidate in candidates if not candidate.elsewhere]
    if max((candidate.found.cosine for candidate in candidates), default=0.0) < gate.FAR:
        return []
    readings: list[Reading] = []
    for part in (candidates[:FIRST], candidates[FIRST:]):
        if cancelled() or any(reading.yes >= ENOUGH for reading in readings):
            break
        passages = [candidate.found.passage for candidate in part]
        readings += [Reading(c, yes) for c, yes in zip(part, answers(passages), strict=True)]
    return sorted(readings, key=lambda reading: -reading.worth)


def chosen(
    readings: Sequence[Reading],
    likely: Callable[[Passage], Likely],
    cancelled: Callable[[], bool],
) -> Reading | None:
    """Read the first passage sentence by sentence, and the next ones while no sentence answers.

    Args:
        readings: best first.
        likely: gives how likely each of a passage's sentences answers.
        cancelled: asked between passages.

    Returns:
        The passage to answer from, with `sentence`; None where there is none worth it.
    """
    tried: list[Reading] = []
    for one in readings[:TRIED]:
        if one.yes < gate.HOPELESS or cancelled():
            break
        tried.append(replace(one, sentence=likely(one.passage).best()))
        if tried[-1].sentence >= ANSWERS:
            break
    return max(tried, default=None, key=lambda one: one.worth)
