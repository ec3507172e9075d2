"""An article as an index keeps it, and its row on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, Source, Span
from euaiqa.documents import without
from euaiqa.notice import from_json


def _none() -> NDArray[np.uint64]:
    return np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Article:
    """A document, with what the next build needs in order to read it again only where it must.

    `source` is the file that it was made of. `state` differs when the document may: it tells of
    the file's bytes and of all else that decided; empty, it is never the same. `size` and
    `changed` are the file's (bytes, nanoseconds); `lines` uint64 (k,) are the keys of its lines.
    """

    document: Document
    source: Source
    state: str = ""
    size: int = 0
    changed: int = 0
    lines: NDArray[np.uint64] = field(default_factory=_none)

    @classmethod
    def of(cls, document: Document) -> Article:
        """An article that was not read from a file."""
        return cls(document, Source(document.id, document.text, document.sha256))


def content_of(document: Document) -> str:
    """A document's text without its boilerplate."""
    return without(document.text, document.boilerplate)


_APART = ("id", "text", "sha256")  # a source has them from its document


def row_of(article: Article) -> dict[str, Any]:
    """What is written of an article: the document, and what its source tells besides."""
    document, source = asdict(article.document), asdict(article.source)
    for name in _APART:
        del source[name]
    for row, key in ((document, "boilerplate"), (source, "outside")):
        row[key] = [[span["start"], span["end"]] for span in row[key]]
        row["published"] = row["published"] and row["published"].isoformat()
    return {"document": document, "source": source}


def document_of(row: Mapping[str, Any]) -> Document:
    """The document of a row."""
    return Document(**_read(row["document"], "boilerplate"))


def source_of(row: Mapping[str, Any]) -> Source:
    """The source of a row; what is missing of it is told in English only."""
    apart = {name: row["document"][name] for name in _APART}
    told = _read(row["source"], "outside")
    return Source(**apart, **{**told, "missing": from_json(told["missing"])})


def _read(row: Mapping[str, Any], spans: str) -> dict[str, Any]:
    day = row["published"]
    return {
        **row,
        "published": dt.date.fromisoformat(day) if day else None,
        spans: tuple(Span(*span) for span in row[spans]),
    }
