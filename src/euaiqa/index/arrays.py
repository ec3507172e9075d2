"""Arrays on disk: written so that a full disk is an error, and read by memory map.

`numpy.save` hands a file to the C library, which may notice only when it closes the file that no
space is left, and tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def save(path: Path, array: NDArray[Any]) -> None:
    """Write an array.

    Raises:
        OSError: it cannot be written.
    """
    save_rows(path, array.shape, array.dtype, [np.ascontiguousarray(array)])


def save_rows(
    path: Path, shape: tuple[int, ...], dtype: Any, parts: Iterable[NDArray[Any]]
) -> None:
    """Write an array of which there is never more than a part in memory.

    It is not mapped for that: to write to a map on a full disk kills the program.

    Args:
        path: the file.
        shape: of the whole.
        dtype: of the whole.
        parts: its rows in order, some at a time.

    Raises:
        OSError: it cannot be written.
    """
    kind = np.dtype(dtype).newbyteorder("<")
    head = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_2_0(file, head)
        for part in parts:
            file.write(part.astype(kind, copy=False).tobytes())


def load(path: Path) -> Any:
    """Map an array.

    Raises:
        OSError: it is not there.
        ValueError: it is no array.
    """
    return np.load(path, mmap_mode="r", allow_pickle=False)
