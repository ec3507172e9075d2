"""The language model: a `Prompt` in, text, probabilities or states out, greedily, on the CPU.

What the model computes for a passage is kept (`passages`) and shared by every question that
reads it: the passages stand side by side at the same positions after a fixed prefix, each blind
to the others ("parallel context windows", https://arxiv.org/abs/2212.10947), and a question
decodes only itself; over several passages apart, all in one batch. It knows nothing of
articles, languages or citations.
"""

from __future__ import annotations

import codecs
import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Prompt
from euaiqa.errors import GenerationError
from euaiqa.generator.context import Run
from euaiqa.generator.contract import Limits, never
from euaiqa.generator.placing import NoRoom, Places
from euaiqa.generator.together import InTurn, Together

WARM_BYTES = 1 << 30
PATIENCE = 0.02  # seconds, before it is looked again whether another text has made room
LONGEST = 20.0  # seconds that room is waited for


class LlamaGenerator:
    """A GGUF model in llama.cpp, loaded once.

    Several threads may call: there is one context, and what they write is decoded together
    (`together`); all else in turn, in the order in which it was asked for.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int = 0,
        warm_bytes: int = WARM_BYTES,
        cold: tuple[Path, int] | None = None,
    ) -> None:
        """Load the model (2 to 5 s).

        Args:
            path: the GGUF file.
            threads: 0 = as many as the cores this process may use.
            warm_bytes: for passages that were read, outside the context.
            cold: a folder where they are kept too, and how many bytes they may take there.

        Raises:
            GenerationError: llama.cpp cannot load the file or allocate the context.
        """
        self._lock = InTurn()
        self._places = Places(path, threads=threads, warm_bytes=warm_bytes, cold=cold)
        self._context = self._places.context
        self._vocabulary = self._context.vocabulary
        self._name = path.stem
        self._writing: Counter[int] = Counter()  # thread -> texts
        self._together = Together(
            self._lock,
            self._decode,
            lambda: len(self._writing),
            lambda: self._places.epoch,
        )

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
                once by this thread, or llama.cpp fails.
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        avoided = {
            self._vocabulary.tokens(spelling, control=False)[0]
            for word in prompt.avoid
            for spelling in (word, f" {word}")
        }
        thread = threading.get_ident()
        begun = self._begin(prompt, limits, thread)
        if begun is None:
            return
        run, epoch = begun
        try:
            logits = self._next(run, epoch)
            position = run.position + len(run.tokens)
            stop_at = time.monotonic() + limits.seconds
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
                logits = self._next(Run([token], position, run.sequence), epoch)
                position += 1
        finally:
            with self._lock:
                self._writing = self._writing - Counter([thread])
                if self._places.epoch == epoch:
                    self._places.leave(run.sequence)

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
            False when disk, or else memory, is full: another passage would push one out.

        Raises:
            GenerationError: a passage is too long, or llama.cpp fails.
        """
        with self._lock:
            self._places.start(prompt.prefix)
            for passage in prompt.passages:
                if self._places.passages.kept(passage):
                    continue
                if self._places.passages.full:
                    return False
                self._places.warm(passage, self._between(cancelled))
        return True

    def _read(
        self,
        prompts: Sequence[Prompt],
        compute: Callable[[Sequence[Run]], list[NDArray[np.float32]]],
        cancelled: Callable[[], bool],
    ) -> list[NDArray[np.float32]]:
        """What is computed for each prompt's last token; nothing but the passages is kept."""
        found: list[NDArray[np.float32]] = []
        for prefix, group in itertools.groupby(prompts, lambda prompt: prompt.prefix):
            left = list(group)
            until = time.monotonic() + LONGEST
            while left:
                try:
                    some = self._read_some(prefix, left, compute, cancelled)
                except NoRoom:
                    if self._writing.keys() <= {threading.get_ident()} or time.monotonic() > until:
                        raise
                    time.sleep(PATIENCE)
                    continue
                if not some:
                    return found
                found += some
                left = left[len(some) :]
        return found

    def _read_some(
        self,
        prefix: str,
        prompts: Sequence[Prompt],
        compute: Callable[[Sequence[Run]], list[NDArray[np.float32]]],
        cancelled: Callable[[], bool],
    ) -> list[NDArray[np.float32]]:
        """What is computed for the first prompts, in one batch; nothing when cancelled."""
        with self._lock:
            self._places.start(prefix)
            runs = self._places.readers(prompts, self._between(cancelled))
            if not runs:
                return []
            with self._places.guarded():
                found = compute(runs)
            for run in runs:
                self._places.leave(run.sequence)
        return list(found)

    def _begin(self, prompt: Prompt, limits: Limits, thread: int) -> tuple[Run, int] | None:
        """Place what is to be written, once there is room; None when cancelled."""
        until = time.monotonic() + LONGEST
        while not limits.cancelled():
            with self._lock:
                self._places.start(prompt.prefix)
                try:
                    run = self._places.writer(
                        prompt, limits.tokens, self._between(limits.cancelled)
                    )
                    if run is None:
                        return None
                    self._writing[thread] += 1
                    return run, self._places.epoch
                except NoRoom:
                    # Others give theirs back, unless they too wait for a second one.
                    if self._writing.keys() <= {thread} or time.monotonic() > until:
                        raise
            time.sleep(PATIENCE)
        return None

    def _between(self, cancelled: Callable[[], bool]) -> Callable[[], bool]:
        """Asked between parts of a passage: lets the texts of others go on meanwhile."""

        def asked() -> bool:
            self._together.serve()
            return cancelled()

        return asked

    def _next(self, run: Run, epoch: int) -> NDArray[np.float32]:
        """The logits after a run of a text."""
        logits = self._together.decode(run, epoch)
        if logits is None:
            raise GenerationError("the model's context was cleared meanwhile", hint="ask again")
        return logits

    def _decode(self, runs: Sequence[Run]) -> list[NDArray[np.float32]]:
        """The logits after each of some runs."""
        with self._places.guarded():
            return self._context.decode(runs)


def _odds(logits: NDArray[np.float32], yes: Sequence[int], no: Sequence[int]) -> float:
    """The share of `yes` in the probability of both."""
    yes_mass, no_mass = (
        float(np.logaddexp.reduce(logits[list(tokens)].astype(np.float64))) for tokens in (yes, no)
    )
    return 1.0 / (1.0 + math.exp(no_mass - yes_mass))
