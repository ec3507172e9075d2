"""The encoder by onnxruntime and by torch, in 32 and in 8 bits: speed, memory, and what is found.

    .venv/bin/python -m benchmarks.encoders --eval EVAL --out docs/performance.md

EVAL holds the public sets (`aiact_crosslingual`, `piaf_dev`: passages and questions). Each kind
runs in a process of its own, one after the other, so that memory and loading are its own:

- onnxruntime: as the program does it;
- torch: sentence-transformers, the same folder;
- each in 8 bits: weights of all matrix products rounded, by onnxruntime for each row apart, by
  torch as `quantize_dynamic` does.

R@1 is by the vectors alone, of whole passages cut at 1,500 characters: only the kinds are compared.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks import machine, sections
from euaiqa import models, settings
from euaiqa.encoder import E5Encoder, Encoder, Vectors
from euaiqa.encoder.graph import graph

KINDS = ("onnxruntime", "torch", "onnxruntime, 8 bits", "torch, 8 bits")
# Name, and which passage answers: in the other language, in the question's own.
SETS = (
    ("aiact_crosslingual", "passage_id"),
    ("aiact_crosslingual", "passage_id_same_lang"),
    ("piaf_dev", "passage_id"),
)
ASKED = 100  # questions one by one
PASSAGES = 240  # for the speed of batches
SHORT, LONG = 420, 1500  # characters: as a passage is, and of a whole one here
Embed = Callable[[Sequence[str]], Vectors]


def made(kind: str) -> tuple[Embed, Embed]:
    """What embeds questions, and what embeds passages."""
    files = models.locate_encoder(settings.load())
    if kind.startswith("torch"):
        return _by_torch(files.path, eight=kind != "torch")
    ours = E5Encoder(files.path, name="e5", fingerprint=files.fingerprint)
    if kind != "onnxruntime":
        _rounded(ours, graph(files.path))
    return ours.encode_queries, _passages(ours)


def _passages(encoder: Encoder) -> Embed:
    return lambda texts: encoder.encode_passages(texts)


def _by_torch(folder: Path, *, eight: bool) -> tuple[Embed, Embed]:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(machine.cores())
    model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    if eight:
        torch.ao.quantization.quantize_dynamic(
            model[0].auto_model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True
        )

    def embed(prefix: str, texts: Sequence[str]) -> Vectors:
        found = model.encode(
            [prefix + text for text in texts],
            batch_size=32,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(found, dtype=np.float32)

    return lambda texts: embed("query: ", texts), lambda texts: embed("passage: ", texts)


def _rounded(encoder: E5Encoder, whole: bytes) -> None:
    """Let an encoder compute in 8 bits."""
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        path.write_bytes(whole)
        quantize_dynamic(
            path, small, op_types_to_quantize=["MatMul"], per_channel=True,
            weight_type=QuantType.QInt8,
        )  # fmt: skip
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = machine.cores()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        encoder._session = onnxruntime.InferenceSession(
            small.read_bytes(), options, providers=["CPUExecutionProvider"]
        )


def measured(kind: str, folder: Path) -> dict[str, Any]:
    """All of one kind."""
    started = time.perf_counter()
    queries, passages = made(kind)
    queries(["Bonjour"])
    ready = time.perf_counter() - started
    sets = [_rows(folder, name, key) for name, key in SETS]
    texts, asked = sets[-1]
    times = []
    for question, _ in asked[:ASKED]:
        at = time.perf_counter()
        queries([question])
        times.append(time.perf_counter() - at)
    some = [text[:SHORT] for _, text in list(texts.values())[:PASSAGES]]
    at = time.perf_counter()
    vectors = passages(some)
    speed = len(some) / (time.perf_counter() - at)
    memory = _peak()
    named = {name: rows[0] for (name, _), rows in zip(SETS, sets, strict=True)}
    kept = {name: passages([text for _, text in of.values()]) for name, of in named.items()}
    found = [_found(queries, kept[name], *rows) for (name, _), rows in zip(SETS, sets, strict=True)]
    return {
        "ready": ready,
        "memory": memory,
        "p50": statistics.median(times),
        "p95": float(np.percentile(times, 95)),
        "speed": speed,
        "found": found,
        "vectors": vectors.tolist(),
    }


Texts = dict[str, tuple[str, str]]  # id -> language, text


def _rows(folder: Path, name: str, key: str) -> tuple[Texts, list[tuple[str, str]]]:
    """Passages; questions with the id of the passage that answers."""
    read = {
        part: [
            json.loads(line)
            for line in (folder / f"{name}.{part}.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for part in ("passages", "questions")
    }
    texts = {row["id"]: (row["lang"], row["text"][:LONG]) for row in read["passages"]}
    return texts, [(row["question"], row[key]) for row in read["questions"]]


def _found(
    queries: Embed, vectors: Vectors, texts: Texts, asked: Sequence[tuple[str, str]]
) -> float:
    """The share of questions whose passage comes first, of those in its language."""
    ids = list(texts)
    near = queries([question for question, _ in asked]) @ vectors.T
    languages = np.array([language for language, _ in texts.values()])
    right = [
        ids[int(np.where(languages == texts[wanted][0], row, -1).argmax())] == wanted
        for row, (_, wanted) in zip(near, asked, strict=True)
    ]
    return float(np.mean(right))


def _peak() -> float:
    """Megabytes of memory at most, so far; NaN where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def section(found: dict[str, dict[str, Any]], took: float) -> str:
    """The section as Markdown."""
    exact = np.array(found["torch"]["vectors"])
    rows = []
    for kind, one in found.items():
        least = float((np.array(one["vectors"]) * exact).sum(axis=1).min())
        shares = " | ".join(f"{share:.3f}" for share in one["found"])
        rows.append(
            f"| {kind} | {one['ready']:.1f} s | {one['memory']:.0f} MB | "
            f"{1000 * one['p50']:.1f} and {1000 * one['p95']:.1f} ms | {one['speed']:.0f} | "
            f"{least:.4f} | {shares} |"
        )
    names = " | ".join(f"R@1, `{name}`, `{key}`" for name, key in SETS)
    lines = [
        "## The encoder",
        "",
        f"{machine.measured(took)} "
        "The memory is before the sets are embedded; a question alone, median and 95th percentile; "
        f"passages of {SHORT} characters; the least cosine of a vector to torch's.",
        "",
        f"| | loaded in | memory | a question | passages a second | cosine | {names} |",
        "|---|---|---|---|---|---|" + "---|" * len(SETS),
        *rows,
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure each kind in a process of its own, and write the section."""
    parser = argparse.ArgumentParser(description="see the module")
    parser.add_argument("--eval", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--out", type=Path, help="Markdown file for the section")
    parser.add_argument("--kind", choices=KINDS, help="measure this one here, and print it")
    options = parser.parse_args()
    if options.kind:
        sys.stdout.write(json.dumps(measured(options.kind, options.eval)))
        return 0
    if options.out is None:
        parser.error("--out is missing")
    began = time.perf_counter()
    found = {}
    for kind in KINDS:
        command = [sys.executable, "-m", "benchmarks.encoders", "--eval", str(options.eval)]
        done = subprocess.run(
            [*command, "--kind", kind], capture_output=True, text=True, check=True
        )
        found[kind] = json.loads(done.stdout)
        told = {name: value for name, value in found[kind].items() if name != "vectors"}
        Console(stderr=True).print(kind, told)
    sections.put(options.out, "encoders", section(found, time.perf_counter() - began))
    return 0


if __name__ == "__main__":
    sys.exit(main())
