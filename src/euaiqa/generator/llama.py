"""The language model: a `Prompt` in, text or a probability out, greedily, on the CPU.

The one owner of llama.cpp. What the model computes for a passage (its KV cells) is kept
in the context and shared by every question that reads the passage: the passages stand
side by side at the same positions after a fixed prefix, each blind to the others
("parallel context windows", https://arxiv.org/abs/2212.10947), and a question decodes
only itself. It knows nothing of articles, languages or citations.
"""

from __future__ import annotations

import codecs
import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Prompt
from euaiqa.errors import GenerationError, QuestionTooLong
from euaiqa.generator.contract import Limits, never
from euaiqa.generator.vocabulary import Vocabulary

BATCH = 512  # tokens decoded in one call: larger gains nothing on two cores
READERS = 4  # questions over some passages whose cells are kept: a probe leaves them to the answer
MAX_PASSAGES_KEPT = 255 - READERS  # llama.cpp allows 256 sequences, one of them the prefix
CONTEXT = 8192  # cells; 28,672 bytes each for the default model in fp16, 235 MB in all
# Cells kept free: half for a question with its instructions, half for the answer
# (`EUAIQA_MAX_TOKENS` allows no more).
MAX_QUESTION = 1536
MAX_SUFFIX = 192  # what follows a question: our instructions, and a sentence that was begun

_Asked = tuple[tuple[str, ...], str]


class LlamaGenerator:
    """A GGUF model in llama.cpp, loaded once.

    Calls from several threads wait for each other: there is one context.
    """

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        """Load the model (2 to 5 s).

        Args:
            path: the GGUF file.
            threads: 0 = as many as the cores this process may use.

        Raises:
            GenerationError: llama.cpp cannot load the file or allocate the context.
        """
        import llama_cpp

        self._c: Any = llama_cpp.llama_cpp
        self._lock = threading.Lock()
        self._log = self._c.llama_log_callback(_silent)  # kept: C holds a pointer to it
        self._c.llama_log_set(self._log, None)
        self._c.llama_backend_init()
        model = self._c.llama_model_load_from_file(
            str(path).encode(), self._c.llama_model_default_params()
        )
        if not model:
            raise GenerationError(
                f"llama.cpp cannot load {path.name}",
                hint="run `euaiqa models pull` to fetch it again",
            )
        self._vocabulary = Vocabulary(self._c, model)
        n_threads = threads or _cores()
        params = self._c.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = CONTEXT, BATCH, BATCH
        params.n_seq_max, params.kv_unified = MAX_PASSAGES_KEPT + READERS + 1, True
        params.n_threads = params.n_threads_batch = n_threads
        self._ctx = self._c.llama_init_from_model(model, params)
        if not self._ctx:
            raise GenerationError(
                "llama.cpp cannot allocate its context", hint="free about 2.5 GB of memory"
            )
        self._memory = self._c.llama_get_memory(self._ctx)
        self._batch = self._c.llama_batch_init(BATCH, 0, 1)
        self._name = path.stem
        self._prefix = ""
        self._prefix_size = 0
        # passage text -> (sequence, cells), least recently used first
        self._kept: OrderedDict[str, tuple[int, int]] = OrderedDict()
        # passages and question -> (sequence, next position, cells), least recently used first
        self._readers: OrderedDict[_Asked, tuple[int, int, int]] = OrderedDict()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self._name

    def stream(self, prompt: Prompt, limits: Limits) -> Iterator[str]:
        """Write the answer greedily, a piece of text at a time.

        Ends at the model's end of turn or at a limit, whichever comes first; closing the
        iterator stops at once. Time counts from the first token.

        Raises:
            QuestionTooLong: the question has too many tokens.
            GenerationError: the passages are too long, or llama.cpp fails.
        """
        decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        avoided = {
            self._vocabulary.tokens(spelling, control=False)[0]
            for word in prompt.avoid
            for spelling in (word, f" {word}")
        }
        with self._lock:
            position, sequence, kept = self._read(prompt, limits.cancelled)
            stop_at = time.monotonic() + limits.seconds
            try:
                for _ in range(limits.tokens):
                    if limits.cancelled() or time.monotonic() > stop_at:
                        return
                    logits = self._logits()
                    if avoided:
                        logits[list(avoided)] = -np.inf
                        avoided = set()
                    token = int(logits.argmax())
                    if self._vocabulary.ends(token):
                        return
                    text = decoder.decode(self._vocabulary.piece(token))
                    if text:
                        yield text
                    self._decode([token], position, sequence)
                    position += 1
            finally:
                self._c.llama_memory_seq_rm(self._memory, sequence, kept, -1)

    def probability(
        self,
        prompt: Prompt,
        yes: Sequence[str],
        no: Sequence[str],
        cancelled: Callable[[], bool] = never,
    ) -> float:
        """P(yes) / (P(yes) + P(no)) for the first token after the prompt.

        Args:
            prompt: ends where the model would answer with one of the words.
            yes: spellings that count as yes; the first token of each is taken.
            no: spellings that count as no.
            cancelled: once true, the rest of the passages is not read, and what is given
                means nothing.

        Returns:
            A number from 0 to 1.

        Raises:
            QuestionTooLong: the question has too many tokens.
            GenerationError: the passages are too long, or llama.cpp fails.
        """
        with self._lock:
            _, sequence, kept = self._read(prompt, cancelled)
            logits = self._logits().astype(np.float64)
            self._c.llama_memory_seq_rm(self._memory, sequence, kept, -1)
        yes_mass, no_mass = (
            float(np.logaddexp.reduce(logits[self._vocabulary.first_tokens(words)]))
            for words in (yes, no)
        )
        return 1.0 / (1.0 + math.exp(no_mass - yes_mass))

    def _read(self, prompt: Prompt, cancelled: Callable[[], bool]) -> tuple[int, int, int]:
        """Decode what is not kept yet.

        Returns:
            The next position, the question's sequence, and the position from which its cells
            are to be dropped afterwards.
        """
        asked = self._vocabulary.tokens(prompt.question, control=False)
        told = self._vocabulary.tokens(prompt.suffix, control=True)
        told += self._vocabulary.tokens(prompt.begun, control=False)
        if len(asked) + len(told) > MAX_QUESTION // 2:
            raise QuestionTooLong(
                f"the question is {len(asked) + len(told)} tokens long, "
                f"of {MAX_QUESTION // 2} at most",
                hint="ask a shorter question",
            )
        if prompt.prefix != self._prefix:
            self._start(prompt.prefix)
        key = (prompt.passages, prompt.question)
        if key not in self._readers:
            self._begin(key, asked, cancelled)
        sequence, position, _ = self._readers[key]
        self._readers.move_to_end(key)
        if cancelled():  # its passages may not all be there
            self._drop(key)
            position = 0
        self._decode(told, position, sequence, logits=True)
        return position + len(told), sequence, position

    def _begin(self, key: _Asked, asked: Sequence[int], cancelled: Callable[[], bool]) -> None:
        """Decode a question over its passages and keep its cells."""
        passages, _ = key
        sizes = []
        for passage in passages:
            sizes.append(self._keep(passage, passages)[1])
            if cancelled():
                break
        room = MAX_QUESTION // 2 - len(asked) - MAX_SUFFIX
        while len(self._readers) >= READERS or (
            self._readers and sum(size for _, _, size in self._readers.values()) > room
        ):
            self._drop(next(iter(self._readers)))
        used = {sequence for sequence, _, _ in self._readers.values()}
        free = range(MAX_PASSAGES_KEPT + 1, MAX_PASSAGES_KEPT + 1 + READERS)
        sequence = next(s for s in free if s not in used)
        self._c.llama_memory_seq_rm(self._memory, sequence, -1, -1)
        for source in [self._kept[p][0] for p in passages[: len(sizes)]] or [0]:
            self._c.llama_memory_seq_cp(self._memory, source, sequence, -1, -1)
        position = self._prefix_size + max(sizes, default=0)
        self._decode(asked, position, sequence, logits=True)
        self._readers[key] = (sequence, position + len(asked), len(asked))

    def _drop(self, key: _Asked) -> None:
        """Forget a question's cells."""
        self._c.llama_memory_seq_rm(self._memory, self._readers.pop(key)[0], -1, -1)

    def _start(self, prefix: str) -> None:
        """Forget everything and decode a new prefix as sequence 0."""
        self._c.llama_memory_clear(self._memory, True)
        self._kept.clear()
        self._readers.clear()
        tokens = self._vocabulary.tokens(prefix, control=True)
        self._decode(tokens, 0, 0)
        self._prefix, self._prefix_size = prefix, len(tokens)

    def _keep(self, passage: str, in_use: Sequence[str]) -> tuple[int, int]:
        """Give the sequence and size of a passage's cells, decoding them when needed."""
        if passage in self._kept:
            self._kept.move_to_end(passage)
            return self._kept[passage]
        tokens = self._vocabulary.tokens(passage, control=False)
        while len(self._kept) >= MAX_PASSAGES_KEPT or (
            self._prefix_size + sum(size for _, size in self._kept.values()) + len(tokens)
            > CONTEXT - MAX_QUESTION
        ):
            oldest = next((text for text in self._kept if text not in in_use), None)
            if oldest is None:
                raise GenerationError(
                    "the passages are too long for the model's context",
                    hint="set EUAIQA_PASSAGES to a smaller number",
                )
            for key in [key for key in self._readers if oldest in key[0]]:
                self._drop(key)
            self._c.llama_memory_seq_rm(self._memory, self._kept.pop(oldest)[0], -1, -1)
        used = {sequence for sequence, _ in self._kept.values()}
        sequence = next(s for s in range(1, MAX_PASSAGES_KEPT + 1) if s not in used)
        self._c.llama_memory_seq_cp(self._memory, 0, sequence, -1, -1)
        self._decode(tokens, self._prefix_size, sequence)
        self._kept[passage] = (sequence, len(tokens))
        return sequence, len(tokens)

    def _decode(
        self, tokens: Sequence[int], position: int, sequence: int, *, logits: bool = True
    ) -> None:
        batch = self._batch
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            batch.n_tokens = len(part)
            for i, token in enumerate(part):
                batch.token[i] = token
                batch.pos[i] = position + start + i
                batch.n_seq_id[i] = 1
                batch.seq_id[i][0] = sequence
                batch.logits[i] = int(logits and start + i == len(tokens) - 1)
            code = self._c.llama_decode(self._ctx, batch)
            if code:
                self._prefix = ""  # the cells are in an unknown state: begin anew next time
                raise GenerationError(
                    f"llama_decode returned {code}", hint="ask again; restart if it persists"
                )

    def _logits(self) -> NDArray[np.float32]:
        """The last decoded token's logits, float32 (n_vocab,), valid until the next decode."""
        return np.ctypeslib.as_array(
            self._c.llama_get_logits_ith(self._ctx, -1), shape=(self._vocabulary.size,)
        )


def _cores() -> int:
    """The cores this process may use; macOS and Windows cannot tell, so all of them there."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _silent(_level: int, _text: bytes, _user: Any) -> None:
    """Drop llama.cpp's log: what matters comes back as return codes."""
