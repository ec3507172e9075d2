"""What an index was built from and with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from euaiqa.datamodels import DocumentProblem, Language
from euaiqa.errors import IndexMismatch
from euaiqa.notice import from_json, to_json
from euaiqa.segment import SEGMENTER_VERSION

SCHEMA = 4
REBUILD = "run `euaiqa index` to build it"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was built from, and with what.

    `index_version` changes when what can be quoted does, or what could not be read. `languages`
    and `months` ("2025-02", "" where there is no date) count articles; `twins` are those that
    say what another says; `dense` is how vectors are searched; `built` is ISO 8601, UTC.
    `reader` tells how files were read, `kept` which lines a person kept. Of the texts, `embedded`
    went through the encoder when it was built, and `reused` had vectors before.
    """

    schema: int
    index_version: str
    encoder: str
    encoder_fingerprint: str
    segmenter: str
    reader: str
    kept: str
    problems: tuple[DocumentProblem, ...]
    documents: int
    passages: int
    sentences: int
    languages: Mapping[Language, int]
    months: Mapping[str, int]
    twins: int
    dense: str
    built: str
    embedded: int
    reused: int

    def save(self, version: Path) -> None:
        """Write it into a version's folder."""
        row = {**asdict(self), "problems": [_row(problem) for problem in self.problems]}
        text = json.dumps(row, ensure_ascii=False, indent=1)
        (version / "manifest.json").write_text(text + "\n", encoding="utf-8")


def manifest_of(version: Path) -> Manifest:
    """Read a version's manifest.

    Raises:
        IndexMismatch: it cannot be read or has another schema.
    """
    try:
        row = json.loads((version / "manifest.json").read_text(encoding="utf-8"))
        if row["schema"] != SCHEMA:
            raise IndexMismatch("the index has another schema", hint=REBUILD)
        row["problems"] = tuple(_problem(each) for each in row["problems"])
        return Manifest(**row)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise IndexMismatch("the index is damaged: no readable manifest", hint=REBUILD) from error


def _row(problem: DocumentProblem) -> dict[str, Any]:
    return {
        "document": problem.document,
        "reason": to_json(problem.reason),
        "remedy": to_json(problem.remedy),
    }


def _problem(row: Mapping[str, Any]) -> DocumentProblem:
    return DocumentProblem(row["document"], from_json(row["reason"]), from_json(row["remedy"]))


def fits(manifest: Manifest, encoder: str, fingerprint: str) -> None:
    """Make sure that an index can be searched with an encoder.

    Args:
        manifest: the index's.
        encoder: its name is told.
        fingerprint: the encoder's.

    Raises:
        IndexMismatch: it was built with another encoder or segmenter.
    """
    if manifest.encoder_fingerprint != fingerprint:
        raise IndexMismatch(
            f"the index was built with another encoder ({manifest.encoder}, not {encoder})",
            hint=REBUILD,
        )
    if manifest.segmenter != SEGMENTER_VERSION:
        raise IndexMismatch("the index was built by another segmenter", hint=REBUILD)


def is_fit(manifest: Manifest, encoder: str, fingerprint: str) -> bool:
    """Whether `fits` finds nothing wrong."""
    try:
        fits(manifest, encoder, fingerprint)
    except IndexMismatch:
        return False
    return True
