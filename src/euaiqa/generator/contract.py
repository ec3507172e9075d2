"""What the pipeline needs of a language model, and when it is to stop writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Prompt


def never() -> bool:
    """Say that nobody has cancelled."""
    return False


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop writing: `tokens`, wall-clock `seconds`, or when `cancelled()` is true."""

    tokens: int = 192
    seconds: float = 60.0
    cancelled: Callable[[], bool] = never


class Generator(Protocol):
    """What the pipeline needs of a language model; a test double fits too."""

    @property
    def name(self) -> str:
        """Which model this is, as replies tell it."""

    def stream(self, prompt: Prompt, limits: Limits) -> Iterator[str]:
        """Write the answer in pieces of text; the same prompt gives the same text."""

    def warm(self, prompt: Prompt, cancelled: Callable[[], bool]) -> bool:
        """Compute what questions over a prompt's passages will need; false when memory is full."""

    def probabilities(
        self,
        prompts: Sequence[Prompt],
        yes: Sequence[str],
        no: Sequence[str],
        cancelled: Callable[[], bool] = never,
    ) -> list[float]:
        """P(yes) / (P(yes) + P(no)) for the first token after each prompt, 0 to 1."""

    def states(
        self, prompts: Sequence[Prompt], layer: int, cancelled: Callable[[], bool] = never
    ) -> NDArray[np.float32]:
        """What a layer, from 0, makes of the last token of each prompt that was read, (n, d)."""
