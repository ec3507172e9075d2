"""The files of a version that hold its articles, and what the next build needs to know of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document
from euaiqa.index import arrays
from euaiqa.index.article import Article, content_of, row_of
from euaiqa.index.near_duplicates import SIZE, witnesses
from euaiqa.index.progress import Steps
from euaiqa.index.records import Records, Writer


class ArticleFiles:
    """Writes articles one by one; complete once it is left without an error."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = Writer(folder / "documents.jsonl")
        self._heads: list[tuple[str, str, str, str, str]] = []
        self._files: list[tuple[str, str, str, int, int]] = []
        self._lines, self._ends = bytearray(), [0]
        self._sketches = bytearray()

    def __enter__(self) -> ArticleFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.__exit__(kind, error, trace)
        if error:
            return
        for name, rows in (("heads.json", self._heads), ("files.json", self._files)):
            text = json.dumps(rows, ensure_ascii=False)
            (self._folder / name).write_text(text, encoding="utf-8")
        arrays.save(self._folder / "lines.npy", np.frombuffer(bytes(self._lines), dtype=np.uint64))
        sketches = np.frombuffer(bytes(self._sketches), dtype=np.uint64).reshape(-1, SIZE)
        arrays.save(self._folder / "sketches.npy", sketches)
        arrays.save(self._folder / "lines-ends.npy", np.array(self._ends, dtype=np.int64))

    def write(self, article: Article, sketch: NDArray[np.uint64]) -> bytes:
        """Append an article with its sketch, uint64 (SIZE,); what was written is given back."""
        document = article.document
        day = document.published.isoformat() if document.published else ""
        self._heads.append((document.id, document.title, day, document.language, document.outlet))
        self._files.append(
            (document.id, document.sha256, article.state, article.size, article.changed)
        )
        self._lines.extend(article.lines.astype(np.uint64).tobytes())
        self._ends.append(self._ends[-1] + len(article.lines))
        self._sketches.extend(sketch.astype(np.uint64).tobytes())
        return self._writer.write(row_of(article))


def save_refused(version: Path, refused: Mapping[str, tuple[int, int]]) -> None:
    """Remember files that hold no text: size and time by their ids."""
    text = json.dumps(dict(refused), ensure_ascii=False)
    (version / "refused.json").write_text(text, encoding="utf-8")


def save_witnesses(version: Path, documents: Records[Document], steps: Steps) -> int:
    """Find the articles that are one witness; how many have another beside them."""
    heads = json.loads((version / "heads.json").read_text(encoding="utf-8"))
    numbers = {head[0]: number for number, head in enumerate(heads)}
    steps.start("comparing articles", len(numbers))
    sketches = arrays.load(version / "sketches.npy")
    found = witnesses(
        list(numbers), sketches, lambda id_: content_of(documents[numbers[id_]]), steps.advance
    )
    text = json.dumps(found, ensure_ascii=False)
    (version / "witnesses.json").write_text(text, encoding="utf-8")
    return len(found)
