"""The language model: a `Prompt` in, text or probabilities out, greedily, on the CPU.

What the model computes for a passage is kept (`passages`) and shared by every question that
reads it: the passages stand side by side at the same positions after a fixed prefix, each blind
to the others ("parallel context windows", https://arxiv.org/abs/2212.10947), and a question
decodes only itself; over several passages apart, all in one batch. It knows nothing of
articles, languages or citations.
"""

from __future__ import annotations

import codecs
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Prompt
from euaiqa.errors import GenerationError, QuestionTooLong
from euaiqa.generator.context import BATCH, Context, Run
from euaiqa.generator.contract import Limits, never
from euaiqa.generator.passages import PassageCells

WRITERS = 4  # texts that are written at once: an answer, and a sentence of it again
READERS = 10  # questions over some passages whose cells are kept: a probe leaves them to the answer
HOT = 40  # passages that stay in the context
# Attention costs more the more cells are in use: 70 tokens/s with 6,000, 91 with few.
HOT_CELLS = 3072
# Cells kept free: half for questions with their instructions, half for the answer
# (`EUAIQA_MAX_TOKENS` allows no more).
MAX_QUESTION = 1536
MAX_SUFFIX = 192  # what follows a question: our instructions, and a sentence that was begun
WARM_BYTES = 1 << 30

_Asked = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Reader:
    """A question over its passages: the next position, its size, and whether it was decoded."""

    sequence: int
    position: int
    size: int
    decoded: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    """What of a prompt is still to be decoded, in tokens."""

    prompt: Prompt
    asked: list[int]
    told: list[int]

    @property
    def key(self) -> _Asked:
        return self.prompt.passages, self.prompt.question


class LlamaGenerator:
    """A GGUF model in llama.cpp, loaded once.

    Calls from several threads wait for each other: there is one context.
    """

    def __init__(self, path: Path, *, threads: int = 0, warm_bytes: int = WARM_BYTES) -> None:
        """Load the model (2 to 5 s).

        Args:
            path: the GGUF file.
            threads: 0 = as many as the cores this process may use.
            warm_bytes: for passages that were read, outside the context.

        Raises:
            GenerationError: llama.cpp cannot load the file or allocate the context.
        """
        self._lock = threading.Lock()
        self._first_reader = HOT + 2
        self._context = Context(
            path,
            cells=HOT_CELLS + MAX_QUESTION,
            sequences=self._first_reader + READERS + WRITERS,
            threads=threads,
        )
        self._vocabulary = self._context.vocabulary
        self._passages = PassageCells(self._context, hot=HOT, cells=HOT_CELLS, max_bytes=warm_bytes)
        self._name = path.stem
        # least recently used first
        self._readers: OrderedDict[_Asked, _Reader] = OrderedDict()
        self._writers: dict[int, tuple[str, ...]] = {}  # sequence -> passages
        self._epoch = 0  # how often the context was cleared

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self._name

    def stream(self, prompt: Prompt, limits: Limits) -> Iterator[str]:
        """Write the answer greedily, a piece of text at a time.

        Ends at the model's end of turn or at a limit, whichever comes first; closing the
        iterator stops at once. Time counts from the first token. Between two pieces other
        calls may be made, so that a sentence can be judged while the next is not yet written.

        Raises:
            QuestionTooLong: the question has too many tokens.
            GenerationError: the passages are too long, more than `WRITERS` texts are written at
                once, or llama.cpp fails.
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        avoided = {
            self._vocabulary.tokens(spelling, control=False)[0]
            for word in prompt.avoid
            for spelling in (word, f" {word}")
        }
        with self._lock:
            job = self._job(prompt)
            if not self._ready([job], limits.cancelled) or limits.cancelled():
                return
            writer, position, logits = self._begin_writing(job)
            epoch = self._epoch
        stop_at = time.monotonic() + limits.seconds
        try:
            for _ in range(limits.tokens):
                if limits.cancelled() or time.monotonic() > stop_at:
                    return
                if avoided:
                    logits[list(avoided)] = -np.inf
                    avoided = set()
                token = int(logits.argmax())
                if self._vocabulary.ends(token):
                    return
                text = decoder.decode(self._vocabulary.piece(token))
                if text:
                    yield text
                with self._lock:
                    if self._epoch != epoch:
                        raise GenerationError(
                            "the model's context was cleared meanwhile", hint="ask again"
                        )
                    (logits,) = self._decode([Run([token], position, writer)])
                position += 1
        finally:
            with self._lock:
                if self._epoch == epoch:
                    self._context.drop(writer)
                    del self._writers[writer]

    def probabilities(
        self,
        prompts: Sequence[Prompt],
        yes: Sequence[str],
        no: Sequence[str],
        cancelled: Callable[[], bool] = never,
    ) -> list[float]:
        """P(yes) / (P(yes) + P(no)) for the first token after each prompt.

        Args:
            prompts: end where the model would answer with one of the words.
            yes: spellings that count as yes; the first token of each is taken.
            no: spellings that count as no.
            cancelled: once true, no further prompt is read, and what was not comes as 0.

        Returns:
            A number from 0 to 1 for each prompt.

        Raises:
            QuestionTooLong: a question has too many tokens.
            GenerationError: the passages are too long, or llama.cpp fails.
        """
        found: list[float] = []
        words = [self._vocabulary.first_tokens(spellings) for spellings in (yes, no)]
        with self._lock:
            jobs = [self._job(prompt) for prompt in prompts]
            while len(found) < len(jobs) and not cancelled():
                ready = self._ready(jobs[len(found) :], cancelled)
                if cancelled():
                    break
                for job, logits in zip(ready, self._decoded(ready), strict=True):
                    found.append(_odds(logits, *words))
                    reader = self._readers[job.key]
                    self._context.drop(reader.sequence, reader.position)
        return found + [0.0] * (len(jobs) - len(found))

    def warm(self, prompt: Prompt, cancelled: Callable[[], bool]) -> bool:
        """Compute what questions over the passages of a prompt will need; decodes no question.

        Args:
            prompt: its question and suffix do not matter.
            cancelled: once true, the passage at work is given up.

        Returns:
            False when memory is full: another passage would push one out.

        Raises:
            GenerationError: a passage is too long, or llama.cpp fails.
        """
        with self._lock:
            self._start(prompt.prefix)
            for passage in prompt.passages:
                if self._passages.kept(passage):
                    continue
                if self._passages.full:
                    return False
                job = _Job(prompt, [], [])
                self._place(passage, job, set(), cancelled)
        return True

    def _start(self, prefix: str) -> None:
        with self._guarded():
            if self._passages.start(prefix):
                self._cleared()

    def _job(self, prompt: Prompt) -> _Job:
        asked = self._vocabulary.tokens(prompt.question, control=False)
        told = self._vocabulary.tokens(prompt.suffix, control=True)
        told += self._vocabulary.tokens(prompt.begun, control=False)
        if len(asked) + len(told) > MAX_QUESTION // 2:
            raise QuestionTooLong(
                f"the question is {len(asked) + len(told)} tokens long, "
                f"of {MAX_QUESTION // 2} at most",
                hint="ask a shorter question",
            )
        self._start(prompt.prefix)
        return _Job(prompt, asked, told)

    def _ready(self, jobs: Sequence[_Job], cancelled: Callable[[], bool]) -> list[_Job]:
        """Make the passages of the first jobs hot: as many jobs as are decoded in one batch.

        Each gets a reader; one that was not there before has decoded nothing yet.
        """
        ready: list[_Job] = []
        used = 0
        for job in jobs:
            known = self._readers.get(job.key)
            size = len(job.told) + (0 if known and known.decoded else len(job.asked))
            twice = any(job.key == other.key for other in ready)
            if ready and (twice or len(ready) == READERS or used + size > BATCH):
                break
            if not known and not self._begin(job, ready, cancelled):
                break
            self._readers.move_to_end(job.key)
            ready.append(job)
            used += size
        return ready

    def _begin(self, job: _Job, ready: Sequence[_Job], cancelled: Callable[[], bool]) -> bool:
        """Give a job a reader over its passages.

        False where the ready ones leave no room, or when cancelled.
        """
        needed = {job.key for job in ready}
        room = MAX_QUESTION // 2 - len(job.asked) - MAX_SUFFIX
        while len(self._readers) >= READERS or (
            self._readers and sum(reader.size for reader in self._readers.values()) > room
        ):
            idle = next((key for key in self._readers if key not in needed), None)
            if idle is None:
                return False
            self._forget(idle)
        sources: list[int] = []
        largest = 0
        for passage in job.prompt.passages:
            placed = self._place(passage, job, needed, cancelled)
            if placed is None:
                return False
            sources.append(placed[0])
            largest = max(largest, placed[1])
        taken = {reader.sequence for reader in self._readers.values()}
        free = range(self._first_reader, self._first_reader + READERS)
        sequence = next(s for s in free if s not in taken)
        self._context.drop(sequence)
        for source in sources or [0]:
            self._context.copy(source, sequence)
        self._readers[job.key] = _Reader(sequence, self._passages.prefix + largest, len(job.asked))
        return True

    def _place(
        self, passage: str, job: _Job, needed: set[_Asked], cancelled: Callable[[], bool]
    ) -> tuple[int, int] | None:
        """Make a passage hot, at the cost of idle readers.

        None where the needed ones hold all the room, or when cancelled.
        """
        while True:
            in_use = {
                *job.prompt.passages,
                *(text for passages, _ in self._readers for text in passages),
                *(text for passages in self._writers.values() for text in passages),
            }
            with self._guarded():
                placed = self._passages.place(passage, in_use, cancelled)
            if placed is not None or cancelled():
                return placed
            idle = next((key for key in self._readers if key not in needed), None)
            if idle is None:
                break
            self._forget(idle)
        if needed:
            return None
        raise GenerationError(
            "the passages are too long for the model's context",
            hint="set EUAIQA_PASSAGES to a smaller number",
        )

    def _begin_writing(self, job: _Job) -> tuple[int, int, NDArray[np.float32]]:
        """Copy a question's cells to a sequence of its own and decode what follows it there.

        Returns:
            The sequence, the next position, and the logits there.
        """
        first = self._first_reader + READERS
        free = [s for s in range(first, first + WRITERS) if s not in self._writers]
        if not free:
            raise GenerationError("too many texts are written at once", hint="ask again")
        reader = self._readers[job.key]
        if not reader.decoded:
            self._decoded([_Job(job.prompt, job.asked, [])])
            reader = self._readers[job.key]
        self._context.drop(free[0])
        self._context.copy(reader.sequence, free[0])
        (logits,) = self._decode([Run(job.told, reader.position, free[0])])
        self._writers[free[0]] = job.prompt.passages
        return free[0], reader.position + len(job.told), logits

    def _decoded(self, jobs: Sequence[_Job]) -> list[NDArray[np.float32]]:
        """Decode what jobs still lack, and keep their questions' cells for the next."""
        runs = []
        for job in jobs:
            reader = self._readers[job.key]
            rest = job.told if reader.decoded else job.asked + job.told
            runs.append(Run(rest, reader.position, reader.sequence))
        logits = self._decode(runs)
        for job in jobs:
            reader = self._readers[job.key]
            if not reader.decoded:
                self._readers[job.key] = replace(
                    reader, position=reader.position + reader.size, decoded=True
                )
        return logits

    def _decode(self, runs: Sequence[Run]) -> list[NDArray[np.float32]]:
        with self._guarded():
            return self._context.decode(runs)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Call llama.cpp; where it fails, begin anew next time: the cells are unknown."""
        try:
            yield
        except GenerationError:
            self._passages.forget()
            self._cleared()
            raise

    def _cleared(self) -> None:
        self._readers.clear()
        self._writers.clear()
        self._epoch += 1

    def _forget(self, key: _Asked) -> None:
        """Forget a question's cells."""
        self._context.drop(self._readers.pop(key).sequence)


def _odds(logits: NDArray[np.float32], yes: Sequence[int], no: Sequence[int]) -> float:
    """The share of `yes` in the probability of both."""
    yes_mass, no_mass = (
        float(np.logaddexp.reduce(logits[list(tokens)].astype(np.float64))) for tokens in (yes, no)
    )
    return 1.0 / (1.0 + math.exp(no_mass - yes_mass))
