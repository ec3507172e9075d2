"""The files of the articles' folder: found, and read at a moment at which nobody writes them.

What is in them is `reader`'s business.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from euaiqa.datamodels import DocumentProblem
from euaiqa.documents import formats
from euaiqa.errors import DocumentError, DocumentUnreadable, SettingsError
from euaiqa.notice import Notice

_TEXT_SUFFIXES = frozenset({".txt", ".md"})
SUFFIXES = _TEXT_SUFFIXES | formats.SUFFIXES
MAX_BYTES = 10_000_000  # of text; a book is about one million, more is not an article
MAX_FORMAT_BYTES = 50_000_000  # of a format that holds pictures besides the text
_NOT_READ = Notice("this format is not read")
_BAD_NAME, _RENAME = Notice("the file's name is not UTF-8"), Notice("rename it")
_LEAVES = Notice("a link that leaves the articles' folder")
_READINGS, _PAUSE = 3, 0.2  # times a file that changes is read, seconds between them


@dataclass(frozen=True, slots=True)
class FileBytes:
    """What a file held; `size` in bytes, `changed` in nanoseconds as `changed_at` gives it."""

    data: bytes
    size: int
    changed: int


def list_files(folder: Path) -> tuple[dict[str, Path], list[DocumentProblem]]:
    """The files under a folder that may be articles, by the documents' ids and in their order.

    Hidden files and folders, and files with another suffix, are passed over; but one that
    looks like an article (`formats.UNREAD`) is a problem. So are folders in it that cannot be
    listed, and links that leave it.

    Raises:
        SettingsError: the folder does not exist, is not a folder or cannot be listed.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise SettingsError(
            f"the articles' folder {folder} {what}",
            hint="set EUAIQA_SEEDS to the folder that holds your articles",
        )
    problems: list[DocumentProblem] = []
    found: dict[str, Path] = {}
    # A name that is UTF-8 comes first: another with the same id must not take its place.
    for path in sorted(_walk(folder, problems), key=lambda path: _order(path, folder)):
        if found.setdefault(id_of(path, folder), path) is not path:
            told = os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")
            problems.append(DocumentProblem(told, _BAD_NAME, _RENAME))
    return dict(sorted(found.items())), problems


def read(path: Path, folder: Path) -> FileBytes:
    """Read a regular file of a bearable size that lies inside the folder.

    Raises:
        DocumentError: it lies outside, is no file, or is too large.
        DocumentUnreadable: the system fails to read it, or it is being written.
    """
    name = id_of(path, folder)
    if not name.endswith(path.name):  # the id had to replace bytes that are not UTF-8
        raise DocumentError(name, _BAD_NAME, hint=_RENAME)
    is_text = path.suffix.lower() not in formats.SUFFIXES
    most = MAX_BYTES if is_text else MAX_FORMAT_BYTES
    try:
        for attempt in range(_READINGS):
            if attempt:
                time.sleep(_PAUSE)
            status = path.stat()
            if not _inside(path, folder):
                raise DocumentError(name, _LEAVES)
            if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
                raise DocumentError(name, Notice("not a regular file"))
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read(most + 1)
                after = os.fstat(file.fileno())
            if len(data) > most:
                raise DocumentError(
                    name,
                    Notice("larger than {megabytes} MB", megabytes=most // 1_000_000),
                    hint=Notice("split it into articles"),
                )
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                return FileBytes(data, after.st_size, changed_at(after))
    except OSError as error:
        raise DocumentUnreadable(
            name,
            Notice("cannot be read: {error}", error=_why(error)),
            hint=Notice("check its permissions and the disk"),
        ) from error
    raise DocumentUnreadable(
        name,
        Notice("it was changed while it was read"),
        hint=Notice("wait until it is written; the next `euaiqa index` reads it again"),
    )


def changed_at(status: os.stat_result) -> int:
    """When a file was last changed, in nanoseconds; a program that sets its time back cannot hide.

    Any change sets `st_ctime`, which no program can choose; Windows, where it is the file's
    birth, has the other one.
    """
    return max(status.st_mtime_ns, status.st_ctime_ns)


def _walk(folder: Path, problems: list[DocumentProblem]) -> Iterator[Path]:
    """Walk the folder for files to read; folders that cannot be listed become problems."""

    def report(error: OSError) -> None:
        where = Path(os.fsdecode(error.filename or folder))
        if where == folder:
            raise SettingsError(
                f"the articles' folder {folder} cannot be listed: {_why(error)}",
                hint="check its permissions",
            ) from error
        reason = Notice("cannot be listed: {error}", error=_why(error))
        problems.append(DocumentProblem(id_of(where, folder), reason))

    for where, folders, files in os.walk(folder, onerror=report):
        visible = [name for name in folders if not name.startswith(".")]
        # os.walk does not enter linked folders: one inside is read at its own place.
        folders[:] = visible
        for name in visible:
            path = Path(where, name)
            if path.is_symlink() and not _inside(path, folder):
                problems.append(DocumentProblem(id_of(path, folder), _LEAVES))
        for name in files:
            suffix = Path(name).suffix.lower()
            if name.startswith((".", "~$")):  # hidden, or Word's note that it is open
                continue
            if suffix in SUFFIXES:
                yield Path(where, name)
            elif remedy := formats.UNREAD.get(suffix):
                problems.append(
                    DocumentProblem(id_of(Path(where, name), folder), _NOT_READ, remedy)
                )


def id_of(path: Path, folder: Path) -> str:
    """The POSIX path relative to the folder, always printable as UTF-8."""
    relative = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    return relative.as_posix().encode("utf-8", "replace").decode("utf-8")


def _order(path: Path, folder: Path) -> tuple[bool, bytes]:
    return id_of(path, folder) != path.relative_to(folder).as_posix(), os.fsencode(path)


def _inside(path: Path, folder: Path) -> bool:
    """Whether the path, links followed, lies in the folder (a loop of links does not)."""
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
    except (OSError, RuntimeError):
        return False


def _why(error: OSError) -> str:
    """The system's words, without the machine's path."""
    return (error.strerror or type(error).__name__).lower()
