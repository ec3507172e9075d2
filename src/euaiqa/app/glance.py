"""How all stands, looked at once for all who ask at about the same time.

A look goes through the whole folder of articles, and a page that refreshes itself asks every few
seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from euaiqa.app.background import in_background
from euaiqa.operations import Status

LASTS: Final = 5.0
"""Seconds that what was seen is told again."""
LASTS_MEANWHILE: Final = 30.0
"""The same while an index is built, which wants the disk and the processor for itself."""


class Glance:
    """What was seen last; used on one event loop."""

    def __init__(
        self, look: Callable[[], Status], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take what looks, which blocks, and a clock."""
        self._look = look
        self._clock = clock
        self._one = asyncio.Lock()
        self._seen: tuple[float, Status] | None = None
        self._changes = 0

    async def status(self, *, building: bool) -> Status:
        """How all stands, as it was seen a few seconds ago at most.

        Raises:
            EuaiqaError: the folder or the models cannot be looked at.
        """
        async with self._one:
            lasts = LASTS_MEANWHILE if building else LASTS
            if self._seen and self._clock() - self._seen[0] < lasts:
                return self._seen[1]
            before = self._changes
            status = await asyncio.wrap_future(in_background(self._look))
            # A look that a new index overtook is told to those who asked before, to no other.
            self._seen = (self._clock(), status) if self._changes == before else None
            return status

    def forget(self) -> None:
        """Look anew from now on: another index is served."""
        self._changes += 1
        self._seen = None
