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
# under 0.786.
FAR = 0.76
THRESHOLD = 0.5

WEIGHT_YES = 1.81  # of the log odds of yes
WEIGHT_COSINE = 16.93
WEIGHT_ENGLISH = -1.01  # the model says yes more easily in English
INTERCEPT = -13.62


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known before anything is written.

    `yes` is the model's P(yes)/(P(yes)+P(no)) to "is the exact answer in the extracts?",
    0 to 1; `cosine` is the best passage's cosine to the question; `language` the question's.
    """

    yes: float
    cosine: float
    language: Language


def answerable(evidence: Evidence) -> float:
    """The probability that the passages answer the question, 0 to 1."""
    if evidence.cosine < FAR:
        return 0.0
    yes = min(max(evidence.yes, 1e-6), 1 - 1e-6)
    z = (
        WEIGHT_YES * math.log(yes / (1 - yes))
        + WEIGHT_COSINE * evidence.cosine
        + WEIGHT_ENGLISH * (evidence.language == "en")
        + INTERCEPT
    )
    return 1 / (1 + math.exp(-z))
