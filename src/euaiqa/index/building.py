"""A version of the index from articles: only what is new is cut and embedded.

Everything streams: what is held in memory is a table of places, hashes of texts and the words'
numbers, whatever the articles' size. What is embedded is kept on disk at once, so that a build
that is broken off loses some seconds of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from euaiqa.datamodels import Document, DocumentProblem, Passage
from euaiqa.encoder import Encoder, Vectors
from euaiqa.errors import IndexError_, IndexMismatch, SettingsError
from euaiqa.index import arrays
from euaiqa.index.article import Article, content_of, document_of
from euaiqa.index.checking import check
from euaiqa.index.dense import Entries, kind_of, save, searchable
from euaiqa.index.embedding import Embedding
from euaiqa.index.files import ArticleFiles, save_refused, save_witnesses
from euaiqa.index.lexical import LexicalIndex
from euaiqa.index.manifest import SCHEMA, Manifest, fits
from euaiqa.index.near_duplicates import sketch
from euaiqa.index.passages import LANGUAGES, Columns, Passages
from euaiqa.index.progress import Steps
from euaiqa.index.records import Records
from euaiqa.index.stored import Stored, vectors_of
from euaiqa.index.taken_over import TakenOver
from euaiqa.index.texts import Texts
from euaiqa.index.vectors import Journal, Keys, as_keys, key_of
from euaiqa.index.versions import BUILDING, current, swap_in, unwritable
from euaiqa.segment import SEGMENTER_VERSION
from euaiqa.segment import passages as cut_into_passages


def usable(folder: Path, encoder: str, fingerprint: str) -> Stored | None:
    """The current version, where what it holds can be used again with an encoder."""
    try:
        found = Stored(current(folder))
        fits(found.manifest, encoder, fingerprint)
    except IndexError_:
        return None
    return found


def known(folder: Path, encoder: Encoder) -> list[tuple[Keys, Vectors]]:
    """Vectors of the current version, even of one that cannot be used any more."""
    try:
        return vectors_of(current(folder), encoder.fingerprint, encoder.dimensions)
    except IndexError_:
        return []


def update(
    articles: Iterable[Article],
    encoder: Encoder,
    folder: Path,
    *,
    total: int,
    problems: Sequence[DocumentProblem] = (),
    refused: Mapping[str, tuple[int, int]] = MappingProxyType({}),
    reader: str = "",
    kept: str = "",
    before: Stored | None = None,
    known: Sequence[tuple[Keys, Vectors]] = (),
    steps: Steps | None = None,
) -> Manifest:
    """Build a version and swap it in; the caller holds the lock.

    Args:
        articles: in the order of their ids; gone through once.
        encoder: embeds what has no vector yet.
        folder: the index folder; it must be there.
        total: how many articles there are.
        problems: the files that could not be read, told in the manifest.
        refused: size and time of those that hold no text, by their ids.
        reader: tells how the files were read; another one reads them again.
        kept: tells which lines a person kept.
        before: the version whose passages are used again.
        known: keys and vectors of texts that need not be embedded.
        steps: told how far it is.

    Raises:
        SettingsError: there is no readable article, or the folder cannot be written.
        IndexMismatch: what was built does not hold together, and is not used.
    """
    steps = steps or Steps()
    aside, version = folder / BUILDING, folder / BUILDING / "version"
    try:
        aside.mkdir(exist_ok=True)
        with _cleared(version):
            journal = Journal(aside, encoder.dimensions, encoder.fingerprint)
            embedding = Embedding(encoder, journal, known, steps)
            version.mkdir()
            written = _written(articles, total, version, before, encoder, steps)
            if not written.titles:
                raise _nothing(problems)
            save_refused(version, refused)
            written.reader, written.kept, written.problems = reader, kept, tuple(problems)
            manifest = _searchable(written, version, encoder, embedding, steps)
            steps.start("checking", 1)
            try:
                check(Stored(version))
            except IndexMismatch:
                journal.forget()  # what is in it may be why
                raise
            swap_in(version, folder, manifest.index_version)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise unwritable(error) from error
    steps.advance()
    return manifest


@dataclass(slots=True)
class _Written:
    """What is held in memory of the articles that were written."""

    digest: str = ""
    reader: str = ""
    kept: str = ""
    problems: tuple[DocumentProblem, ...] = ()
    titles: list[str] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    columns: Columns = field(default_factory=Columns)
    whole: bytearray = field(default_factory=bytearray)
    single: bytearray = field(default_factory=bytearray)

    def add(self, document: Document, passages: Iterable[Passage]) -> None:
        """Count an article, and take its passages."""
        number = len(self.titles)
        self.titles.append(document.title)
        self.languages[document.language] += 1
        self.months[document.published.isoformat()[:7] if document.published else ""] += 1
        for passage in passages:
            self.columns.add(number, passage)
            self.whole += key_of(passage.text)
            for sentence in passage.sentences:
                self.single += key_of(sentence.text)


@contextlib.contextmanager
def _cleared(version: Path) -> Iterator[None]:
    """Without what an earlier build left of a version; nor is anything left after an error."""
    shutil.rmtree(version, ignore_errors=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(version, ignore_errors=True)
        raise


def _nothing(problems: Sequence[DocumentProblem]) -> SettingsError:
    reasons = "; ".join(f"{p.document}: {p.reason}" for p in problems[:3])
    return SettingsError(
        "there is no readable article to index" + (f" ({reasons})" if reasons else ""),
        hint="put articles into the folder (EUAIQA_SEEDS), or `euaiqa add` one",
    )


def _written(
    articles: Iterable[Article],
    total: int,
    version: Path,
    before: Stored | None,
    encoder: Encoder,
    steps: Steps,
) -> _Written:
    """Write the articles, and cut those into passages that changed."""
    kept = TakenOver(before)
    written = _Written()
    digest = hashlib.sha256()
    for part in (str(SCHEMA), encoder.fingerprint, SEGMENTER_VERSION):
        digest.update(f"{part}\n".encode())
    with ArticleFiles(version) as files:
        for article in steps.over("cutting into passages", articles, total):
            number = kept.number(article)
            passages: Sequence[Passage]
            if number is None:
                made = sketch(content_of(article.document))
                passages = cut_into_passages(article.document, encoder.count_tokens)
            else:
                made, passages = kept.sketch(number), kept.passages(number)
            digest.update(files.write(article, made))
            written.add(article.document, passages)
    written.digest = digest.hexdigest()
    return written


def _searchable(
    written: _Written,
    version: Path,
    encoder: Encoder,
    embedding: Embedding,
    steps: Steps,
) -> Manifest:
    """Embed, and write what is searched."""
    table = written.columns.table()
    if not len(table.owners):
        raise SettingsError(
            "the articles hold no text that can be indexed",
            hint="check that they are not only captions and forms",
        )
    table.save(version)
    first = np.concatenate([[0], np.cumsum(table.sizes)])
    documents = Records(version / "documents.jsonl", document_of)
    twins = save_witnesses(version, documents, steps)
    passages = Passages(table, first, documents)
    whole_keys, single_keys = as_keys(written.whole), as_keys(written.single)
    texts = Texts(passages, first, whole_keys, single_keys, written.titles)
    texts.embed(embedding, steps)
    embedding.done()
    for name, keys in (("passages", whole_keys), ("sentences", single_keys)):
        arrays.save(version / f"{name}-keys.npy", keys)
    arrays.save(version / "questions-keys.npy", texts.generic)
    embedding.save(version / "questions.npy", texts.generic)
    neutral = texts.neutral(embedding)
    neutral.save(version / "neutral.npy")
    entries = Entries(
        table,
        embedding.save(version / "passages.npy", whole_keys),
        embedding.save(version / "sentences.npy", single_keys),
        neutral,
    )
    steps.start("making vectors searchable", entries.shape[0])
    dense = searchable(entries, steps.advance)
    save(dense, version / "dense.faiss")
    steps.start("making words searchable", len(passages))
    for place, language in enumerate(LANGUAGES):
        numbers = np.flatnonzero(table.languages == place)
        lexical = LexicalIndex.build(language, _words(passages, numbers, steps))
        lexical.save(version / f"lexical-{language}")
    digest = hashlib.sha256(written.digest.encode())
    for problem in written.problems:
        digest.update(f"{problem.document}\0{problem.reason}\n".encode())
    manifest = Manifest(
        schema=SCHEMA,
        index_version=digest.hexdigest()[:12],
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        segmenter=SEGMENTER_VERSION,
        reader=written.reader,
        kept=written.kept,
        problems=written.problems,
        documents=len(written.titles),
        passages=len(table.owners),
        sentences=len(table.sentences),
        languages={language: written.languages[language] for language in LANGUAGES},
        months=dict(sorted(written.months.items())),
        twins=twins,
        dense=kind_of(dense),
        built=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        embedded=embedding.embedded,
        reused=texts.different - embedding.embedded,
    )
    manifest.save(version)
    return manifest


def _words(passages: Passages, numbers: NDArray[np.int64], steps: Steps) -> Iterator[str]:
    """What is found by its words of some passages."""
    for number in numbers:
        passage = passages[int(number)]
        yield f"{passage.title}\n{passage.text}"
        steps.advance()
