"""A file of the articles' folder as it was found, and what tells whether it is still the same."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euaiqa import documents

# A file that was changed so shortly before it was read may have been changed again within the
# clock's tick, with the same size: it is read again. Git does so too ("racy git").
RACY = 2_000_000_000  # nanoseconds


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was found.

    Its source is row `spooled` of the spool, or where that is None the version's. `changed` is 0
    where it may have changed since. `kept` is whether the file could not be read, so that the
    version's article stays as it is.
    """

    id: str
    sha256: str
    size: int
    changed: int
    lines: NDArray[np.uint64]
    spooled: int | None
    kept: bool = False


def moment(path: Path) -> tuple[int, int] | None:
    """A file's size and when it changed; None where that cannot be told."""
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_size, documents.changed_at(now)


def settled(changed: int) -> int:
    """When a file was changed; 0 where it may change again without another time."""
    return changed if changed <= time.time_ns() - RACY else 0


def digest(kept: Mapping[str, Set[str]]) -> str:
    """What tells which lines are kept; empty where none is."""
    rows = sorted(f"{document}\t{line}" for document, lines in kept.items() for line in lines)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] if rows else ""


def state_of(file: File, repeated: NDArray[np.uint64], kept: frozenset[str]) -> str:
    """What an article is decided from: it is the same article where all of this is."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{documents.READER_VERSION}\n{file.sha256}\n".encode())
    digest.update(np.sort(repeated).tobytes())
    for line in sorted(kept):
        digest.update(f"\n{line}".encode())
    return digest.hexdigest()
