"""What the web side needs from the pipeline, its loading in the background and its replacement.

Takes a `load` function; gives the pipeline once it is ready, and until then an error
that says what is missing. It answers no question itself.

A pipeline may be replaced by one over a newer index at any time. Whoever serves a request takes
the pipeline once and goes on with it to the end, so that what belongs together comes from one
index; the old one is let go when the last request over it is served.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from euaiqa.app.articles import Articles
from euaiqa.app.background import freed, in_background
from euaiqa.app.folding import needles
from euaiqa.app.line import Job, Line
from euaiqa.app.listing import Listing
from euaiqa.datamodels import Event, Head, Language, RetrievedPassage, Turn
from euaiqa.errors import EuaiqaError
from euaiqa.settings import Settings

logger = logging.getLogger(__name__)

GIVE_WAY = 0.2  # seconds between looks whether the line is empty
NEAR = 50  # passages that a search of the list goes through


class Pipeline(Articles, Protocol):
    """Answers questions about the articles; blocking, called from worker threads.

    `ask` is called by one thread at a time and so is `search`, but a search may run
    beside an answer.
    """

    @property
    def model(self) -> str:
        """Name of the language model."""

    @property
    def encoder(self) -> str:
        """Name of the encoder."""

    @property
    def index_version(self) -> str:
        """What tells this index from another."""

    @property
    def built(self) -> dt.datetime:
        """When the index was built, with a time zone."""

    def twins(self, document: str) -> Sequence[Head]:
        """The other articles that print an article's text, in order; nothing is read."""

    def warm(self, cancelled: Callable[[], bool]) -> bool:
        """Prepare for questions, one step; false when there is nothing left to prepare."""

    def suggestions(self, language: Language) -> tuple[str, ...]:
        """Questions that the articles answer, as many as `warm` has made; any thread may ask."""

    def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        """Return the `k` nearest passages, best first."""

    def ask(
        self,
        question: str,
        *,
        language: Literal["auto", "fr", "en"] = "auto",
        history: Sequence[Turn] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        """Yield what happens until the last event, a `DoneEvent`.

        When `cancelled()` turns true it stops early, without a `DoneEvent`.
        """


class NotReady(EuaiqaError):
    """No question can be answered yet; `loading` is false when waiting will not help."""

    def __init__(self, message: str, *, loading: bool, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.loading = loading


class Service:
    """The state of one running application: its pipeline and its two lines of readers."""

    def __init__(self, settings: Settings, load: Callable[[], Pipeline]) -> None:
        self.settings = settings
        self.answers = Line(waiting=settings.queue, serving=settings.readers)
        self.searches = Line(waiting=settings.queue)
        self.rebuilding = False
        self.loaded = asyncio.Event()
        """Set once loading is over, well or not."""
        self._load = load
        self._pipeline: Pipeline | None = None
        self._failure: Exception | None = None
        self._closing = threading.Event()
        self._fresh = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listing: tuple[Pipeline, Listing] | None = None
        self._freeing: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to load the pipeline, and to read ahead once it is there."""
        self._tasks = [asyncio.create_task(self.load()), asyncio.create_task(self.warm())]

    async def load(self) -> None:
        """Load the pipeline; why that failed is logged, and told by `pipeline`."""
        try:
            await self.replace(await asyncio.wrap_future(in_background(self._load)))
        except EuaiqaError as error:
            hint = f" (hint: {error.hint})" if error.hint else ""
            logger.error("cannot answer questions: %s%s", error.message, hint)
            self._failure = error
        except Exception as error:
            logger.exception("cannot answer questions")
            self._failure = error
        self.loaded.set()

    async def replace(self, pipeline: Pipeline) -> None:
        """Serve another pipeline once its list of articles is prepared.

        What is on its way ends with the one it has.
        """
        # A second or more where there are many.
        listing = await asyncio.wrap_future(in_background(lambda: Listing(pipeline)))
        if self._pipeline is not None and self._pipeline is not pipeline:
            self._free(weakref.ref(self._pipeline))
        self._listing = pipeline, listing
        self._pipeline = pipeline
        self._failure = None
        self._fresh.set()

    def _free(self, old: weakref.ref[Pipeline]) -> None:
        task = asyncio.create_task(freed(old))
        self._freeing.add(task)
        task.add_done_callback(self._freeing.discard)

    @property
    def served(self) -> Pipeline | None:
        """The pipeline, where there is one."""
        return self._pipeline

    @property
    def busy(self) -> bool:
        """Whether a reader waits for an answer or a search."""
        return bool(len(self.answers) or len(self.searches))

    def pipeline(self) -> Pipeline:
        """Return the pipeline that is served now; one request asks once.

        Raises:
            NotReady: it is being loaded, or loading failed; the hint says what to do.
        """
        error = self._failure
        if self._pipeline is not None:
            return self._pipeline
        if error is None:
            raise NotReady("the articles and the models are being loaded", loading=True)
        if isinstance(error, EuaiqaError):
            raise NotReady(error.message, hint=error.hint, loading=False) from error
        raise NotReady(
            "loading failed for an unexpected reason",
            hint="read the server's log, then start it again",
            loading=False,
        ) from error

    def listing(self, pipeline: Pipeline) -> Listing:
        """Return a pipeline's articles as they are listed and searched.

        Those of the one that is served are prepared; those of one that was are not kept.
        """
        prepared = self._listing
        if prepared and prepared[0] is pipeline:
            return prepared[1]
        return Listing(pipeline)

    def ask(
        self, question: str, language: Literal["auto", "fr", "en"], history: Sequence[Turn] = ()
    ) -> Job:
        """Put a question in the line; the job gives its events.

        Raises:
            NotReady: the pipeline is not loaded.
            Busy: the line is full.
        """
        pipeline = self.pipeline()
        return self.answers.submit(
            lambda left: pipeline.ask(question, language=language, history=history, cancelled=left)
        )

    async def warm(self) -> None:
        """Let the model read passages ahead while nobody asks, of each pipeline that is served.

        A question that comes waits for a few dozen tokens at most. While an index is being built
        nothing is read: both would want all of the processor, and the passages may change.
        """
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            try:
                await self._read_ahead(self.pipeline())
            except EuaiqaError as error:  # llama.cpp failed
                logger.info("no passages are read ahead: %s", error.message)
            except Exception:
                logger.exception("no passages are read ahead")

    async def _read_ahead(self, pipeline: Pipeline) -> None:
        more = True
        while more and not self._fresh.is_set():
            if len(self.answers) or self.rebuilding:
                await asyncio.sleep(GIVE_WAY)
                continue
            async with self.answers.idle():
                more = await asyncio.to_thread(pipeline.warm, self._giving_way())

    def _giving_way(self) -> Callable[[], bool]:
        """Whether to stop; once true it stays so, though the reader may have left again."""
        stop = threading.Event()

        def stopped() -> bool:
            over = self._closing.is_set() or self._fresh.is_set()
            if over or self.rebuilding or len(self.answers):
                stop.set()
            return stop.is_set()

        return stopped

    async def close(self) -> None:
        """Stop reading ahead, make every reader leave, and wait for the model's thread."""
        self._closing.set()
        for task in (*self._tasks, *self._freeing):
            task.cancel()
        await self.answers.close()

    async def search(
        self, query: str, k: int, pipeline: Pipeline | None = None
    ) -> tuple[RetrievedPassage, ...]:
        """Return the `k` nearest passages, best first.

        Args:
            query: what to look for.
            k: how many.
            pipeline: what is searched, where a request has taken one already.

        Raises:
            NotReady: the pipeline is not loaded.
            Busy: too many searches wait already.
        """
        pipeline = pipeline or self.pipeline()
        async with self.searches.turn():
            return await asyncio.to_thread(pipeline.search, query, k)

    async def near(self, query: str, pipeline: Pipeline) -> tuple[RetrievedPassage, ...] | None:
        """Return the passages near a search of the list, best first; none for an empty one.

        None where they are not to be had now: words find articles without them.
        """
        if not needles(query):
            return ()
        try:
            return await self.search(query, NEAR, pipeline)
        except EuaiqaError as error:
            logger.info("the list is searched by words alone: %s", error.message)
            return None
