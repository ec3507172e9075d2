"""Refusal: do the articles answer this question? Decided here, never by the model's text.

A logistic model over what retrieval and the language model tell. `scripts/fit_gate.py`
made its weights; docs/adr/0006-refusal.md has the data, its errors and its reliability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from euaiqa.datamodels import Language

# Under this cosine of the best passage the question is about something else, and the
# language model need not be asked: of 105 questions with an answer in the passages none was
# under 0.786. docs/adr/0006-refusal.md
FAR = 0.76
THRESHOLD = 0.5

WEIGHT_YES = 2.19  # of the log odds of yes
WEIGHT_SCORE = 4.60
WEIGHT_UNNAMED = -1.21
WEIGHT_ENGLISH = 1.66  # on English questions without an answer the model says yes less often
INTERCEPT = -3.90


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known before anything is written.

    `yes` is the model's P(yes)/(P(yes)+P(no)) to "is the answer in the extract?",
    0 to 1, of the best passage, or 0 when none was read; `score` is that passage's retrieval
    score; `unnamed` how many names of the question its article does not hold; `language` the
    question's.
    """

    yes: float
    score: float
    unnamed: int
    language: Language


def answerable(evidence: Evidence) -> float:
    """The probability that the passages answer the question, 0 to 1."""
    if evidence.yes == 0.0:
        return 0.0
    yes = min(max(evidence.yes, 1e-6), 1 - 1e-6)
    z = (
        WEIGHT_YES * math.log(yes / (1 - yes))
        + WEIGHT_SCORE * evidence.score
        + WEIGHT_UNNAMED * min(evidence.unnamed, 2)
        + WEIGHT_ENGLISH * (evidence.language == "en")
        + INTERCEPT
    )
    return 1 / (1 + math.exp(-z))
