"""The one clock of all systems: pieces of text in, seconds out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple


class Timed(NamedTuple):
    """One answer and its seconds; `first` is None where no text came."""

    first: float | None
    whole: float
    text: str


def timed(pieces: Iterable[str]) -> Timed:
    """Take all pieces; the time counts from this call, so they must not be begun before it.

    Args:
        pieces: of one answer, as they come; white space alone is no first token.

    Returns:
        Seconds to the first piece and to the end, and the text.
    """
    started = time.perf_counter()
    first: float | None = None
    text = ""
    for piece in pieces:
        if first is None and piece.strip():
            first = time.perf_counter() - started
        text += piece
    return Timed(first, time.perf_counter() - started, text)
