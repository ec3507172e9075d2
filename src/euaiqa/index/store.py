"""The index on disk: build aside, swap in by one rename, load and check.

Layout of the index folder:

    CURRENT              name of the version that readers load
    v-<index_version>/   manifest.json documents.jsonl passages.jsonl dense.faiss *.npy lexical-fr/

A version is written completely under another name, renamed, and only then named in
CURRENT (itself replaced by one rename): a reader sees the old version or the new one.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

import numpy as np

from euaiqa.datamodels import Corpus, Document, Language, Passage, Sentence, Span
from euaiqa.encoder import Encoder, Vectors
from euaiqa.errors import IndexMismatch, SettingsError
from euaiqa.index.dense import DenseVectors, entries, kind_of, searchable
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.loaded import Index
from euaiqa.index.manifest import (
    CURRENT,
    REBUILD,
    SCHEMA,
    Manifest,
    current,
    manifest_of,
    version_of,
)
from euaiqa.index.neutral import Neutral
from euaiqa.segment import SEGMENTER_VERSION
from euaiqa.segment import passages as cut_into_passages

_VERSION = re.compile(r"v-[0-9a-f]{12}-[0-9a-f]{8}")


def build(
    corpus: Corpus,
    encoder: Encoder,
    folder: Path,
    *,
    start: Callable[[str, int], None] = lambda _what, _total: None,
    advance: Callable[[int], None] = lambda _n: None,
) -> Manifest:
    """Build a version from articles and swap it in.

    Args:
        corpus: the articles, and the files that could not be read (told in the manifest).
        encoder: embeds the passages.
        folder: the index folder; made when missing.
        start: called with the name of a step and its size.
        advance: called with the progress within the step.

    Raises:
        SettingsError: there is no readable article, or the folder cannot be written.
    """
    import faiss

    if not corpus.documents:
        reasons = "; ".join(f"{p.document}: {p.reason}" for p in corpus.problems[:3])
        raise SettingsError(
            "there is no readable article to index" + (f" ({reasons})" if reasons else ""),
            hint="put .txt or .md files into the articles' folder (EUAIQA_SEEDS)",
        )
    start("cutting into passages", len(corpus.documents))
    passages: list[Passage] = []
    for document in corpus.documents:
        passages += cut_into_passages(document, encoder.count_tokens)
        advance(1)
    if not passages:
        raise SettingsError(
            "the articles hold no text that can be indexed",
            hint="check that they are not only captions and forms",
        )
    start("embedding passages", len(passages))
    whole = encoder.encode_passages([p.text for p in passages], advance=advance)  # (n, d)
    texts = [sentence.text for p in passages for sentence in p.sentences]
    start("embedding sentences", len(texts))
    single = encoder.encode_passages(texts, advance=advance)  # (sentences, d)
    neutral = Neutral.of_corpus([d.title for d in corpus.documents], encoder)
    dense = searchable(entries(passages, whole, single, neutral))
    lexical = {
        language: LexicalIndex.build(
            language, [f"{p.title}\n{p.text}" for p in passages if p.language == language]
        )
        for language in _languages()
    }
    manifest = Manifest(
        schema=SCHEMA,
        index_version=version_of(corpus, encoder.fingerprint),
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        segmenter=SEGMENTER_VERSION,
        documents={d.id: d.sha256 for d in corpus.documents},
        problems=corpus.problems,
        passages=len(passages),
        sentences=sum(len(p.sentences) for p in passages),
        dense=kind_of(dense),
        built=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / f".building-{uuid.uuid4().hex}"
        aside.mkdir()
        try:
            _write_json(aside / "manifest.json", [asdict(manifest)])
            _write_json(aside / "documents.jsonl", [asdict(d) for d in corpus.documents])
            _write_json(aside / "passages.jsonl", [asdict(p) for p in passages])
            faiss.write_index(dense, str(aside / "dense.faiss"))
            np.save(aside / "passages.npy", whole)
            np.save(aside / "sentences.npy", single)
            np.save(aside / "neutral.npy", _neutral_rows(neutral))
            for language, index in lexical.items():
                index.save(aside / f"lexical-{language}")
            _swap_in(aside, folder, manifest.index_version)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise SettingsError(
            f"the index cannot be written: {error.strerror or error}",
            hint="check the space and the rights of the folder EUAIQA_INDEX",
        ) from error
    return manifest


def load(folder: Path, encoder: Encoder) -> Index:
    """Load the current version.

    Raises:
        IndexMissing: nothing was built there yet.
        IndexMismatch: built with another encoder, schema or segmenter, or damaged.
    """
    import faiss

    version = current(folder)
    manifest = manifest_of(version)
    if manifest.encoder_fingerprint != encoder.fingerprint:
        raise IndexMismatch(
            f"the index was built with another encoder ({manifest.encoder})", hint=REBUILD
        )
    if manifest.segmenter != SEGMENTER_VERSION:
        raise IndexMismatch("the index was built by another segmenter", hint=REBUILD)
    try:
        documents = [_document(row) for row in _read_json(version / "documents.jsonl")]
        passages = [_passage(row) for row in _read_json(version / "passages.jsonl")]
        dense = faiss.read_index(str(version / "dense.faiss"))
        whole, single, rows = (
            np.load(version / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("passages", "sentences", "neutral")
        )
        lexical = {
            language: LexicalIndex.load(language, version / f"lexical-{language}")
            for language in _languages()
        }
    except (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise IndexMismatch("the index is damaged", hint=REBUILD) from error
    n, m, d = manifest.passages, manifest.sentences, encoder.dimensions
    found = (len(passages), sum(len(p.sentences) for p in passages), dense.ntotal, dense.d)
    shapes = (whole.shape, single.shape, rows.shape)
    if found != (n, m, m, d) or shapes != ((n, d), (m, d), (2 * len(_languages()), d)):
        raise IndexMismatch("the index is damaged: its parts differ in size", hint=REBUILD)
    vectors = DenseVectors(dense, whole, single, _neutral(rows))
    return Index(manifest, {d.id: d for d in documents}, passages, vectors, lexical)


def _languages() -> tuple[Language, ...]:
    return get_args(Language)


def _neutral_rows(neutral: Neutral) -> Vectors:
    """The four vectors as rows: offset and asking of each language, in the order of languages."""
    return np.stack([part[a] for part in (neutral.offset, neutral.asking) for a in _languages()])


def _neutral(rows: Vectors) -> Neutral:
    offset, asking = np.split(rows, 2)
    return Neutral(
        dict(zip(_languages(), offset, strict=True)), dict(zip(_languages(), asking, strict=True))
    )


def _swap_in(aside: Path, folder: Path, version: str) -> None:
    # A rebuild of the same version gets a name of its own: the old one may be in use.
    name = f"v-{version}-{uuid.uuid4().hex[:8]}"
    previous = (folder / CURRENT).read_text().strip() if (folder / CURRENT).exists() else ""
    aside.rename(folder / name)
    pointer = folder / f".{CURRENT}-{uuid.uuid4().hex}"
    pointer.write_text(name + "\n")
    pointer.replace(folder / CURRENT)
    for old in folder.iterdir():  # only what is ours; a reader may be loading the previous one
        if _VERSION.fullmatch(old.name) and old.name not in {name, previous}:
            shutil.rmtree(old, ignore_errors=True)


def _write_json(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")


def _read_json(path: Path) -> list[dict[str, Any]]:
    # Lines are cut at "\n" alone: str.splitlines would also cut at U+2028 inside a text.
    with path.open(encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file]


def _date(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _document(row: dict[str, Any]) -> Document:
    boilerplate = tuple(Span(**span) for span in row.pop("boilerplate"))
    return Document(**{**row, "published": _date(row["published"])}, boilerplate=boilerplate)


def _passage(row: dict[str, Any]) -> Passage:
    sentences, before = (
        tuple(Sentence(**sentence) for sentence in row.pop(name))
        for name in ("sentences", "before")
    )
    date = _date(row["published"])
    return Passage(**{**row, "published": date}, sentences=sentences, before=before)
