"""What the web side needs from the pipeline, and its loading in the background.

Takes a `load` function; gives the pipeline once it is ready, and until then an error
that says what is missing. It answers no question itself.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import Literal, Protocol

from euaiqa.app.articles import Library
from euaiqa.app.folding import needles
from euaiqa.app.line import Job, Line
from euaiqa.datamodels import Document, Event, Language, RetrievedPassage, Sentence, Turn
from euaiqa.errors import EuaiqaError
from euaiqa.settings import Settings

logger = logging.getLogger(__name__)

GIVE_WAY = 0.2  # seconds between looks whether the line is empty
NEAR = 50  # passages that a search of the list goes through


class Pipeline(Protocol):
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
    def documents(self) -> Mapping[str, Document]:
        """The articles by `Document.id`."""

    @property
    def sentences(self) -> Mapping[str, Sequence[Sentence]]:
        """The sentences of each article by its id, in order."""

    @property
    def built(self) -> dt.datetime:
        """When the index was built, with a time zone."""

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
        self._load = load
        self._loaded: Future[Pipeline] = Future()
        self._closing = threading.Event()
        self._warming: asyncio.Task[None] | None = None
        self._library: tuple[str, Library] | None = None

    def start(self) -> None:
        """Load the pipeline in a thread; a daemon, so that Ctrl-C never waits for a model."""
        threading.Thread(target=self._fill, args=(self._loaded,), daemon=True).start()
        self._warming = asyncio.get_running_loop().create_task(self.warm())

    def _fill(self, loaded: Future[Pipeline]) -> None:
        try:
            loaded.set_result(self._load())
        except EuaiqaError as error:
            hint = f" (hint: {error.hint})" if error.hint else ""
            logger.error("cannot answer questions: %s%s", error.message, hint)
            loaded.set_exception(error)
        except Exception as error:
            logger.exception("cannot answer questions")
            loaded.set_exception(error)

    def pipeline(self) -> Pipeline:
        """Return the loaded pipeline.

        Raises:
            NotReady: it is being loaded, or loading failed; the hint says what to do.
        """
        if not self._loaded.done():
            raise NotReady("the articles and the models are being loaded", loading=True)
        error = self._loaded.exception()
        if isinstance(error, EuaiqaError):
            raise NotReady(error.message, hint=error.hint, loading=False) from error
        if error is not None:
            raise NotReady(
                "loading failed for an unexpected reason",
                hint="read the server's log, then start it again",
                loading=False,
            ) from error
        return self._loaded.result()

    def documents(self) -> Mapping[str, Document]:
        """Return the articles by id.

        Raises:
            NotReady: the pipeline is not loaded.
        """
        return self.pipeline().documents

    def library(self) -> Library:
        """Return the articles as they are listed and searched, prepared once for an index.

        Raises:
            NotReady: the pipeline is not loaded.
        """
        pipeline = self.pipeline()
        version = pipeline.index_version
        if self._library is None or self._library[0] != version:
            self._library = version, Library(pipeline.documents, pipeline.sentences)
        return self._library[1]

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
        """Let the model read passages ahead while nobody asks; ends when there is none left.

        A question that comes waits for a few dozen tokens at most.
        """
        try:
            pipeline = await asyncio.shield(asyncio.wrap_future(self._loaded))
            more = True
            while more:
                if len(self.answers):
                    await asyncio.sleep(GIVE_WAY)
                    continue
                async with self.answers.idle():
                    more = await asyncio.to_thread(pipeline.warm, self._giving_way())
        except EuaiqaError as error:  # loading failed, which is told elsewhere, or llama.cpp did
            logger.info("no passages are read ahead: %s", error.message)

    def _giving_way(self) -> Callable[[], bool]:
        """Whether to stop; once true it stays so, though the reader may have left again."""
        stop = threading.Event()

        def stopped() -> bool:
            if self._closing.is_set() or len(self.answers):
                stop.set()
            return stop.is_set()

        return stopped

    async def close(self) -> None:
        """Stop reading ahead, make every reader leave, and wait for the model's thread."""
        self._closing.set()
        if self._warming:
            self._warming.cancel()
        await self.answers.close()

    async def search(self, query: str, k: int) -> tuple[RetrievedPassage, ...]:
        """Return the `k` nearest passages, best first.

        Raises:
            NotReady: the pipeline is not loaded.
            Busy: too many searches wait already.
        """
        pipeline = self.pipeline()
        async with self.searches.turn():
            return await asyncio.to_thread(pipeline.search, query, k)

    async def near(self, query: str) -> tuple[RetrievedPassage, ...] | None:
        """Return the passages near a search of the list, best first; none for an empty one.

        None where they are not to be had now: words find articles without them.
        """
        if not needles(query):
            return ()
        try:
            return await self.search(query, NEAR)
        except EuaiqaError as error:
            logger.info("the list is searched by words alone: %s", error.message)
            return None
