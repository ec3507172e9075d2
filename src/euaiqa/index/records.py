"""Rows of JSON on disk that are read one by one, where they are asked for.

A file of lines and beside it where each begins: both are mapped into memory, so that opening
a million rows takes no time and what nobody asks for takes no memory.
"""

from __future__ import annotations

import functools
import json
import mmap
import os
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, TypeVar, overload

import numpy as np

from euaiqa.index import arrays

Row = TypeVar("Row")

KEPT = 1024  # rows that stay parsed


class Writer:
    """Writes rows, one a line; what is written is on the disk once it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Closed by __exit__.
        self._file = path.open("wb")
        self._at = array("Q", [0])

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if error is None:
            arrays.save(_offsets(self._path), np.frombuffer(self._at, dtype=np.uint64))

    def write(self, row: Any) -> bytes:
        """Append a row; its line is given back."""
        line = json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"
        self._file.write(line)
        self._at.append(self._at[-1] + len(line))
        return line


class Records(Sequence[Row], Generic[Row]):
    """The rows that a `Writer` wrote; any number of threads may read."""

    def __init__(self, path: Path, make: Callable[[Any], Row]) -> None:
        """Open them.

        Args:
            path: the file.
            make: a row of JSON to what is given back.

        Raises:
            OSError: a file is not there.
            ValueError: the two files do not belong together.
        """
        self._at = arrays.load(_offsets(path))
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if int(self._at[-1]) != size:
                raise ValueError(f"{path.name} has another length than its offsets tell")
            # A map of nothing cannot be made.
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        at, lines = self._at, self._map

        def parsed(number: int) -> Row:
            return make(json.loads(lines[int(at[number]) : int(at[number + 1])]))

        self._parsed = parsed
        # No method: the cache would hold this object, and what it maps, in a circle.
        self._read = functools.lru_cache(maxsize=KEPT)(parsed)

    def __len__(self) -> int:
        return len(self._at) - 1

    @overload
    def __getitem__(self, number: int) -> Row: ...
    @overload
    def __getitem__(self, number: slice) -> list[Row]: ...
    def __getitem__(self, number: int | slice) -> Row | list[Row]:
        if isinstance(number, slice):
            return [self[i] for i in range(*number.indices(len(self)))]
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return self._read(number % len(self))

    def __iter__(self) -> Iterator[Row]:
        # Past the cache, which one walk through all would only empty.
        return (self._parsed(number) for number in range(len(self)))


def _offsets(path: Path) -> Path:
    return path.with_suffix(".offsets.npy")
