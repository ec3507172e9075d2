"""One llama.cpp context: sequences of cells that can be decoded, copied, dropped, kept as bytes.

The one caller of llama.cpp's decoding and state functions. It knows tokens, positions and
sequences, and nothing of what they stand for.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.errors import GenerationError
from euaiqa.generator.tap import States, Tap
from euaiqa.generator.vocabulary import Vocabulary
from euaiqa.settings import cores

BATCH = 512  # tokens decoded in one call: larger gains nothing on two cores

# With these instructions llama.cpp multiplies weights as they are in the file by many tokens faster
# than repacked ones (64 tokens in 0.8 of the time), and by a single token slower (1.2 to 1.35).
# Reading is three quarters of an answer. Not so where it has AMX, which needs weights repacked.
# docs/adr/0018-weights-as-they-are.md
VNNI = "AVX512_VNNI = 1"
AMX = "AMX_INT8 = 1"

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens to decode one after the other: in `sequence`, from `position` on.

    The first `shared` are those of the last run before that shares none, at the same positions
    and after the same cells: they are computed once.
    """

    tokens: Sequence[int]
    position: int
    sequence: int
    shared: int = 0


class Context:
    """A GGUF model with `cells` cells for at most `sequences` sequences, loaded once."""

    def __init__(self, path: Path, *, cells: int, sequences: int, threads: int = 0) -> None:
        """Load the model (2 to 5 s).

        Args:
            path: the GGUF file.
            cells: how many tokens the context holds, all sequences together.
            sequences: how many may share them.
            threads: 0 = as many as the cores this process may use.

        Raises:
            GenerationError: llama.cpp cannot load the file or allocate the context.
        """
        import llama_cpp

        self._c: Any = llama_cpp.llama_cpp
        self._c.llama_log_set(_no_log(self._c), None)
        self._c.llama_backend_init()
        loading = self._c.llama_model_default_params()
        system = self._c.llama_print_system_info().decode()
        loading.use_extra_bufts = repack = repacks(system)
        # Repacked weights are copied; the mapped file would stay beside them.
        loading.load_mode = self._c.LLAMA_LOAD_MODE_NONE if repack else self._c.LLAMA_LOAD_MODE_MMAP
        model = self._c.llama_model_load_from_file(str(path).encode(), loading)
        if not model:
            raise GenerationError(
                f"llama.cpp cannot load {path.name}",
                hint="run `euaiqa models pull` to fetch it again",
            )
        self.vocabulary = Vocabulary(self._c, model)
        params = self._c.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = cells, BATCH, BATCH
        params.n_seq_max, params.kv_unified = sequences, True
        params.n_threads = params.n_threads_batch = threads or cores()
        self._tap = Tap(self._c, int(self._c.llama_model_n_embd(model)))
        params.cb_eval = self._tap.callback
        self._ctx = self._c.llama_init_from_model(model, params)
        if not self._ctx:
            raise GenerationError(
                "llama.cpp cannot allocate its context", hint="free about 2.5 GB of memory"
            )
        # Cells fit what they were computed by alone: a file is known by name, size and time, as
        # those that were verified are (`models.cache`).
        about = path.stat()
        self.made_by = (
            f"{path.name} {about.st_size} {about.st_mtime_ns}",
            f"llama-cpp-python {llama_cpp.__version__}",
            f"{system} {'repacked' if repack else 'as in the file'}",
            f"{params.type_k} {params.type_v} {params.flash_attn_type} {params.kv_unified}",
        )
        self._memory = self._c.llama_get_memory(self._ctx)
        self._batch = self._c.llama_batch_init(BATCH, 0, sequences)

    def decode(self, runs: Sequence[Run]) -> list[NDArray[np.float32]]:
        """Decode runs of different sequences together.

        Args:
            runs: together any number of tokens when there is one run, else `BATCH` at most.

        Returns:
            The logits after each run's last token, float32 (n_vocab,), copied.

        Raises:
            GenerationError: llama.cpp fails; the cells are then in an unknown state.
        """
        ends = self._fill(self._last_part(runs))
        self._compute()
        return [self._logits(end).copy() for end in ends]

    def states(self, runs: Sequence[Run], layer: int) -> States:
        """What a layer makes of each run's last token; the layers above it are not computed.

        Args:
            runs: as for `decode`. Their cells are not fit to go on from: drop them.
            layer: from 0.

        Returns:
            float32 (len(runs), width of the model).

        Raises:
            GenerationError: as for `decode`, or the model has no such layer.
        """
        ends = self._fill(self._last_part(runs))
        return self._tap.taken(layer, ends, self._compute)

    def _last_part(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Decode all of a single long run but its last batch."""
        if len(runs) != 1:
            return runs
        (run,) = runs
        while len(run.tokens) > BATCH:
            self._fill([Run(run.tokens[:BATCH], run.position, run.sequence)])
            self._compute()
            run = Run(run.tokens[BATCH:], run.position + BATCH, run.sequence)
        return [run]

    def _fill(self, runs: Sequence[Run]) -> list[int]:
        """Put runs into the batch; give the place of each one's last token in it."""
        batch, at, ends = self._batch, 0, []
        for number, run in enumerate(runs):
            following = itertools.takewhile(lambda other: other.shared, runs[number + 1 :])
            sharing = [] if run.shared else list(following)
            for offset in range(run.shared, len(run.tokens)):
                also = [other.sequence for other in sharing if offset < other.shared]
                batch.token[at] = run.tokens[offset]
                batch.pos[at] = run.position + offset
                batch.n_seq_id[at] = 1 + len(also)
                for place, sequence in enumerate((run.sequence, *also)):
                    batch.seq_id[at][place] = sequence
                batch.logits[at] = int(offset == len(run.tokens) - 1)
                at += 1
            ends.append(at - 1)
        batch.n_tokens = at
        return ends

    def _compute(self) -> None:
        """Decode the batch."""
        code = self._c.llama_decode(self._ctx, self._batch)
        if code:
            raise GenerationError(
                f"llama_decode returned {code}", hint="ask again; restart if it persists"
            )

    def copy(self, source: int, target: int, start: int = -1) -> None:
        """Let `target` share the cells of `source`, those from position `start` on."""
        self._c.llama_memory_seq_cp(self._memory, source, target, start, -1)

    def drop(self, sequence: int, start: int = -1) -> None:
        """Take a sequence's cells from position `start` on away from it."""
        self._c.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def clear(self) -> None:
        """Forget all cells."""
        self._c.llama_memory_clear(self._memory, True)

    def saved(self, sequence: int) -> Bytes:
        """The cells of a sequence as bytes, uint8 (n,)."""
        size = int(self._c.llama_state_seq_get_size(self._ctx, sequence))
        data = np.empty(size, dtype=np.uint8)
        self._c.llama_state_seq_get_data(self._ctx, _pointer(self._c, data), size, sequence)
        return data

    def restore(self, data: Bytes, sequence: int) -> bool:
        """Put saved cells into an empty sequence; false where no room in one piece is left."""
        read = self._c.llama_state_seq_set_data(
            self._ctx, _pointer(self._c, data), len(data), sequence
        )
        return bool(read)

    def _logits(self, place: int) -> NDArray[np.float32]:
        return np.ctypeslib.as_array(
            self._c.llama_get_logits_ith(self._ctx, place), shape=(self.vocabulary.size,)
        )


def repacks(system: str) -> bool:
    """Whether weights are repacked when loaded, by what llama.cpp says it was built for."""
    return VNNI not in system or AMX in system


def _pointer(llama: Any, data: Bytes) -> Any:
    ctypes = llama.ctypes
    return data.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))


@functools.cache
def _no_log(llama: Any) -> Any:
    """A callback that drops what it is given; kept for ever: C holds a pointer to it."""
    return llama.llama_log_callback(_silent)


def _silent(_level: int, _text: bytes, _user: Any) -> None:
    """Drop llama.cpp's log: what matters comes back as return codes."""
