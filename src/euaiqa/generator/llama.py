"""The language model: a `Prompt` in, text, probabilities or states out, greedily, on the CPU.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Prompt
from euaiqa.errors import GenerationError, QuestionTooLong
from euaiqa.generator.context import BATCH, Context, Run
from euaiqa.generator.contract import Limits, never
from euaiqa.generator.passages import PREFIX, PassageCells

WRITERS = 4  # texts that are written at once: an answer, and a sentence of it again
READERS = 10  # questions that are read in one batch, each over its passages
HOT = 40  # passages that stay in the context
# Attention costs more the more cells are in use: 70 tokens/s with 6,000, 91 with few.
HOT_CELLS = 3072
MAX_QUESTION = 768  # tokens of a question with its instructions, and of a sentence begun
# Kept free: for questions that are read, and for two texts with theirs (`EUAIQA_MAX_TOKENS`
# allows 384).
FREE_CELLS = MAX_QUESTION + 2 * (MAX_QUESTION + 384)
WARM_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class _Job:
    """The passages that a prompt reads, and the tokens that follow them."""

    passages: tuple[str, ...]
    tokens: list[int]


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
        self._first_writer = self._first_reader + READERS
        self._context = Context(
            path,
            cells=HOT_CELLS + FREE_CELLS,
            sequences=self._first_writer + WRITERS,
            threads=threads,
        )
        self._vocabulary = self._context.vocabulary
        self._passages = PassageCells(self._context, hot=HOT, cells=HOT_CELLS, max_bytes=warm_bytes)
        self._name = path.stem
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
            begun = self._begin_writing(self._job(prompt), limits.cancelled)
            epoch = self._epoch
        if begun is None:
            return
        writer, position, logits = begun
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
                    with self._guarded():
                        (logits,) = self._context.decode([Run([token], position, writer)])
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
        words = [self._vocabulary.first_tokens(spellings) for spellings in (yes, no)]
        logits = self._read(prompts, self._context.decode, cancelled)
        found = [_odds(one, *words) for one in logits]
        return found + [0.0] * (len(prompts) - len(found))

    def states(
        self, prompts: Sequence[Prompt], layer: int, cancelled: Callable[[], bool] = never
    ) -> NDArray[np.float32]:
        """What a layer makes of the last token of each prompt; the layers above are left out.

        Args:
            prompts: what to read.
            layer: from 0.
            cancelled: once true, no further prompt is read.

        Returns:
            float32 (n, width of the model), of the first n prompts: all unless cancelled.

        Raises:
            QuestionTooLong: a question has too many tokens.
            GenerationError: the passages are too long, the model has no such layer, or llama.cpp
                fails.
        """

        def taken(runs: Sequence[Run]) -> list[NDArray[np.float32]]:
            return list(self._context.states(runs, layer))

        return np.array(self._read(prompts, taken, cancelled), dtype=np.float32)

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
                self._place(passage, self._written_over(), cancelled)
        return True

    def _start(self, prefix: str) -> None:
        with self._guarded():
            if self._passages.start(prefix):
                self._cleared()

    def _job(self, prompt: Prompt) -> _Job:
        tokens = self._vocabulary.tokens(prompt.question, control=False)
        tokens += self._vocabulary.tokens(prompt.suffix, control=True)
        tokens += self._vocabulary.tokens(prompt.begun, control=False)
        if len(tokens) > MAX_QUESTION:
            raise QuestionTooLong(
                f"the question is {len(tokens)} tokens long, of {MAX_QUESTION} at most",
                hint="ask a shorter question",
            )
        self._start(prompt.prefix)
        return _Job(prompt.passages, tokens)

    def _read(
        self,
        prompts: Sequence[Prompt],
        compute: Callable[[Sequence[Run]], list[NDArray[np.float32]]],
        cancelled: Callable[[], bool],
    ) -> list[NDArray[np.float32]]:
        """What is computed for each prompt's last token; nothing but the passages is kept."""
        found: list[NDArray[np.float32]] = []
        with self._lock:
            jobs = [self._job(prompt) for prompt in prompts]
            while len(found) < len(jobs):
                runs = self._placed(jobs[len(found) :], self._first_reader, cancelled)
                if not runs:
                    break
                with self._guarded():
                    found += compute(runs)
                for run in runs:
                    self._context.drop(run.sequence)
        return found

    def _placed(self, jobs: Sequence[_Job], first: int, cancelled: Callable[[], bool]) -> list[Run]:
        """Give the first jobs sequences, from `first` on, that hold their passages.

        As many as are decoded in one batch; none when cancelled.
        """
        runs: list[Run] = []
        in_use = self._written_over()
        used = 0
        for job in jobs[:READERS]:
            used += len(job.tokens)
            if runs and used > BATCH:
                break
            placed = self._place_all(job.passages, in_use, cancelled)
            if cancelled():
                return []
            if placed is None:
                if runs:
                    break
                raise GenerationError(
                    "the passages are too long for the model's context",
                    hint="set EUAIQA_PASSAGES to a smaller number",
                )
            sequence = first + len(runs)
            self._context.drop(sequence)
            for source, _ in placed or [(PREFIX, 0)]:
                self._context.copy(source, sequence)
            longest = max((size for _, size in placed), default=0)
            in_use.update(job.passages)
            runs.append(Run(job.tokens, self._passages.prefix + longest, sequence))
        return runs

    def _place_all(
        self, passages: Sequence[str], in_use: set[str], cancelled: Callable[[], bool]
    ) -> list[tuple[int, int]] | None:
        """Make passages hot: their sequences and sizes; None for want of room or when cancelled."""
        placed: list[tuple[int, int]] = []
        for passage in passages:
            one = self._place(passage, {*in_use, *passages}, cancelled)
            if one is None:
                return None
            placed.append(one)
        return placed

    def _place(
        self, passage: str, in_use: set[str], cancelled: Callable[[], bool]
    ) -> tuple[int, int] | None:
        with self._guarded():
            return self._passages.place(passage, in_use, cancelled)

    def _written_over(self) -> set[str]:
        """The passages of texts that are being written."""
        return {text for passages in self._writers.values() for text in passages}

    def _begin_writing(
        self, job: _Job, cancelled: Callable[[], bool]
    ) -> tuple[int, int, NDArray[np.float32]] | None:
        """Decode what comes before a text, in a sequence of its own.

        Returns:
            The sequence, the next position, and the logits there; None when cancelled.
        """
        every = range(self._first_writer, self._first_writer + WRITERS)
        writer = next((sequence for sequence in every if sequence not in self._writers), None)
        if writer is None:
            raise GenerationError("too many texts are written at once", hint="ask again")
        runs = self._placed([job], writer, cancelled)
        if not runs:
            return None
        with self._guarded():
            (logits,) = self._context.decode(runs)
        self._writers[writer] = job.passages
        return writer, runs[0].position + len(job.tokens), logits

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
        self._writers.clear()
        self._epoch += 1


def _odds(logits: NDArray[np.float32], yes: Sequence[int], no: Sequence[int]) -> float:
    """The share of `yes` in the probability of both."""
    yes_mass, no_mass = (
        float(np.logaddexp.reduce(logits[list(tokens)].astype(np.float64))) for tokens in (yes, no)
    )
    return 1.0 / (1.0 + math.exp(no_mass - yes_mass))
