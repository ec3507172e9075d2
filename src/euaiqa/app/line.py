"""A few answers at a time, and a bounded line of readers behind them.

Takes functions that yield events in a worker thread; gives the events to a coroutine.
A reader who leaves frees the place at once while waiting, and as soon as the thread has
stopped while being answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from starlette.types import Receive

from euaiqa.datamodels import Event
from euaiqa.errors import Busy

logger = logging.getLogger(__name__)

Work = Callable[[Callable[[], bool]], Iterator[Event]]
"""Takes `left`, which turns true when nobody waits for the events any more."""

FIRST_GUESS = 10.0
"""Seconds that one turn takes, until one was measured."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reader's place among those who wait, from 1: the next one."""

    place: int


class Line:
    """A line in front of some counters; `waiting` readers may stand behind those served."""

    def __init__(self, *, waiting: int, serving: int = 1) -> None:
        self._places = waiting + serving
        self._serving = serving
        self._inside = 0
        self._counters = asyncio.Semaphore(serving)  # serves in order of arrival
        self._usual = FIRST_GUESS
        self._jobs: dict[Job, None] = {}  # in order of arrival

    def __len__(self) -> int:
        """Readers in the line, those served included."""
        return self._inside

    def enter(self) -> None:
        """Take a place.

        Raises:
            Busy: all are taken; `retry_after` is about when the next one gets free.
        """
        if self._inside >= self._places:
            raise Busy(
                "too many readers wait already",
                retry_after=min(60, max(1, math.ceil(self._usual / self._serving))),
                hint="try again in a moment",
            )
        self._inside += 1

    def leave(self) -> None:
        """Give the place back."""
        self._inside -= 1

    @contextlib.asynccontextmanager
    async def counter(self) -> AsyncIterator[None]:
        """Wait for the turn, and measure how long it takes."""
        async with self._counters:
            began = time.monotonic()
            try:
                yield
            finally:
                self._usual = (self._usual + time.monotonic() - began) / 2

    @contextlib.asynccontextmanager
    async def idle(self) -> AsyncIterator[None]:
        """Stand at a counter without a place in the line, for work that gives way to readers."""
        async with self._counters:
            yield

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Take a place, wait for the turn, and give the place back at the end.

        Raises:
            Busy: all places are taken.
        """
        self.enter()
        try:
            async with self.counter():
                yield
        finally:
            self.leave()

    def submit(self, work: Work) -> Job:
        """Take a place for `work` and start waiting for its turn.

        Raises:
            Busy: all places are taken.
        """
        self.enter()
        job = Job(self, work)
        self._jobs[job] = None
        self.moved()
        job.task.add_done_callback(lambda _: self._finished(job))
        return job

    def _finished(self, job: Job) -> None:
        # A callback and not a `finally`: a task cancelled before its first step never
        # enters its body, and its place would be lost.
        del self._jobs[job]
        self.leave()
        self.moved()

    def moved(self) -> None:
        """Tell those who wait their places."""
        served = sum(job.running for job in self._jobs)
        waiting = [job for job in self._jobs if not job.running and not job.left]
        for place, job in enumerate(waiting, 1 - (self._serving - served)):
            if place > 0:
                job.tell(Waiting(place))

    async def close(self) -> None:
        """Make every reader leave, and wait for the thread that serves one."""
        jobs = list(self._jobs)
        for job in jobs:
            job.leave()
        await asyncio.gather(*(job.task for job in jobs), return_exceptions=True)


class Job:
    """One reader's work: first waiting, then running in a thread, then over."""

    def __init__(self, line: Line, work: Work) -> None:
        self._line = line
        self._work = work
        self._left = threading.Event()
        self.running = False
        self._told: Waiting | None = None
        self._loop = asyncio.get_running_loop()
        self._channel: asyncio.Queue[Event | Waiting | None] = asyncio.Queue()
        self.task = asyncio.create_task(self._serve())
        self.task.add_done_callback(self._over)

    @property
    def left(self) -> bool:
        """Whether the reader has gone."""
        return self._left.is_set()

    @property
    def failure(self) -> BaseException | None:
        """What the work raised; to be read when the events are over."""
        return None if self.task.cancelled() else self.task.exception()

    def _over(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            task.exception()  # marks it as read, also for a reader who left
        self._channel.put_nowait(None)

    def tell(self, waiting: Waiting) -> None:
        """Say which place this reader has, where that is new."""
        if waiting != self._told:
            self._told = waiting
            self._channel.put_nowait(waiting)

    def leave(self) -> None:
        """Go away; harmless when all is over."""
        self._left.set()
        if not self.running:
            self.task.cancel()

    async def _serve(self) -> None:
        async with self._line.counter():
            self.running = True
            self._line.moved()
            try:
                await asyncio.to_thread(self._pump)
            except Exception:
                logger.exception("answering a question failed")
                raise

    def _pump(self) -> None:
        events = self._work(self._left.is_set)
        try:
            for event in events:
                if self.left:
                    return
                self._loop.call_soon_threadsafe(self._channel.put_nowait, event)
        finally:
            # A generator that is dropped half way would be closed by the collector, later
            # and in any thread.
            close = getattr(events, "close", None)
            if close is not None:
                close()

    async def events(self, heartbeat: float | None = None) -> AsyncIterator[Event | Waiting | None]:
        """Yield places in the line, then the events, and `None` after each `heartbeat` seconds."""
        while True:
            try:
                async with asyncio.timeout(heartbeat):
                    event = await self._channel.get()
            except TimeoutError:
                yield None
                continue
            if event is None:
                return
            yield event

    @contextlib.asynccontextmanager
    async def watched(self, receive: Receive) -> AsyncIterator[None]:
        """Leave when the client of `receive` disconnects, and in any case at the end."""
        watch = asyncio.create_task(self._until_gone(receive))
        try:
            yield
        finally:
            watch.cancel()
            self.leave()

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.leave()
