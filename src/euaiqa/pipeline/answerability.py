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
from collections.abc import Callable, Iterable, Sequence
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
UNKNOWN = 0.5


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


class Likely:
    """How likely each sentence that is read with a passage answers; read when first asked for.

    Sentences count from 0, those before the passage first.
    """

    def __init__(
        self,
        question: str,
        passage: Passage,
        near: Callable[[], Sequence[float]],
        generator: Generator,
        cancelled: Callable[[], bool],
    ) -> None:
        """Prepare.

        Args:
            question: as it is understood.
            passage: what is read.
            near: gives the cosine of each sentence with the question.
            generator: the language model; of one without a head nothing is known.
            cancelled: as for `answers`.
        """
        self.sentences = (*passage.before, *passage.sentences)
        self._question = question
        self._passage = passage
        self._near = near
        self._generator = generator
        self._cancelled = cancelled
        self._head = head_of(generator.name, "sentences")
        self._found: dict[int, float] = {}

    @property
    def known(self) -> bool:
        """Whether anything can be told of this model's sentences."""
        return self._head is not None and bool(self.sentences)

    def of(self, places: Iterable[int]) -> float:
        """The highest likelihood of some sentences, 0 to 1; 0.5 where nothing is known."""
        if self._head is None:
            return UNKNOWN
        return max(self._read(places), default=0.0)

    def likeliest(self) -> int:
        """Which sentence most likely answers, of a model that is known.

        The nearest to the question are read first, and the others unless one of those answers.
        """
        near = self._near()
        order = sorted(range(len(self.sentences)), key=lambda i: -near[i])
        if max(self._read(order[:NEAREST])) < ANSWERS:
            self._read(order)
        return max(self._found, key=lambda i: self._found[i])

    def best(self) -> float:
        """The likelihood of the likeliest sentence; 0.5 where nothing is known."""
        return self._found[self.likeliest()] if self.known else UNKNOWN

    def log_odds(self) -> NDArray[np.float32]:
        """Of each sentence, float32 (n,): lowest of one not read, 0 where nothing is known."""
        if not self.known:
            return np.zeros(len(self.sentences), dtype=np.float32)
        self.likeliest()
        shares = np.array([self._found.get(i, 0.0) for i in range(len(self.sentences))])
        shares = np.clip(shares, 1e-6, 1 - 1e-6)
        odds: NDArray[np.float64] = np.log(shares / (1 - shares))
        return odds.astype(np.float32)

    def _read(self, places: Iterable[int]) -> list[float]:
        places = list(places)
        new = [i for i in places if i not in self._found]
        if new and self._head:
            probes = [
                prompts.sentence_prompt(self._question, self._passage, self.sentences[i].text)
                for i in new
            ]
            found = _read(self._head, probes, self._generator, self._cancelled)
            self._found.update(zip(new, found, strict=True))
        return [self._found[i] for i in places]


class Answerability:
    """What is read for one question: each passage, and each sentence, once."""

    def __init__(
        self,
        question: str,
        near: Callable[[Passage], Sequence[float]],
        generator: Generator,
        cancelled: Callable[[], bool],
    ) -> None:
        """Prepare.

        Args:
            question: as it is understood.
            near: gives the cosine of each sentence of a passage with the question.
            generator: the language model.
            cancelled: as for `answers`.
        """
        self._question = question
        self._near = near
        self._generator = generator
        self._cancelled = cancelled
        self._passages: dict[Passage, float] = {}
        self._sentences: dict[Passage, Likely] = {}

    def passages(self, passages: Sequence[Passage]) -> list[float]:
        """How likely each passage answers, as `answers` says."""
        new = [passage for passage in passages if passage not in self._passages]
        found = answers(self._question, new, self._generator, self._cancelled) if new else []
        self._passages.update(zip(new, found, strict=True))
        return [self._passages[passage] for passage in passages]

    def sentences(self, passage: Passage) -> Likely:
        """How likely each sentence that is read with a passage answers."""
        if passage not in self._sentences:
            self._sentences[passage] = Likely(
                self._question,
                passage,
                functools.partial(self._near, passage),
                self._generator,
                self._cancelled,
            )
        return self._sentences[passage]


def _read(
    head: Head, probes: Sequence[Prompt], generator: Generator, cancelled: Callable[[], bool]
) -> list[float]:
    states = generator.states(probes, head.layer, cancelled)
    found = [1 / (1 + math.exp(-float(z))) for z in head.log_odds(states)] if len(states) else []
    return found + [0.0] * (len(probes) - len(found))
