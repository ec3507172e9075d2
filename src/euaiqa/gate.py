"""Refusal: do the articles answer this question? Decided here, never by the model's text.

A logistic model over what retrieval and the language model tell, before and after an answer
was begun. `scripts/fit_gate.py` made its weights; docs/adr/0006-refusal.md has the data, its
errors and its reliability.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# Under this cosine of the best passage the question is about something else, and the
# language model need not be asked: of 105 questions with an answer in the passages none was
# under 0.786. docs/adr/0006-refusal.md
FAR = 0.76
# The probability of the best passage under which no answer is written at all: of 144 questions
# with an answer 5 were under it, of 52 others 39. docs/adr/0006-refusal.md
HOPELESS = 0.08
THRESHOLD = 0.5
SURE = 0.6  # from which a sentence of the article may stand for a draft that could not be proven

WEIGHT_YES = 0.67  # of the log odds that the passage answers
WEIGHT_FAITH = 0.91
WEIGHT_UNNAMED = -0.07
INTERCEPT = 0.78


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known once the model has read a passage and begun an answer.

    `yes` is how likely the passage answers (`pipeline.answerability`), `faith` the model's yes
    to "does the extract say this?" of the answer's first sentence, each 0 to 1; `unnamed` is how
    many names of the question the passage's article does not hold.
    """

    yes: float
    faith: float
    unnamed: int


def answerable(evidence: Evidence) -> float:
    """The probability that the passage answers the question, 0 to 1; 0 when nothing was written."""
    if evidence.faith <= 0.0:
        return 0.0
    z = (
        WEIGHT_YES * log_odds(evidence.yes)
        + WEIGHT_FAITH * log_odds(evidence.faith)
        + WEIGHT_UNNAMED * min(evidence.unnamed, 2)
        + INTERCEPT
    )
    return 1 / (1 + math.exp(-z))


def log_odds(share: float) -> float:
    """The logarithm of share / (1 - share), kept finite."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))
