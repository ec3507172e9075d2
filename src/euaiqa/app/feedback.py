"""The file that readers' verdicts on answers are appended to, one JSON line each.

Takes a verdict as it came in; gives a whole line on the disk, or an error and the file as it
was. A line holds the time and what the reader sent, nothing about the reader: no address, no
browser, no cookie. It is what the client says of an answer: nothing proves that this server
gave it. Reading the file is not done here.

One process writes to a file, so two servers need two files.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import stat
import threading
from collections.abc import Mapping
from pathlib import Path

from euaiqa.errors import SettingsError

# JSON leaves these as they are, and programs that split a text into lines may split at them.
_NEWLINES = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})


class Verdicts:
    """The verdicts kept in one file, which only its owner may read."""

    def __init__(self, path: Path) -> None:
        check(path)
        self._path = path
        self._lock = threading.Lock()

    def append(self, verdict: Mapping[str, object]) -> None:
        """Append a line: `at`, the time now (ISO 8601, UTC), then the fields of the verdict.

        Blocks until the disk has it.

        Raises:
            OSError: it could not be written, and nothing of it is in the file.
        """
        with self._lock:
            file = _open(self._path)
            try:
                _append(file, _line({"at": _now(), **verdict}))
            finally:
                os.close(file)


def check(path: Path) -> None:
    """Find out whether the file can be written, and make it where there is none.

    Raises:
        SettingsError: it cannot be written; its folder must exist.
    """
    try:
        os.close(_open(path))
    except OSError as error:
        raise SettingsError(
            f"EUAIQA_FEEDBACK: cannot write to {path}: {error.strerror or error}",
            hint="name a file in a folder that exists and can be written, or unset it",
        ) from error


def _open(path: Path) -> int:
    # Windows would write "\r\n" without O_BINARY, which other systems do not have.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    file = os.open(path, flags, 0o600)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a regular file")
    return file


def _append(file: int, line: bytes) -> None:
    size = os.lseek(file, 0, os.SEEK_END)
    if size:
        os.lseek(file, -1, os.SEEK_END)
        if os.read(file, 1) != b"\n":  # a crash tore the last line
            line = b"\n" + line
    try:
        if os.write(file, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    except OSError:
        # Where even this fails, the next line begins with a newline.
        with contextlib.suppress(OSError):
            os.ftruncate(file, size)
        raise


def _line(record: Mapping[str, object]) -> bytes:
    return json.dumps(record, ensure_ascii=False).translate(_NEWLINES).encode() + b"\n"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
