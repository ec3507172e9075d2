"""What the index, retrieval and grounding need of an encoder; a test double fits too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Texts to vectors."""

    @property
    def name(self) -> str:
        """Which encoder this is, as replies tell it."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights: vectors of different fingerprints must not be compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions: float32 (n, d), rows L2-normalised."""

    def encode_passages(
        self, texts: Sequence[str], *, advance: Callable[[int], None] | None = None
    ) -> Vectors:
        """Embed passages or sentences: float32 (n, d), rows L2-normalised.

        `advance` is called with the number of texts done since the last call.
        """

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, without the two that frame it."""
