"""Prompts placed over their passages: which sequence of a context holds what, and from where on.

Takes prompts, gives runs to decode in sequences that share the cells of the passages that each
prompt reads. Several texts may be written meanwhile: their sequences, and their passages, stay.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from euaiqa.datamodels import Prompt
from euaiqa.errors import GenerationError, QuestionTooLong
from euaiqa.generator.context import BATCH, Context, Run
from euaiqa.generator.files import CellFiles
from euaiqa.generator.passages import PREFIX, PassageCells

WRITERS = 8  # texts that are written at once: answers of four readers, a sentence of each again
READERS = 10  # questions that are read in one batch, each over its passages
HOT = 40  # passages that stay in the context
# Attention costs more the more cells are in use: 70 tokens/s with 6,000, 91 with few.
HOT_CELLS = 2304
MAX_QUESTION = 768  # tokens of a question with its instructions, and of a sentence begun
# Kept free for texts that are written: two as long as may be (`EUAIQA_MAX_TOKENS` allows 384),
# seven usual ones.
WRITTEN_CELLS = 2 * (MAX_QUESTION + 384)
FREE_CELLS = MAX_QUESTION + WRITTEN_CELLS  # and for questions that are read
FIRST_READER = HOT + 2
FIRST_WRITER = FIRST_READER + READERS


class NoRoom(GenerationError):
    """As many texts are written as there is room for."""


class Places:
    """The sequences of one context: passages, readers, writers. Not for several threads at once."""

    def __init__(
        self, path: Path, *, threads: int, warm_bytes: int, cold: tuple[Path, int] | None = None
    ) -> None:
        """Load the model; see `LlamaGenerator`.

        Raises:
            GenerationError: llama.cpp cannot load the file or allocate the context.
        """
        self.context = Context(
            path,
            cells=HOT_CELLS + FREE_CELLS,
            sequences=FIRST_WRITER + WRITERS,
            threads=threads,
        )
        files = None
        if cold and cold[1]:
            files = CellFiles(cold[0], made_by=self.context.made_by, max_bytes=cold[1])
        self.passages = PassageCells(
            self.context, hot=HOT, cells=HOT_CELLS, max_bytes=warm_bytes, files=files
        )
        self.writers: dict[int, tuple[str, ...]] = {}  # sequence -> passages
        self._reserved: dict[int, int] = {}  # sequence -> cells
        self.epoch = 0  # how often the context was cleared

    def start(self, prefix: str) -> None:
        """Make sure that the context begins with a prefix; another one forgets everything."""
        with self.guarded():
            if self.passages.start(prefix):
                self._cleared()

    def tokens(self, prompt: Prompt) -> list[int]:
        """What follows the passages of a prompt.

        Raises:
            QuestionTooLong: that is more than `MAX_QUESTION` tokens.
        """
        vocabulary = self.context.vocabulary
        tokens = vocabulary.tokens(prompt.question, control=False)
        tokens += vocabulary.tokens(prompt.suffix, control=True)
        tokens += vocabulary.tokens(prompt.begun, control=False)
        if len(tokens) > MAX_QUESTION:
            raise QuestionTooLong(
                f"the question is {len(tokens)} tokens long, of {MAX_QUESTION} at most",
                hint="ask a shorter question",
            )
        return tokens

    def readers(self, prompts: Sequence[Prompt], cancelled: Callable[[], bool]) -> list[Run]:
        """Place the first prompts: as many as are decoded in one batch; none when cancelled.

        Raises:
            QuestionTooLong: a question has too many tokens.
            NoRoom: other passages are in use.
            GenerationError: the passages are too long, or llama.cpp fails.
        """
        runs: list[Run] = []
        in_use = self._written_over()
        used = first = 0  # tokens, and which run the others may share some with
        asked = [self.tokens(prompt) for prompt in prompts[:READERS]]  # before any is placed
        for number, (prompt, tokens) in enumerate(zip(prompts, asked, strict=False)):
            shared = 0
            if runs and prompt.passages == prompts[first].passages:
                shared = _in_common(runs[first].tokens, tokens)
            else:
                first = number
            used += len(tokens) - shared
            if runs and used > BATCH:
                break
            sequence = FIRST_READER + len(runs)
            run = self._placed(prompt, tokens, sequence, in_use, cancelled)
            if cancelled():
                for placed in (sequence, *(one.sequence for one in runs)):
                    self.leave(placed)
                return []
            if run is None:
                if runs:
                    break
                raise self._no_room()
            in_use.update(prompt.passages)
            runs.append(replace(run, shared=shared))
        return runs

    def writer(self, prompt: Prompt, limit: int, cancelled: Callable[[], bool]) -> Run | None:
        """Place one prompt where a text is then written, until `leave`; None when cancelled.

        Args:
            prompt: what to answer.
            limit: how many tokens the text may have.
            cancelled: asked while passages are computed.

        Raises:
            QuestionTooLong: the question has too many tokens.
            NoRoom: too much is written already.
            GenerationError: the passages are too long, or llama.cpp fails.
        """
        tokens = self.tokens(prompt)
        cells = len(tokens) + limit
        every = range(FIRST_WRITER, FIRST_WRITER + WRITERS)
        sequence = next((one for one in every if one not in self.writers), None)
        if sequence is None or sum(self._reserved.values()) + cells > WRITTEN_CELLS:
            raise NoRoom("too many texts are written at once", hint="ask again")
        run = self._placed(prompt, tokens, sequence, self._written_over(), cancelled)
        if cancelled():
            self.leave(sequence)
            return None
        if run is None:
            raise self._no_room()
        self.writers[sequence] = prompt.passages
        self._reserved[sequence] = cells
        return run

    def leave(self, sequence: int) -> None:
        """Give a sequence's cells back."""
        self.context.drop(sequence)
        self.writers.pop(sequence, None)
        self._reserved.pop(sequence, None)

    def warm(self, passage: str, cancelled: Callable[[], bool]) -> None:
        """Compute a passage's cells, if they are not kept."""
        self._place(passage, self._written_over(), cancelled)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Call llama.cpp; where it fails, begin anew next time: the cells are unknown."""
        try:
            yield
        except GenerationError:
            self.passages.forget()
            self._cleared()
            raise

    def _placed(
        self,
        prompt: Prompt,
        tokens: list[int],
        sequence: int,
        in_use: set[str],
        cancelled: Callable[[], bool],
    ) -> Run | None:
        """Give a sequence the prefix and a prompt's passages.

        None where those in use leave no room, or when cancelled.
        """
        longest = 0
        sources = []
        for passage in prompt.passages:
            placed = self._place(passage, {*in_use, *prompt.passages}, cancelled)
            if placed is None:
                return None
            sources.append(placed[0])
            longest = max(longest, placed[1])
        self.context.drop(sequence)
        for source in sources or [PREFIX]:
            self.context.copy(source, sequence)
        return Run(tokens, self.passages.prefix + longest, sequence)

    def _place(
        self, passage: str, in_use: set[str], cancelled: Callable[[], bool]
    ) -> tuple[int, int] | None:
        with self.guarded():
            return self.passages.place(passage, in_use, cancelled)

    def _written_over(self) -> set[str]:
        return {text for passages in self.writers.values() for text in passages}

    def _no_room(self) -> GenerationError:
        """Why passages could not be placed: others are in use, or these are too long at all."""
        if self.writers:
            return NoRoom("too many passages are in use at once", hint="ask again")
        return GenerationError(
            "the passages are too long for the model's context",
            hint="set EUAIQA_PASSAGES to a smaller number",
        )

    def _cleared(self) -> None:
        self.writers.clear()
        self._reserved.clear()
        self.epoch += 1


def _in_common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with, the last of each aside: its output is asked for."""
    pairs = zip(one[:-1], other[:-1], strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))
