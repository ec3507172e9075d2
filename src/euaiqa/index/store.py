"""The index on disk: build it from articles that are in memory, load it.

A folder of files is brought up to date by `pipeline`; see `building.update`.
"""

from __future__ import annotations

from pathlib import Path

from euaiqa.datamodels import Corpus
from euaiqa.encoder import Encoder
from euaiqa.errors import IndexMismatch
from euaiqa.index.article import Article
from euaiqa.index.building import known, update
from euaiqa.index.dense import DenseVectors
from euaiqa.index.loaded import Index
from euaiqa.index.manifest import REBUILD, Manifest, fits, manifest_of
from euaiqa.index.neutral import Neutral
from euaiqa.index.stored import Stored
from euaiqa.index.versions import current, locked


def build(corpus: Corpus, encoder: Encoder, folder: Path, *, reuse: bool = False) -> Manifest:
    """Build a version from articles and swap it in.

    Args:
        corpus: the articles, and the files that could not be read (told in the manifest).
        encoder: embeds the passages.
        folder: the index folder; made when missing.
        reuse: whether vectors of the current version are used again; the same articles then give
            the same index, and in no time.

    Raises:
        SettingsError: there is no readable article, or the folder cannot be written.
        IndexBusy: another program builds there.
    """
    articles = map(Article.of, corpus.documents)
    with locked(folder):
        return update(
            articles,
            encoder,
            folder,
            total=len(corpus.documents),
            problems=corpus.problems,
            known=known(folder, encoder) if reuse else (),
        )


def read_manifest(folder: Path) -> Manifest:
    """Read what the current version was built from, without loading it.

    Raises:
        IndexMissing: nothing was built there yet.
        IndexMismatch: its manifest cannot be read or has another schema.
    """
    return manifest_of(current(folder))


def load(folder: Path, encoder: Encoder) -> Index:
    """Open the current version.

    Raises:
        IndexMissing: nothing was built there yet.
        IndexMismatch: built with another encoder, schema or segmenter, or damaged.
    """
    version = current(folder)
    while True:
        try:
            return _opened(version, encoder)
        except IndexMismatch:
            # While this one was being opened, two newer ones may have been built, and it removed.
            newer = current(folder)
            if newer == version:
                raise
            version = newer


def _opened(version: Path, encoder: Encoder) -> Index:
    fits(manifest_of(version), encoder.name, encoder.fingerprint)
    stored = Stored(version)
    if stored.single.shape[1] != encoder.dimensions:
        raise IndexMismatch("the index is damaged: its parts differ in size", hint=REBUILD)
    vectors = DenseVectors(
        stored.dense(), stored.whole, stored.single, Neutral.of_rows(stored.neutral)
    )
    return Index(
        stored.manifest,
        stored.heads,
        stored.documents,
        stored.table,
        vectors,
        stored.lexical(),
        witnesses=stored.witnesses,
    )
