"""What an index was built from and with, and which version is the current one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from euaiqa.datamodels import Corpus, DocumentProblem
from euaiqa.errors import IndexMismatch, IndexMissing
from euaiqa.segment import SEGMENTER_VERSION

SCHEMA = 3
CURRENT = "CURRENT"
REBUILD = "run `euaiqa index` to build it"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from, and with what.

    `documents` maps each article's id to the SHA-256 of its file; `dense` is
    how vectors are searched; `built` is ISO 8601, UTC.
    """

    schema: int
    index_version: str
    encoder: str
    encoder_fingerprint: str
    segmenter: str
    documents: Mapping[str, str]
    problems: tuple[DocumentProblem, ...]
    passages: int
    sentences: int
    dense: str
    built: str


def version_of(corpus: Corpus, encoder_fingerprint: str) -> str:
    """The name of the index that these articles give with this encoder: 12 hexadecimal digits.

    It changes when an article, what of it is left out, a file's problem, the encoder, the
    segmenter or the schema does.
    """
    parts = [str(SCHEMA), encoder_fingerprint, SEGMENTER_VERSION]
    parts += [
        f"{d.id}\0{d.sha256}\0{d.boilerplate}" for d in sorted(corpus.documents, key=lambda d: d.id)
    ]
    parts += [f"{p.document}\0{p.reason}" for p in corpus.problems]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def read_manifest(folder: Path) -> Manifest:
    """Read what the current version was built from, without loading it.

    Raises:
        IndexMissing: nothing was built there yet.
        IndexMismatch: its manifest cannot be read or has another schema.
    """
    return manifest_of(current(folder))


def current(folder: Path) -> Path:
    """The folder of the version that readers load.

    Raises:
        IndexMissing: nothing was built there yet.
    """
    try:
        name = (folder / CURRENT).read_text().strip()
    except OSError as error:
        raise IndexMissing("there is no index yet", hint=REBUILD) from error
    return folder / name


def manifest_of(version: Path) -> Manifest:
    """Read a version's manifest.

    Raises:
        IndexMismatch: it cannot be read or has another schema.
    """
    try:
        row = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        if row["schema"] != SCHEMA:
            raise IndexMismatch("the index has another schema", hint=REBUILD)
        row["problems"] = tuple(DocumentProblem(**p) for p in row["problems"])
        return Manifest(**row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexMismatch("the index is damaged: no readable manifest", hint=REBUILD) from error
