"""The articles' folder against the index: what is new, what changed, what is gone.

Takes the folder and the version that is current; gives the articles of the next one. A file
that did not change is not read, and one whose bytes did not change is not taken apart again:
what the version knows of it stands, or what a build that was broken off read of it. What could
not be read this time stays as it was.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from euaiqa import documents
from euaiqa.datamodels import Document, DocumentProblem, Source
from euaiqa.errors import DocumentError, DocumentUnreadable, EuaiqaError
from euaiqa.index import Article, Spool, Steps, Stored
from euaiqa.language import detect
from euaiqa.notice import Notice
from euaiqa.operations import Changes
from euaiqa.pipeline.found import File, digest, moment, settled, state_of

logger = logging.getLogger(__name__)

# One that holds no article any more, and was changed so shortly before, may be half written.
WRITTEN = 5_000_000_000  # nanoseconds
STAYS = Notice("the text that was indexed before stays")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The articles of the next version.

    `refused` has size and time of files that hold no text, by their ids; `kept` tells which lines
    a person kept.
    """

    changes: Changes
    refused: Mapping[str, tuple[int, int]]
    kept: str
    _before: Stored | None
    _spool: Spool
    _rows: Sequence[tuple[File, int | None]]

    @property
    def total(self) -> int:
        """How many articles there are."""
        return len(self._rows)

    def articles(self) -> Iterator[Article]:
        """The articles, in the order of their ids."""
        for file, spooled in self._rows:
            if spooled is not None:
                yield self._spool.article(spooled)
            elif self._before:
                article = self._before.article(self._before.numbers[file.id])
                if not file.kept:
                    yield replace(article, size=file.size, changed=file.changed)
                elif self._before.manifest.reader == documents.READER_VERSION:
                    yield article
                else:  # what another reader made of it is read again as soon as it can be
                    yield replace(article, state="", changed=0)


def gather(
    folder: Path, before: Stored | None, spool: Spool, steps: Steps, *, full: bool = False
) -> Gathered:
    """Look at every file of a folder.

    Args:
        folder: the articles' folder.
        before: the current version; None where there is none that can be used.
        spool: holds what was read until the articles are taken.
        steps: told of each file.
        full: whether to read and decide on all files, whatever the version knows of them.

    Raises:
        SettingsError: the folder is not there or cannot be listed, or there is no space.
    """
    looking = _Looking(folder, before, spool, full)
    files = list(looking.files(steps))
    return looking.decided(files)


class _Looking:
    """One look at a folder."""

    def __init__(self, folder: Path, before: Stored | None, spool: Spool, full: bool) -> None:
        self._folder = folder
        self._before = before
        self._full = full
        # Files that another reader read may say something else to this one.
        same = before is not None and before.manifest.reader == documents.READER_VERSION
        self._trusted = before if same and not full else None
        self._spool = spool
        self._kept_lines = documents.read_kept(folder)
        self._problems: list[DocumentProblem] = []
        self._refused: dict[str, tuple[int, int]] = {}

    def files(self, steps: Steps) -> Iterator[File]:
        """What is there, in the order of ids; what cannot be read is kept or a problem."""
        paths, problems = documents.list_files(self._folder)
        self._problems += problems
        lost = {p.document for p in problems}
        if self._before:
            # What lies in a folder that cannot be listed now is not gone.
            for id_ in self._before.files:
                if id_ not in paths and lost & {str(up) for up in Path(id_).parents}:
                    paths[id_] = self._folder / id_
        for id_, path in steps.over("reading files", sorted(paths.items()), len(paths)):
            if self._is_refused(id_, path):
                continue
            try:
                yield self._unchanged(id_, path) or self._read(id_, path)
            except DocumentError as error:
                yield from self._not_read(id_, path, error)
            except EuaiqaError:
                raise
            except Exception as error:
                # One file must not keep all others from being indexed.
                logger.exception("%s cannot be read", id_)
                yield from self._not_read(id_, path, documents.not_read(id_, error))

    def _is_refused(self, id_: str, path: Path) -> bool:
        """Whether a file held no text, and did not change; then that is told again."""
        was = self._trusted and self._trusted.refused.get(id_)
        if not self._trusted or not was or moment(path) != tuple(was):
            return False
        told = self._trusted.manifest.problems
        self._problems += [problem for problem in told if problem.document == id_]
        self._refused[id_] = was
        return True

    def _unchanged(self, id_: str, path: Path) -> File | None:
        """A file whose size and time are the version's."""
        was = self._trusted and self._trusted.files.get(id_)
        if not self._trusted or not was or moment(path) != (was.size, was.changed):
            return None
        lines = self._trusted.lines(self._trusted.numbers[id_])
        return File(id_, was.sha256, was.size, was.changed, lines, None)

    def _read(self, id_: str, path: Path) -> File:
        """A file by its bytes."""
        read = documents.read_bytes(path, self._folder)
        sha256, changed = hashlib.sha256(read.data).hexdigest(), settled(read.changed)
        was = self._trusted and self._trusted.files.get(id_)
        if self._trusted and was and was.state and was.sha256 == sha256:
            lines = self._trusted.lines(self._trusted.numbers[id_])
            return File(id_, sha256, read.size, changed, lines, None)
        place = self._spool.find_source(id_, sha256)
        if place is None:
            source = documents.source_of(read.data, id_)
            place = self._spool.put_source(source)
        else:
            source = self._spool.source(place)
        lines = documents.line_keys(source.text)
        self._problems += documents.gaps(source)
        return File(id_, sha256, read.size, changed, lines, place)

    def _not_read(self, id_: str, path: Path, error: DocumentError) -> Iterator[File]:
        """Keep what was indexed of a file, or remember that it holds no text."""
        was = self._before and self._before.files.get(id_)
        size, changed = moment(path) or (0, 0)
        passing = isinstance(error, DocumentUnreadable) or changed > time.time_ns() - WRITTEN
        reason = error.reason
        if self._before and was and passing:
            reason = Notice("{reason}; {stays}", reason=reason, stays=STAYS)
            lines = self._before.lines(self._before.numbers[id_])
            yield File(id_, was.sha256, was.size, was.changed, lines, None, kept=True)
        elif not isinstance(error, DocumentUnreadable):
            self._refused[id_] = size, settled(changed)
        self._problems.append(DocumentProblem(error.document, reason, error.hint))

    def decided(self, files: Sequence[File]) -> Gathered:
        """Which lines of each are the article, and so what changed."""
        if self._are_the_same(files):
            changes = Changes(unchanged=len(files), problems=self._told(files))
            return self._gathered(changes, [(file, None) for file in files])
        found = documents.repeated([file.lines for file in files])
        repeated = np.fromiter(found, dtype=np.uint64, count=len(found))
        rows: list[tuple[File, int | None]] = []
        added, changed, kept = [], [], []
        for file in files:
            was = self._before.files.get(file.id) if self._before else None
            if file.kept:
                kept.append(file.id)
                rows.append((file, None))
                continue
            own = np.intersect1d(file.lines, repeated)
            state = state_of(file, own, self._kept_lines.get(file.id, frozenset()))
            if was and was.state == state and not self._full:
                rows.append((file, None))
                continue
            try:
                document, place = self._decide(file, state, frozenset(own.tolist()))
            except DocumentUnreadable as error:
                for stays in self._not_read(file.id, self._folder / file.id, error):
                    kept.append(stays.id)
                    rows.append((stays, None))
                continue
            except DocumentError as error:
                # Not remembered: another article or a line that is kept may change it, so the
                # file is read at each look.
                self._problems.append(DocumentProblem(file.id, error.reason, error.hint))
                continue
            rows.append((file, place))
            if not was:
                added.append(file.id)
            elif was.state != state or self._was(file.id) != document:
                changed.append(file.id)
        there = {file.id for file, _ in rows}
        before = self._before.files if self._before else {}
        changes = Changes(
            added=tuple(added),
            changed=tuple(changed),
            removed=tuple(id_ for id_ in before if id_ not in there),
            kept=tuple(kept),
            unchanged=len(rows) - len(added) - len(changed) - len(kept),
            problems=self._told(files),
        )
        return self._gathered(changes, rows)

    def _gathered(self, changes: Changes, rows: Sequence[tuple[File, int | None]]) -> Gathered:
        kept = digest(self._kept_lines)
        return Gathered(changes, self._refused, kept, self._before, self._spool, rows)

    def _are_the_same(self, files: Sequence[File]) -> bool:
        """Whether no file changed, and nothing else that an article is decided from."""
        if not self._trusted or self._trusted.manifest.kept != digest(self._kept_lines):
            return False
        was = self._trusted.files
        return len(files) == len(was) and all(
            file.spooled is None
            and not file.kept
            and (file.size, file.changed) == (was[file.id].size, was[file.id].changed)
            for file in files
        )

    def _told(self, files: Sequence[File]) -> tuple[DocumentProblem, ...]:
        """All problems, those too that were found when a file was read at an earlier time."""
        unread = {file.id for file in files if file.spooled is None}
        before = self._before.manifest.problems if self._before else ()
        known = {p for p in before if p.document in unread and not p.reason.endswith(STAYS)}
        return tuple(sorted({*self._problems, *known}, key=lambda p: (p.document, p.reason)))

    def _decide(self, file: File, state: str, repeated: frozenset[int]) -> tuple[Document, int]:
        """Make the article of a file, and put it into the spool."""
        kept = self._kept_lines.get(file.id, frozenset())
        try:
            source = self._source(file)
            document = documents.as_document(source, detect, repeated=repeated, kept=kept)
            own = Article(document, source, state, file.size, file.changed, file.lines)
            return document, self._spool.put(own)
        except EuaiqaError:
            raise
        except Exception as error:  # as where a file is read
            logger.exception("%s cannot be read", file.id)
            raise documents.not_read(file.id, error) from error

    def _source(self, file: File) -> Source:
        if file.spooled is not None:
            return self._spool.source(file.spooled)
        assert self._before  # noqa: S101 - else the file was read
        return self._before.sources[self._before.numbers[file.id]]

    def _was(self, id_: str) -> Document | None:
        return self._before.documents[self._before.numbers[id_]] if self._before else None
