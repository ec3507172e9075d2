"""Vectors for texts: those that are known from before, and those that the encoder makes now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from euaiqa.encoder import Encoder, Vectors
from euaiqa.index import arrays
from euaiqa.index.progress import Steps
from euaiqa.index.vectors import Journal, Keys, Kind, Known

AT_ONCE = 1024  # texts that are embedded, and then kept on disk, at a time: some 10 s of work
_ROWS = 8192  # vectors that are copied at a time


class Embedding:
    """What one build knows and embeds."""

    def __init__(
        self,
        encoder: Encoder,
        journal: Journal,
        before: Sequence[tuple[Keys, Vectors]],
        steps: Steps,
    ) -> None:
        """Take what is known.

        Args:
            encoder: makes vectors of what is not known.
            journal: keeps these; what an earlier build left in it is known.
            before: keys and vectors of the version before.
            steps: told of each text.
        """
        self._encoder = encoder
        self._journal = journal
        self._steps = steps
        self._known = Known(encoder.dimensions)
        self._new: set[bytes] = set()
        for keys, rows in [*before, journal.read()]:
            self._known.add(keys, rows)

    @property
    def embedded(self) -> int:
        """How many texts went through the encoder."""
        return len(self._new)

    def missing(self, keys: Keys) -> int:
        """How many different texts of these have no vector yet."""
        return len({key for key in map(bytes, keys) if not self._has(key)})

    def embed(self, texts: Iterable[tuple[bytes, str]], kind: Kind = "passage") -> None:
        """Make sure that texts, each with its key, have a vector on disk."""
        waiting: dict[bytes, str] = {}
        for key, text in texts:
            if not self._has(key):
                waiting[key] = text
            if len(waiting) == AT_ONCE:
                self._make(waiting, kind)
                waiting = {}
        if waiting:
            self._make(waiting, kind)

    def done(self) -> None:
        """No more texts come: what was embedded can be looked up."""
        keys, rows = self._journal.read()
        self._known.add(keys, rows)

    def rows(self, keys: Keys) -> Vectors:
        """The vectors of texts, float32 (n, d)."""
        return self._known.rows(keys)

    def save(self, path: Path, keys: Keys) -> Vectors:
        """Write the vectors of texts to a file, and map it, float32 (n, d)."""
        shape = (len(keys), self._encoder.dimensions)
        parts = (self.rows(keys[at : at + _ROWS]) for at in range(0, len(keys), _ROWS))
        arrays.save_rows(path, shape, np.float32, parts)
        found: Vectors = arrays.load(path)
        return found

    def _has(self, key: bytes) -> bool:
        return key in self._known or key in self._new

    def _make(self, texts: dict[bytes, str], kind: Kind) -> None:
        given = list(texts.values())
        if kind == "query":
            rows = self._encoder.encode_queries(given)
            self._steps.advance(len(given))
        else:
            rows = self._encoder.encode_passages(given, advance=self._steps.advance)
        self._journal.append(texts, rows)
        self._new.update(texts)
