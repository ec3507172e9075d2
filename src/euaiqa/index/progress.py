"""How far a build is, and how long the rest takes at the pace so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from euaiqa.operations import Progress, Report, Step

Item = TypeVar("Item")

_OFTEN = 0.1  # seconds between two reports
_SOON = 2.0  # seconds after which the pace is known


def ignore(_: Progress) -> None:
    """Report to nobody."""


def go_on() -> None:
    """Pause for nobody."""


class Steps:
    """The steps of one build, one after the other."""

    def __init__(self, report: Report = ignore, pause: Callable[[], None] = go_on) -> None:
        """Take who is told, and what is called between two pieces of work: it may wait or raise."""
        self._report = report
        self._pause = pause
        self._step: Step = "reading files"
        self._done = self._total = 0
        self._began = self._told = 0.0

    def start(self, step: Step, total: int) -> None:
        """Begin a step of so many pieces."""
        self._step, self._done, self._total = step, 0, total
        self._began = self._told = time.monotonic()
        self._report(Progress(step, 0, total))

    def advance(self, count: int = 1) -> None:
        """So many more pieces are done."""
        self._done += count
        self._pause()
        now = time.monotonic()
        if now - self._told >= _OFTEN or self._done >= self._total:
            self._told = now
            self._report(Progress(self._step, self._done, self._total, self._left(now)))

    def over(self, step: Step, items: Iterable[Item], total: int) -> Iterator[Item]:
        """A step that goes through items."""
        self.start(step, total)
        for item in items:
            yield item
            self.advance()

    def _left(self, now: float) -> float | None:
        if now - self._began < _SOON or not self._done:
            return None
        return (now - self._began) / self._done * (self._total - self._done)
