"""What llama.cpp takes for one decoding call, by its size, under settings that might be faster.

    .venv/bin/python -m benchmarks.decoding --out docs/performance.md [--rounds 9]

The default model; each call decodes new tokens of one text behind 250 others, in a context of the
program's size that holds twelve more texts of 250, as a server's does. All settings in turn, in one
process; medians. The settings are the program's own, and each with one change:

- weights repacked for the processor when they are loaded (llama.cpp's default), or as in the file;
- without flash attention;
- cells in 8 bits (`q8_0`) instead of 16.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_cpp import llama_cpp
from rich.console import Console

from benchmarks import machine, sections
from euaiqa import models, settings
from euaiqa.generator.context import repacks as program_repacks

SIZES = (1, 2, 4, 8, 16, 32, 64, 96, 256)  # tokens in a call
CELLS = 5376  # HOT_CELLS and FREE_CELLS of `generator/placing.py`
TEXTS, LONG = 12, 250
ON, OFF = 1, 0  # flash attention
F16, Q8 = 1, 8  # ggml_type


@dataclass(frozen=True, slots=True)
class Setting:
    """How a model is loaded, and its context made."""

    name: str
    repacked: bool
    flash: int = ON
    cells: int = F16


class Decoder:
    """A context with texts in it."""

    def __init__(self, model: Any, setting: Setting) -> None:
        params = llama_cpp.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = CELLS, 512, 512
        params.n_seq_max, params.kv_unified = TEXTS + 1, True
        params.n_threads = params.n_threads_batch = machine.cores()
        params.flash_attn_type = setting.flash
        params.type_k = params.type_v = setting.cells
        self._ctx = llama_cpp.llama_init_from_model(model, params)
        self._memory = llama_cpp.llama_get_memory(self._ctx)
        self._batch = llama_cpp.llama_batch_init(512, 0, 1)
        self._random = np.random.default_rng(1)
        for text in range(TEXTS + 1):
            self._decode(LONG, 0, text)

    def seconds(self, tokens: int) -> float:
        """How long one call takes for so many tokens of the first text."""
        started = time.perf_counter()
        self._decode(tokens, LONG, 0)
        took = time.perf_counter() - started
        llama_cpp.llama_memory_seq_rm(self._memory, 0, LONG, -1)
        return took

    def _decode(self, tokens: int, position: int, text: int) -> None:
        batch = self._batch
        for at, token in enumerate(self._random.integers(100, 100_000, tokens)):
            batch.token[at], batch.pos[at] = int(token), position + at
            batch.n_seq_id[at], batch.seq_id[at][0] = 1, text
            batch.logits[at] = int(at == tokens - 1)
        batch.n_tokens = tokens
        if llama_cpp.llama_decode(self._ctx, batch):
            raise RuntimeError("llama_decode failed")


def loaded(path: Path, *, repacked: bool) -> Any:
    """The model, its weights repacked or as they are in the file."""
    params = llama_cpp.llama_model_default_params()
    params.use_extra_bufts = repacked
    return llama_cpp.llama_model_load_from_file(str(path).encode(), params)


def section(found: dict[str, dict[int, list[float]]], own: str, rounds: int, took: float) -> str:
    """The section as Markdown."""

    def cells(times: Sequence[list[float]], base: Sequence[list[float]]) -> str:
        pairs = zip(map(statistics.median, times), map(statistics.median, base), strict=True)
        return " | ".join(f"{1000 * one:.0f} ({one / other:.2f})" for one, other in pairs)

    rows = [
        f"| {name} | {cells([*times.values()], [*found[own].values()])} |"
        for name, times in found.items()
    ]
    lines = [
        "## Settings of llama.cpp",
        "",
        f"{machine.measured(took)} "
        f"Milliseconds for one call, by the tokens in it, medians of {rounds}; in brackets over "
        "those of the program's own settings, the first row.",
        "",
        "| | " + " | ".join(f"{size}" for size in SIZES) + " |",
        "|---|" + "---|" * len(SIZES),
        *rows,
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file for the section")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    began = time.perf_counter()
    quiet = llama_cpp.llama_log_callback(lambda _level, _text, _user: None)
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    path = models.locate_language_model(settings.load())
    repacks = program_repacks(llama_cpp.llama_print_system_info().decode())
    kinds = {True: "weights repacked", False: "weights as in the file"}
    own = Setting(f"{kinds[repacks]}, flash attention, 16 bits", repacks)
    tried = [
        own,
        Setting(kinds[not repacks], not repacks),
        Setting("without flash attention", repacks, flash=OFF),
        Setting("cells in 8 bits", repacks, cells=Q8),
    ]
    weights = {kind: loaded(path, repacked=kind) for kind in (True, False)}
    decoders = {one.name: Decoder(weights[one.repacked], one) for one in tried}
    found: dict[str, dict[int, list[float]]] = {
        name: {size: [] for size in SIZES} for name in decoders
    }
    for turn in range(options.rounds):
        for size in SIZES:
            for name, decoder in decoders.items():
                found[name][size].append(decoder.seconds(size))
        Console(stderr=True).print(f"{turn + 1} of {options.rounds}")
    took = time.perf_counter() - began
    sections.put(options.out, "decoding", section(found, own.name, options.rounds, took))
    return 0


if __name__ == "__main__":
    sys.exit(main())
