"""A new index while the server serves: one job at a time, behind the readers.

Takes what the pipeline offers an operator (`Operations`) and requests from anywhere: a signal, a
call, a change in the folder. Gives the state of the job, and swaps the new pipeline in. It builds
nothing itself.

A request that comes while a job waits or runs is part of that job: what changed since the run
began is taken by one more run of it, however many requests came.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from euaiqa.app.background import in_background
from euaiqa.app.glance import Glance
from euaiqa.app.service import Pipeline, Service
from euaiqa.errors import EuaiqaError
from euaiqa.operations import Built, Progress, Report, Status

logger = logging.getLogger(__name__)

GIVE_WAY = 3.0
"""Seconds that a run waits for readers at most, about one answer, before it works on."""
WORKED = 1.0
"""Seconds that it works before it waits again: a server that is never idle finishes all the same,
in four times the time."""
REPLAN = 60.0
"""Seconds after which a run that is not done begins anew where the articles changed meanwhile: what
it embedded is kept, and an article that was withdrawn is not embedded to the end. Each time twice
as many, so that a folder that never rests does not keep it from ending."""
_LOOK = 0.05  # seconds between looks whether the readers are served
CLOSE = 5.0
"""Seconds that a run gets to give up when the server stops."""

State = Literal["idle", "waiting", "running", "done", "failed"]
AskedBy = Literal["request", "signal", "change"]
Result = TypeVar("Result")


class Interrupted(Exception):
    """The server stops, so a run gives up; raised by `pause`, and nothing is lost by it.

    No `EuaiqaError`: what catches those, to go on without something, must not catch this.
    """


class _Superseded(Exception):
    """The articles changed during a long run; raised by `pause`."""


class Operations(Protocol):
    """What an operator can do with the index and the articles; blocking, called from threads."""

    def reindex(self, report: Report, pause: Callable[[], None]) -> tuple[Built, Pipeline | None]:
        """Build what changed and swap it in; never called twice at the same time.

        Args:
            report: called with how far it is.
            pause: called between batches of texts; blocks while readers are served, and raises
                `Interrupted` to give up.

        Returns:
            What was done, and a pipeline over the new index that shares the loaded models, or
            None where the index that is served is already that one.

        Raises:
            EuaiqaError: it cannot be built, or another program builds.
            Interrupted: `pause` said so.
        """

    def held(self) -> bool:
        """Whether the current version was put back by hand, which only its operator undoes."""

    def take(self) -> Pipeline | None:
        """The pipeline of the index on disk where another is served; nothing is built."""

    def status(self) -> Status:
        """How folder, index and models stand; reads the folder, so it may take a second."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `number` counts from 1, and is 0 before the first one.

    `built` is of the last run that changed something, else of the last one. `error` and `hint`
    say why it failed.
    """

    number: int = 0
    state: State = "idle"
    began: dt.datetime | None = None
    ended: dt.datetime | None = None
    built: Built | None = None
    error: str = ""
    hint: str = ""

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.state in {"waiting", "running"}


class Reindexing:
    """The jobs of one running application; called on its event loop."""

    def __init__(self, service: Service, operations: Operations) -> None:
        self._service = service
        self._operations = operations
        self._wanted: set[AskedBy] = set()  # since the last run began
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()  # of what swaps pipelines
        self._glance = Glance(lambda: operations.status())
        self._closing = threading.Event()
        self._complaint = ""
        self._patience = REPLAN
        self._began = 0.0  # when the run began, by the monotonic clock
        self._waited = -WORKED  # when the run last waited for readers, by the monotonic clock
        self.job = Job()
        self.progress: Progress | None = None
        """How far the run is; set from its thread."""

    def request(self, by: AskedBy) -> Job:
        """Ask for what changed to be taken, and return the job that does."""
        self._wanted.add(by)
        if not self.job.active:
            self.job = Job(self.job.number + 1, "waiting")
            self._task = asyncio.create_task(self._work())
        return self.job

    async def take(self) -> None:
        """Serve the index on disk, where another program has built one or put one back."""
        await self._service.loaded.wait()
        async with self._turn:
            try:
                pipeline = await self._in_background(self._operations.take)
                await self._serve(pipeline)
            except EuaiqaError as error:
                self._complain("the new index is not taken", error, asked=False)
            except Exception:
                logger.exception("the new index is not taken")
            else:
                self._glance.forget()
                if pipeline:
                    logger.info("Index %s is served now.", pipeline.index_version)
        # It may have failed because that program was building: what changed since is left to do.
        if self.job.state == "failed" and not self._closing.is_set():
            self.request("change")

    async def status(self) -> Status:
        """How all stands, or stood a few seconds ago.

        Raises:
            EuaiqaError: the folder or the models cannot be looked at.
        """
        return await self._glance.status(building=self.job.active)

    async def close(self) -> None:
        """Make a run give up; one that does not in time is left behind, and ends with us."""
        self._closing.set()
        if self._task and not self._task.done():
            _, running = await asyncio.wait({self._task}, timeout=CLOSE)
            for task in running:
                task.cancel()

    async def _work(self) -> None:
        await self._service.loaded.wait()
        async with self._turn:
            self.job = replace(self.job, state="running", began=_now())
            ended = self.job
            while self._wanted and not self._closing.is_set():
                wanted, self._wanted = self._wanted, set()
                ended = await self._run(wanted)
                if ended.ended:
                    self._patience = REPLAN
                self._glance.forget()
                self.job = replace(ended, state="running", ended=None)
            self.job = ended

    async def _run(self, wanted: set[AskedBy]) -> Job:
        by_change = wanted == {"change"}
        self.progress = None
        self._began = time.monotonic()
        self._service.rebuilding = True
        failed = replace(self.job, state="failed", error="", hint="")
        try:
            if "request" not in wanted and await self._in_background(self._operations.held):
                # Who put a version back wants it served: only they have it replaced.
                await self._serve(await self._in_background(self._operations.take))
                logger.info("A version was put back by hand: it is kept until a rebuild is asked.")
                return replace(self.job, state="idle")
            built, pipeline = await self._in_background(
                lambda: self._operations.reindex(self._report, self._pause)
            )
            await self._serve(pipeline)
        except _Superseded:
            logger.info("The articles changed while the index was built: it goes on with them.")
            self._wanted |= wanted
            self._patience *= 2
            return replace(self.job, state="running")
        except Interrupted:
            return replace(failed, ended=_now(), error="the server stops")
        except EuaiqaError as error:
            self._complain("the index is not rebuilt", error, asked=not by_change)
            return replace(failed, ended=_now(), error=error.message, hint=error.hint)
        except Exception:
            logger.exception("the index is not rebuilt")
            return replace(
                failed,
                ended=_now(),
                error="it failed for an unexpected reason",
                hint="the server's log tells why",
            )
        finally:
            self._service.rebuilding = False
        self._complaint = ""
        before = self.job.built
        if pipeline:
            logger.info("%s", summary(built))
        told = before if before and before.changes.any and not built.changes.any else built
        return replace(failed, state="done", ended=_now(), built=told)

    async def _serve(self, pipeline: Pipeline | None) -> None:
        if pipeline is not None:
            await self._service.replace(pipeline)
        elif self._service.served is None:  # the index may be good, and the rest be there now
            await self._service.load()
            self._service.pipeline()

    def _complain(self, what: str, error: EuaiqaError, *, asked: bool) -> None:
        """Log a failure; one that repeats itself at each change only once, until all is well."""
        told = f"{error.message} (hint: {error.hint})" if error.hint else error.message
        if asked or told != self._complaint:
            logger.error("%s: %s", what, told)
        self._complaint = told

    def _report(self, progress: Progress) -> None:
        self.progress = progress

    def _pause(self) -> None:
        """Let readers go first, for a while; called from the run's thread.

        Raises:
            Interrupted: the server stops.
            _Superseded: the run takes long, and the articles changed.
        """
        began = time.monotonic()
        if self._wanted and began - self._began >= self._patience:
            raise _Superseded
        while not self._closing.is_set():
            # It is asked hundreds of times: what was waited a moment ago counts.
            waited = time.monotonic() - began >= GIVE_WAY or began - self._waited < WORKED
            if not self._service.busy or waited:
                if time.monotonic() > began + _LOOK:
                    self._waited = time.monotonic()
                return
            self._closing.wait(_LOOK)
        raise Interrupted

    async def _in_background(self, work: Callable[[], Result]) -> Result:
        return await asyncio.wrap_future(in_background(work))


def summary(built: Built) -> str:
    """What a run did, in a line; files that were left out are counted, `euaiqa status` tells."""
    changes = built.changes
    left_out = f", {len(changes.problems)} files left out (`euaiqa status` names them)"
    return (
        f"Index {built.index_version} is served now: {len(changes.added)} added, "
        f"{len(changes.changed)} changed, {len(changes.removed)} removed"
        f"{left_out if changes.problems else ''}; {built.seconds:.1f} s."
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
