"""Refusal: do the articles answer this question? Decided here, never by the model's text.

A logistic model over what the language model makes of the best passage and of its likeliest
sentence, before anything is written. `scripts/fit_gate.py` made its weights;
docs/adr/0006-refusal.md has the data, its errors and its reliability.
"""

from __future__ import annotations

import math

# Under this cosine of the best passage the question is about something else, and the
# language model need not be asked: of 105 questions with an answer in the passages none was
# under 0.786. docs/adr/0006-refusal.md
FAR = 0.76
# How likely the best passage must answer for its sentences to be read at all: of 231 questions
# with an answer 7 were under it, of 74 others 37. docs/adr/0006-refusal.md
HOPELESS = 0.02
THRESHOLD = 0.5
SURE = 0.6  # from which a sentence of the article may stand for a draft that could not be proven

WEIGHT_YES = 0.61  # of the log odds that the passage answers
WEIGHT_SENTENCE = 0.30  # of the same of its likeliest sentence
INTERCEPT = 1.97


def answerable(yes: float, sentence: float) -> float:
    """The probability that a passage answers the question, 0 to 1.

    Args:
        yes: how likely the passage answers, 0 to 1 (`pipeline.answerability`).
        sentence: how likely the likeliest of its sentences does; 0.5 where that is not known.
    """
    z = WEIGHT_YES * log_odds(yes) + WEIGHT_SENTENCE * log_odds(sentence) + INTERCEPT
    return 1 / (1 + math.exp(-z))


def log_odds(share: float) -> float:
    """The logarithm of share / (1 - share), kept finite."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return math.log(share / (1 - share))
