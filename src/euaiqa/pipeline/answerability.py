"""How likely a passage, and each of its sentences, answers a question: from the model's state.

Takes a question and passages, gives probabilities. What a small model says when asked
whether the answer is there is less sure than what it has worked out by then: a logistic
regression on the state of a middle layer, at the end of the bare question, puts the right
passage first more often and tells near misses better than the model's own yes or no, for half
the tokens and without the layers above; another one, on the state after a sentence of the
passage, finds the sentence. Each model has its own weights (`heads/`, made by
`scripts/fit_reading.py` and `scripts/fit_sentences.py`); a model without any is asked for its
word on passages, and of sentences nothing is known.
docs/adr/0015-answerability-from-the-models-state.md
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np
from numpy.typing import NDArray

from euaiqa import prompts
from euaiqa.datamodels import Passage, Prompt
from euaiqa.generator import Generator

# Sentences that are read first: 86 % of the sentences that answer are among the two nearest, and
# reading the others only where none of these does finds 92.3 % of them, reading all 92.8 %.
NEAREST = 2
ANSWERS = 0.5  # how likely a sentence answers, from which no further one is read


@dataclass(frozen=True, slots=True)
class Head:
    """A logistic regression on the output of `layer`: float32 `weights` (d,) and `bias`."""

    layer: int
    weights: NDArray[np.float32]
    bias: float

    def log_odds(self, states: NDArray[np.float32]) -> NDArray[np.float32]:
        """Float32 (n, d) to (n,)."""
        found: NDArray[np.float32] = states @ self.weights + np.float32(self.bias)
        return found


@functools.cache
def head_of(model: str, of: str = "passages") -> Head | None:
    """The head that was fitted for a model, by the name of its file; None where there is none.

    Args:
        model: the file's name without its ending.
        of: what is judged, `passages` or `sentences`.
    """
    path = resources.files("euaiqa.pipeline") / "heads" / f"{model}.{of}.npz"
    return loaded(path) if path.is_file() else None


def loaded(path: Traversable) -> Head:
    """A head that `scripts/fit_reading.py` wrote."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
        return Head(int(kept["layer"]), kept["weights"], float(kept["bias"]))


def answers(
    question: str,
    passages: Sequence[Passage],
    generator: Generator,
    cancelled: Callable[[], bool],
) -> list[float]:
    """How likely each passage answers a question.

    Args:
        question: as it is understood.
        passages: each read by itself.
        generator: the language model.
        cancelled: once true, no further passage is read, and what was not comes as 0.

    Returns:
        A number from 0 to 1 for each passage.
    """
    head = head_of(generator.name)
    if head is None:
        asked = [prompts.asking_prompt(question, passage) for passage in passages]
        return generator.probabilities(asked, prompts.YES, prompts.NO, cancelled)
    probes = [prompts.probe_prompt(question, passage) for passage in passages]
    return _read(head, probes, generator, cancelled)


def answering(
    question: str,
    passage: Passage,
    near: Sequence[float],
    generator: Generator,
    cancelled: Callable[[], bool],
) -> list[float]:
    """How likely each sentence of a passage answers a question.

    Args:
        question: as it is understood.
        passage: what is read.
        near: the cosine of each sentence with the question: the nearest are read first, and
            the others unless one of those answers.
        generator: the language model.
        cancelled: as for `answers`.

    Returns:
        A number from 0 to 1 for each sentence before the passage and in it, 0 for one that was
        not read; none at all for a model of which nothing is known.
    """
    head = head_of(generator.name, "sentences")
    if head is None:
        return []
    sentences = (*passage.before, *passage.sentences)
    order = sorted(range(len(sentences)), key=lambda i: -near[i])
    likely = [0.0] * len(sentences)
    for part in (order[:NEAREST], order[NEAREST:]):
        if part and max(likely) < ANSWERS:
            probes = [prompts.sentence_prompt(question, passage, sentences[i].text) for i in part]
            for i, yes in zip(part, _read(head, probes, generator, cancelled), strict=True):
                likely[i] = yes
    return likely


def _read(
    head: Head, probes: Sequence[Prompt], generator: Generator, cancelled: Callable[[], bool]
) -> list[float]:
    states = generator.states(probes, head.layer, cancelled)
    found = [1 / (1 + math.exp(-float(z))) for z in head.log_odds(states)] if len(states) else []
    return found + [0.0] * (len(probes) - len(found))
