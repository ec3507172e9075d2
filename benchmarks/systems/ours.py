"""Ours: `euaiqa.pipeline` in this process, with its generator emptied or read ahead.

The pipeline is the program's own; only what its model has read is steered from here, by what
the generator offers: a prompt with another prefix makes it forget all passages, and `warm`
makes it read one. Translations of quotes are kept by a pipeline, so each state has its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from benchmarks.clock import timed
from benchmarks.questions import Question
from benchmarks.systems import Sample, State
from euaiqa import bilingual, index, models, prompts
from euaiqa.datamodels import Answer, DoneEvent, Passage, Prompt, SentenceEvent, TokenEvent
from euaiqa.encoder import E5Encoder
from euaiqa.errors import EuaiqaError
from euaiqa.generator import Limits, LlamaGenerator, never
from euaiqa.pipeline import Pipeline
from euaiqa.settings import Settings

FEW = 100  # passages that are all read ahead; of more, those that the question needs
SHOWN = 3  # passages that a peer without retrieval is given


class Watched(LlamaGenerator):
    """The generator, which notes the passages that it is asked to read."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._taken: dict[str, None] = {}

    def taken(self) -> list[str]:
        """The passages since the last call, each once."""
        taken, self._taken = list(self._taken), {}
        return taken

    def stream(self, prompt: Prompt, limits: Limits) -> Iterator[str]:
        """Write; see `LlamaGenerator`."""
        self._note([prompt])
        yield from super().stream(prompt, limits)

    def probabilities(
        self,
        prompts: Sequence[Prompt],
        yes: Sequence[str],
        no: Sequence[str],
        cancelled: Callable[[], bool] = never,
    ) -> list[float]:
        """Ask; see `LlamaGenerator`."""
        self._note(prompts)
        return super().probabilities(prompts, yes, no, cancelled)

    def states(
        self, prompts: Sequence[Prompt], layer: int, cancelled: Callable[[], bool] = never
    ) -> NDArray[Any]:
        """Look inside; see `LlamaGenerator`."""
        self._note(prompts)
        return super().states(prompts, layer, cancelled)

    def _note(self, prompts: Sequence[Prompt]) -> None:
        self._taken.update(dict.fromkeys(text for p in prompts for text in p.passages))


class LoadedModels:
    """Both models, loaded once for all folders of articles."""

    def __init__(self, settings: Settings) -> None:
        """Load them.

        Raises:
            EuaiqaError: a model is missing or cannot be loaded.
        """
        files = models.locate_encoder(settings)
        self.model_path = models.locate_language_model(settings)
        self.encoder_path = files.path
        self.encoder = E5Encoder(
            files.path,
            name=models.ENCODER.name,
            fingerprint=files.fingerprint,
            threads=settings.threads,
        )
        self.generator = Watched(
            self.model_path, threads=settings.threads, warm_bytes=settings.cells << 20
        )
        bilingual.warm()


class Ours:
    """The pipeline over one folder of articles."""

    name = "euaiqa"
    states: tuple[State, ...] = ("cold", "warm")

    def __init__(self, corpus: str, settings: Settings, loaded: LoadedModels) -> None:
        """Open the index.

        Args:
            corpus: name of the folder of articles.
            settings: with the index, up to date.
            loaded: the models.

        Raises:
            EuaiqaError: the index is missing or does not fit.
        """
        self._corpus = corpus
        self._settings = settings
        self._generator = loaded.generator
        self._encoder = loaded.encoder
        self._index = index.load(settings.index, loaded.encoder)
        self._pipelines: dict[State, Pipeline] = {}
        self._needed: dict[str, list[str]] = {}  # question -> passages, as cold read them
        self._read: set[str] = set()  # passages that were read ahead
        self.idle_cpu = 0.0
        self._busy_until: float | None = None

    @property
    def articles(self) -> int:
        """How many are indexed."""
        return len(self._index.documents)

    @property
    def passages(self) -> int:
        """How many are indexed."""
        return len(self._index.passages)

    def retrieved(self, question: str) -> list[str]:
        """The first passages that a question retrieves, with their titles."""
        found = self._pipeline("cold").search(question, SHOWN)
        return [f"{one.passage.title}\n{one.passage.text}" for one in found]

    def ask(self, question: Question, state: State) -> Sample:
        """Forget everything or read ahead, then answer."""
        if self._busy_until is not None:
            self.idle_cpu += time.process_time() - self._busy_until
        about = (self._corpus, self.name, state, question.id)
        try:
            if state == "warm":
                self._read_ahead(question)
            else:
                self._forget()
            return self._asked(question, state, about)
        except EuaiqaError as error:
            return Sample(*about, error=f"{type(error).__name__}: {error.message}")
        finally:
            self._busy_until = time.process_time()

    def close(self) -> None:
        """Forget everything; the models stay for the next folder."""
        self._forget()

    def _asked(
        self, question: Question, state: State, about: tuple[str, str, State, str]
    ) -> Sample:
        done: list[Answer] = []
        proven: list[float] = []
        events = self._pipeline(state).ask(question.text)

        def pieces() -> Iterator[str]:
            for event in events:
                if isinstance(event, TokenEvent):
                    yield event.text
                elif isinstance(event, SentenceEvent):
                    proven.append(time.perf_counter())
                elif isinstance(event, DoneEvent):
                    done.append(event.answer)

        self._generator.taken()
        started = time.perf_counter()
        found = timed(pieces())
        taken = self._generator.taken()
        if not done:
            return Sample(*about, error="the answer ended without being whole")
        (answer,) = done
        if state == "cold":
            self._needed[question.id] = taken
        return Sample(
            *about,
            first=found.first,
            proven=proven[0] - started if proven else None,
            whole=found.whole,
            text=answer.answer,
            read=sum(map(len, taken)),
            refused=answer.status == "refused",
            unread=len(set(taken) - self._read) if state == "warm" else 0,
        )

    def _pipeline(self, state: State) -> Pipeline:
        if state not in self._pipelines:
            self._pipelines[state] = Pipeline(
                self._index,
                self._encoder,
                self._generator,
                passages=self._settings.passages,
                max_tokens=self._settings.max_tokens,
                time_limit=self._settings.time_limit,
            )
        return self._pipelines[state]

    def _read_ahead(self, question: Question) -> None:
        """All passages, once, as an idle server does; of many, what cold needed, each time anew.

        A server's memory does not hold thousands of passages, and `warm` pushes none out.
        """
        if self.passages <= FEW:
            if not self._read:
                self._forget()
                while self._pipeline("warm").warm(never):
                    pass
                self._read = {_text(passage) for passage in self._index.passages}
            return
        self._forget()
        needed = self._needed.get(question.id, [])
        for text in needed:
            self._generator.warm(Prompt(self._prefix, (text,), "", ""), never)
        self._read = set(needed)

    def _forget(self) -> None:
        """Leave the instructions alone in the model's memory."""
        for prefix in ("\n", self._prefix):
            self._generator.warm(Prompt(prefix, (), "", ""), never)

    @property
    def _prefix(self) -> str:
        return prompts.probe_prompt("", self._index.passages[0]).prefix


def _text(passage: Passage) -> str:
    """A passage as the model reads it."""
    return prompts.probe_prompt("", passage).passages[0]
