"""Vectors that were computed before, by their texts: nothing is embedded twice.

A text is known by a hash of it and of what it is to the encoder, a passage or a question.
What a build computes goes at once into two files that only grow: broken off at any moment,
the next build finds there all that was written whole.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from euaiqa.encoder import Vectors

Kind = Literal["passage", "query"]
_ROWS = 65_536  # vectors that are looked at at a time
KEY = 16  # bytes of a hash; two of a billion texts are the same with probability 10^-21
Keys = NDArray[np.uint8]


def key_of(text: str, kind: Kind = "passage") -> bytes:
    """The hash of a text."""
    return hashlib.blake2b(
        f"{kind}: {text}".encode("utf-8", "surrogatepass"), digest_size=KEY
    ).digest()


def as_keys(joined: bytes | bytearray) -> Keys:
    """Hashes one after the other as rows, uint8 (n, KEY)."""
    return np.frombuffer(bytes(joined), dtype=np.uint8).reshape(-1, KEY)


class Known:
    """Where the vectors of texts are found."""

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._sources: list[Vectors] = []
        self._starts: list[int] = []
        self._size = 0
        self._row: dict[bytes, int] = {}

    def __contains__(self, key: bytes) -> bool:
        return key in self._row

    def add(self, keys: Keys, rows: Vectors) -> None:
        """Take vectors: uint8 (n, KEY) and float32 (n, d); rows may be mapped from disk."""
        self._sources.append(rows)
        self._starts.append(self._size)
        for number, key in enumerate(keys):
            self._row.setdefault(key.tobytes(), self._size + number)
        self._size += len(keys)

    def rows(self, keys: Keys) -> Vectors:
        """The vectors of texts that are all known, float32 (n, d)."""
        wanted = np.array([self._row[key.tobytes()] for key in keys], dtype=np.int64)
        out = np.empty((len(keys), self._dimensions), dtype=np.float32)
        owner = np.searchsorted(self._starts, wanted, side="right") - 1
        for number, (source, start) in enumerate(zip(self._sources, self._starts, strict=True)):
            mine = np.flatnonzero(owner == number)
            if len(mine):
                out[mine] = source[wanted[mine] - start]
        return out


class Journal:
    """The vectors that a build computes, on disk as soon as they are there."""

    def __init__(self, folder: Path, dimensions: int, fingerprint: str) -> None:
        """Open what an earlier build left, or begin.

        Args:
            folder: it must be there.
            dimensions: of a vector.
            fingerprint: of the encoder; what another one computed is thrown away.

        Raises:
            OSError: the files cannot be read or written.
        """
        self._dimensions = dimensions
        self._width = 4 * dimensions
        self._keys, self._vectors = folder / "journal.keys", folder / "journal.vectors"
        encoder = folder / "journal.encoder"
        if not encoder.exists() or encoder.read_text(encoding="utf-8") != fingerprint:
            self._keys.unlink(missing_ok=True)
            self._vectors.unlink(missing_ok=True)
            encoder.write_text(fingerprint, encoding="utf-8")
        self._keys.touch()
        self._vectors.touch()
        # A row counts when it is whole in both, and is a vector: all before it are, too.
        size = min(self._keys.stat().st_size // KEY, self._vectors.stat().st_size // self._width)
        self._cut(size)
        self._cut(_sound(self.read()[1]))

    def read(self) -> tuple[Keys, Vectors]:
        """All that it holds: uint8 (n, KEY) and float32 (n, d), mapped from disk."""
        keys = as_keys(self._keys.read_bytes())
        if not len(keys):
            return keys, np.empty((0, self._dimensions), dtype=np.float32)
        rows = np.memmap(self._vectors, dtype=np.float32, mode="r")
        return keys, rows[: len(keys) * self._dimensions].reshape(len(keys), self._dimensions)

    def forget(self) -> None:
        """Throw all of it away."""
        self._cut(0)

    def _cut(self, size: int) -> None:
        os.truncate(self._keys, size * KEY)
        os.truncate(self._vectors, size * self._width)

    def append(self, keys: Iterable[bytes], rows: Vectors) -> None:
        """Keep vectors, on the disk when this returns.

        Raises:
            OSError: no space is left.
        """
        for path, data in ((self._vectors, rows.tobytes()), (self._keys, b"".join(keys))):
            with path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())


def are_of_length_one(rows: Vectors) -> NDArray[np.bool_]:
    """Whether each is a vector of the encoder, bool (n,); one that was not written whole is not."""
    found: NDArray[np.bool_] = np.abs(np.linalg.norm(rows, axis=1) - 1) < 1e-3
    return found


def _sound(rows: Vectors) -> int:
    """How many rows stand before the first that is no vector."""
    for start in range(0, len(rows), _ROWS):
        bad = np.flatnonzero(~are_of_length_one(rows[start : start + _ROWS]))
        if len(bad):
            return start + int(bad[0])
    return len(rows)
