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
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.errors import ModelError

SUFFIX = ".graph-1.onnx"  # another number for another kind of graph
WORDS = "embeddings.word_embeddings.weight"
_TYPES = {"F32": "<f4", "F16": "<f2"}
_HEAD = struct.Struct("<Q")  # https://github.com/huggingface/safetensors#format
_REASON = re.compile(r"^[\w.]*(?:Error|Exception)\b.*$", re.MULTILINE)


def path_of(folder: Path) -> Path:
    """Where the graph of a folder is kept: beside it, for what is in it is verified."""
    return folder.with_name(folder.name + SUFFIX)


def is_made(folder: Path) -> bool:
    """Whether the graph of a folder is kept, whole."""
    return _kept(path_of(folder)) is not None


def graph(folder: Path) -> bytes:
    """The graph of a folder; made, and kept beside it, where it is not there or damaged.

    Its inputs: `words` float32 (texts, tokens, width), `mask` int64 (texts, tokens), 1 for a token
    and 0 behind the last; its output: `vectors` float32 (texts, width), rows L2-normalised.

    Making it takes about 15 seconds.

    Raises:
        ModelError: it cannot be made; the message says why.
    """
    path = path_of(folder)
    kept = _kept(path)
    if kept is not None:
        return kept
    with _alone(path):
        kept = _kept(path)  # another process may have made it meanwhile
        if kept is None:
            kept = _exported(folder)
            with contextlib.suppress(OSError):  # a cache that may only be read works, slower
                _write(_sum_of(path), hashlib.sha256(kept).hexdigest().encode())
                _write(path, kept)
    return kept


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


def _sum_of(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _kept(path: Path) -> bytes | None:
    """A graph that is as it was written."""
    try:
        data, said = path.read_bytes(), _sum_of(path).read_bytes()
    except OSError:
        return None
    return data if hashlib.sha256(data).hexdigest().encode() == said else None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time make a graph; where nothing can be written, each makes its own."""
    import filelock

    lock = filelock.FileLock(path.with_name(path.name + ".lock"))
    try:
        lock.acquire()
    except OSError:
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _exported(folder: Path) -> bytes:
    """Let another process make the graph: what torch takes in memory ends with it."""
    hint = "free memory and space for temporary files, or run the setup again; then try again"
    try:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "graph.onnx"
            # -P: nothing is imported from the folder that the reader is in
            command = [sys.executable, "-P", "-m", "euaiqa.encoder.export", str(folder), str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                why = _why(done.stderr, done.returncode)
                raise ModelError(f"the encoder's graph cannot be made: {why}", hint=hint)
            return path.read_bytes()
    except OSError as error:
        raise ModelError(f"the encoder's graph cannot be made: {error}", hint=hint) from error


def _why(said: str, code: int) -> str:
    """What a process that failed says; torch's own last lines only point to earlier ones."""
    if code < 0:
        return f"the process was ended by signal {-code}"
    reasons: list[str] = _REASON.findall(said)
    lines = said.strip().splitlines()
    return reasons[-1] if reasons else lines[-1] if lines else f"exit code {code}"


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none, alone: what a killed process left is written over."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
