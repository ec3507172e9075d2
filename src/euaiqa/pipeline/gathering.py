"""The articles' folder against the index: what is new, what changed, what is gone.

Takes the folder and the version that is current; gives the articles of the next one. A file
that did not change is not read, and one whose bytes did not change is not taken apart again:
what the version knows of it stands. What could not be read this time stays as it was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from euaiqa import documents
from euaiqa.datamodels import DocumentProblem, Source
from euaiqa.errors import DocumentError, DocumentUnreadable
from euaiqa.index import Article, Spool, Steps, Stored
from euaiqa.language import detect
from euaiqa.operations import Changes

# A file that was changed so shortly before the index was built may have been changed again within
# the clock's tick, with the same size: it is read. Git does so too ("racy git").
RACY = 2_000_000_000  # nanoseconds
STAYS = "the text that was indexed before stays"


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it was found.

    Its source is row `spooled` of the spool, or where that is None the version's. `kept` is
    whether the file could not be read, so that the version's article stays as it is.
    """

    id: str
    sha256: str
    size: int
    changed: int
    lines: NDArray[np.uint64]
    spooled: int | None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """The articles of the next version; `kept` tells which lines a person kept."""

    changes: Changes
    kept: str
    _before: Stored | None
    _spool: Spool
    _rows: Sequence[tuple[str, int | None]]

    @property
    def total(self) -> int:
        """How many articles there are."""
        return len(self._rows)

    def articles(self) -> Iterator[Article]:
        """The articles, in the order of their ids."""
        for id_, spooled in self._rows:
            if spooled is not None:
                yield self._spool.article(spooled)
            elif self._before:
                yield self._before.article(self._before.numbers[id_])


def gather(
    folder: Path, before: Stored | None, spool: Spool, steps: Steps, *, full: bool = False
) -> Gathered:
    """Look at every file of a folder.

    Args:
        folder: the articles' folder.
        before: the current version; None where there is none that can be used.
        spool: holds what was read until the articles are taken.
        steps: told of each file.
        full: whether to read all files, whatever the version knows of them.

    Raises:
        SettingsError: the folder is not there or cannot be listed.
    """
    looking = _Looking(folder, before, spool, full)
    files = list(looking.files(steps))
    return looking.decided(files)


class _Looking:
    """One look at a folder."""

    def __init__(self, folder: Path, before: Stored | None, spool: Spool, full: bool) -> None:
        self._folder = folder
        self._before = before
        # Files that another reader read may say something else to this one.
        same = before is not None and before.manifest.reader == documents.READER_VERSION
        self._trusted = before if same and not full else None
        self._spool = spool
        self._kept_lines = documents.read_kept(folder)
        self._problems: list[DocumentProblem] = []

    def files(self, steps: Steps) -> Iterator[_File]:
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
            try:
                yield self._unchanged(id_, path) or self._read(id_, path)
            except DocumentError as error:
                was = self._before and self._before.files.get(id_)
                reason = error.reason
                if self._before and was and isinstance(error, DocumentUnreadable):
                    reason = f"{reason}; {STAYS}"
                    lines = self._before.lines(self._before.numbers[id_])
                    yield _File(id_, was.sha256, was.size, was.changed, lines, None, kept=True)
                self._problems.append(DocumentProblem(error.document, reason, error.hint))

    def _unchanged(self, id_: str, path: Path) -> _File | None:
        """A file whose size and time are the version's."""
        was = self._trusted and self._trusted.files.get(id_)
        if not self._trusted or not was:
            return None
        try:
            now = path.stat()
        except OSError:
            return None
        built = dt.datetime.fromisoformat(self._trusted.manifest.built).timestamp() * 1e9
        changed = documents.changed_at(now)
        if (now.st_size, changed) != (was.size, was.changed) or changed > built - RACY:
            return None
        lines = self._trusted.lines(self._trusted.numbers[id_])
        return _File(id_, was.sha256, was.size, was.changed, lines, None)

    def _read(self, id_: str, path: Path) -> _File:
        """A file by its bytes."""
        read = documents.read_bytes(path, self._folder)
        sha256 = hashlib.sha256(read.data).hexdigest()
        was = self._trusted and self._trusted.files.get(id_)
        if self._trusted and was and was.sha256 == sha256:
            lines = self._trusted.lines(self._trusted.numbers[id_])
            return _File(id_, sha256, read.size, read.changed, lines, None)
        source = documents.source_of(read.data, id_)
        self._problems += documents.gaps(source)
        lines = documents.line_keys(source.text)
        place = self._spool.put_source(source)
        return _File(id_, sha256, read.size, read.changed, lines, place)

    def decided(self, files: Sequence[_File]) -> Gathered:
        """Which lines of each are the article, and so what changed."""
        kept_lines = _digest(self._kept_lines)
        if self._are_the_same(files, kept_lines):
            assert self._before  # noqa: S101 - else nothing is the same
            problems = tuple(
                sorted({*self._problems, *self._known_gaps(set(self._before.files))}, key=_name)
            )
            same = Changes(unchanged=len(files), problems=problems)
            return Gathered(
                same, kept_lines, self._before, self._spool, [(f.id, None) for f in files]
            )
        found = documents.repeated([file.lines for file in files])
        repeated = np.fromiter(found, dtype=np.uint64, count=len(found))
        rows: list[tuple[str, int | None]] = []
        added, changed, kept = [], [], []
        for file in files:
            was = self._before.files.get(file.id) if self._before else None
            if file.kept:
                kept.append(file.id)
                rows.append((file.id, None))
                continue
            own = np.intersect1d(file.lines, repeated)
            state = _state(file, own, self._kept_lines.get(file.id, frozenset()))
            if was and was.state == state and (was.size, was.changed) == (file.size, file.changed):
                rows.append((file.id, None))
                continue
            try:
                rows.append((file.id, self._decide(file, state, frozenset(own.tolist()))))
            except DocumentError as error:
                self._problems.append(DocumentProblem(file.id, error.reason, error.hint))
                continue
            if not was:
                added.append(file.id)
            elif was.state != state:
                changed.append(file.id)
        there = {id_ for id_, _ in rows}
        self._problems += self._known_gaps({file.id for file in files if file.spooled is None})
        before = self._before.files if self._before else {}
        changes = Changes(
            added=tuple(added),
            changed=tuple(changed),
            removed=tuple(id_ for id_ in before if id_ not in there),
            kept=tuple(kept),
            unchanged=len(rows) - len(added) - len(changed) - len(kept),
            problems=tuple(sorted(self._problems, key=_name)),
        )
        return Gathered(changes, kept_lines, self._before, self._spool, rows)

    def _are_the_same(self, files: Sequence[_File], kept_lines: str) -> bool:
        """Whether no file changed, and nothing else that an article is decided from."""
        if not self._trusted or self._trusted.manifest.kept != kept_lines:
            return False
        was = self._trusted.files
        return len(files) == len(was) and all(
            file.spooled is None
            and not file.kept
            and (file.size, file.changed) == (was[file.id].size, was[file.id].changed)
            for file in files
        )

    def _known_gaps(self, unread: set[str]) -> list[DocumentProblem]:
        """What is missing in files that were read at an earlier time."""
        told = self._before.manifest.problems if self._before else ()
        return [p for p in told if p.document in unread and not p.reason.endswith(STAYS)]

    def _decide(self, file: _File, state: str, repeated: frozenset[int]) -> int:
        """Make the article of a file, and put it into the spool."""
        kept = self._kept_lines.get(file.id, frozenset())
        source = self._source(file)
        document = documents.as_document(source, detect, repeated=repeated, kept=kept)
        return self._spool.put(
            Article(document, source, state, file.size, file.changed, file.lines)
        )

    def _source(self, file: _File) -> Source:
        if file.spooled is not None:
            return self._spool.source(file.spooled)
        assert self._before  # noqa: S101 - else the file was read
        return self._before.sources[self._before.numbers[file.id]]


def _name(problem: DocumentProblem) -> str:
    return problem.document


def _digest(kept: Mapping[str, Set[str]]) -> str:
    """What tells which lines are kept; empty where none is."""
    rows = sorted(f"{document}\t{line}" for document, lines in kept.items() for line in lines)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16] if rows else ""


def _state(file: _File, repeated: NDArray[np.uint64], kept: frozenset[str]) -> str:
    """What an article is decided from: it is the same article where all of this is."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{documents.READER_VERSION}\n{file.sha256}\n".encode())
    digest.update(np.sort(repeated).tobytes())
    for line in sorted(kept):
        digest.update(f"\n{line}".encode())
    return digest.hexdigest()
