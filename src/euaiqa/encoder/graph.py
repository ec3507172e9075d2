"""What the encoder computes, as an ONNX graph: taken over once from sentence-transformers.

onnxruntime gives the same vectors in less than half the time, and a program that only runs the
graph need not import torch (docs/adr/0019-encoder-by-onnxruntime.md). The graph begins after the
words' embeddings, four fifths of the weights: these stay in the folder's file, of which only the
rows that are used come into memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "graph-1.onnx"  # another number for another kind of graph
WORDS = "embeddings.word_embeddings.weight"
_TYPES = {"F32": "<f4", "F16": "<f2"}
_HEAD = struct.Struct("<Q")  # https://github.com/huggingface/safetensors#format


def is_made(folder: Path) -> bool:
    """Whether the graph of a folder need not be made."""
    return (folder / NAME).exists()


def graph(folder: Path) -> bytes:
    """The graph of a folder; made, and kept in it, where it is not there or damaged.

    Its inputs: `words` float32 (texts, tokens, width), `mask` int64 (texts, tokens), 1 for a token
    and 0 behind the last; its output: `vectors` float32 (texts, width), rows L2-normalised.

    Making it takes about 15 seconds.

    Raises:
        ValueError: sentence-transformers cannot load the folder; the message says why.
    """
    path, sum_path = folder / NAME, folder / f"{NAME}.sha256"
    with contextlib.suppress(OSError):
        kept = path.read_bytes()
        if hashlib.sha256(kept).hexdigest() == sum_path.read_text(encoding="utf-8"):
            return kept
    made = _exported(folder)
    with contextlib.suppress(OSError):  # a cache that may only be read works, slower
        _write(sum_path, hashlib.sha256(made).hexdigest().encode())
        _write(path, made)
    return made


def word_vectors(folder: Path) -> NDArray[np.floating[Any]]:
    """The words' embeddings, (words, width), mapped from the folder's file.

    Raises:
        OSError, ValueError, KeyError: the file is not there, or is none.
    """
    path = folder / "model.safetensors"
    with path.open("rb") as file:
        (size,) = _HEAD.unpack(file.read(_HEAD.size))
        about = json.loads(file.read(size))[WORDS]
    at = _HEAD.size + size + about["data_offsets"][0]
    return np.memmap(path, _TYPES[about["dtype"]], "r", at, tuple(about["shape"]))


def _exported(folder: Path) -> bytes:
    """Let another process make the graph: what torch takes in memory ends with it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / NAME
        command = [sys.executable, "-m", "euaiqa.encoder.export", str(folder), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
            raise ValueError(f"its graph cannot be made: {said[-1]}")
        return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
