"""Articles on their way from the folder into the index: few in memory, many in a hidden file."""

from __future__ import annotations

import json
from tempfile import SpooledTemporaryFile
from typing import Any

import numpy as np

from euaiqa.datamodels import Document, Source
from euaiqa.errors import SettingsError
from euaiqa.index.article import Article, document_of, row_of, source_of

IN_MEMORY = 32_000_000  # bytes


class Spool:
    """Rows that are written once and read by their number, until the context is left.

    The file has no name, so that a killed program leaves none.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - __exit__ closes it
        self._at = [0]

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put_source(self, source: Source) -> int:
        """Keep a file that was read; its number is given back."""
        document = Document(source.id, "", None, "en", source.text, source.sha256)
        return self._write(row_of(Article(document, source)))

    def source(self, number: int) -> Source:
        """The file of a number."""
        return source_of(self._row(number))

    def put(self, article: Article) -> int:
        """Keep an article; its number is given back."""
        told = [article.state, article.size, article.changed, article.lines.tolist()]
        return self._write({**row_of(article), "told": told})

    def article(self, number: int) -> Article:
        """The article of a number."""
        row = self._row(number)
        state, size, changed, lines = row["told"]
        keys = np.array(lines, dtype=np.uint64)
        return Article(document_of(row), source_of(row), state, size, changed, keys)

    def _write(self, row: Any) -> int:
        line = json.dumps(row, ensure_ascii=False).encode("utf-8")
        try:
            self._file.seek(self._at[-1])
            self._file.write(line)
        except OSError as error:
            raise SettingsError(
                f"a temporary file cannot be written: {error.strerror or error}",
                hint="make space, or set TMPDIR to a folder on another disk",
            ) from error
        self._at.append(self._file.tell())
        return len(self._at) - 2

    def _row(self, number: int) -> Any:
        self._file.seek(self._at[number])
        return json.loads(self._file.read(self._at[number + 1] - self._at[number]))
