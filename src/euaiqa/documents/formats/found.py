"""What a format's reader gives, and how it says that it cannot.

`Laid` puts blocks of text one below the other and notes which of them are no part of the
article; `Unreadable` is what a reader raises, or `NotNow`; `reader` gives it the document's name.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from euaiqa.datamodels import Language, Span
from euaiqa.notice import NOTHING, Notice

AGAIN = Notice("the next `euaiqa index` reads it again")
MAX_TEXT = 10_000_000  # characters; as much as a plain text file may hold

# What no line may hold: control characters, and halves of characters that UTF-8 cannot write.
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile(r"[ \t\n\r\f]+")  # not the non-breaking ones, which French needs


class Unreadable(Exception):
    """A file is not what its name says, or holds no text; `hint` says what helps."""

    def __init__(self, reason: Notice, *, hint: Notice = NOTHING) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class NotNow(Unreadable):
    """The machine failed to read a file this time, whatever is in it."""


def unforeseen(error: Exception) -> Unreadable:
    """What an error that no reader foresaw is told as: the machine's, or the file's.

    The system gives its errors a number; those that a library raises as `OSError` over what is
    in a file have none.
    """
    name = type(error).__name__
    if isinstance(error, (MemoryError, ImportError)) or (
        isinstance(error, OSError) and error.errno is not None
    ):
        return NotNow(
            Notice("it cannot be read this time ({error})", error=name),
            hint=AGAIN,
        )
    if isinstance(error, RecursionError):
        return Unreadable(
            Notice("reading it takes too much memory"), hint=Notice("save its text as .txt")
        )
    return Unreadable(
        Notice("it cannot be read ({error})", error=name),
        hint=Notice("save it in another format, or as plain text"),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """The text of a file and what the file tells about itself; see `datamodels.Source`."""

    text: str
    title: str = ""
    published: dt.date | None = None
    language: Language | None = None
    outlet: str = ""
    address: str = ""
    outside: tuple[Span, ...] = ()
    missing: Notice = NOTHING


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be laid: its text, whether the article has it, and how it follows.

    `close` puts it right below the line before, as an entry of a list; else a blank line
    is between them.
    """

    text: str
    inside: bool = True
    close: bool = False


def lay(lines: Iterable[Line]) -> tuple[str, tuple[Span, ...]]:
    """Put lines one below the other.

    Returns:
        the text, which ends with one newline, and the ranges of the lines that are outside;
        neighbours are one range.

    Raises:
        Unreadable: the text is longer than `MAX_TEXT`.
    """
    parts: list[str] = []
    outside: list[Span] = []
    at = 0
    after_outside = False
    for line in lines:
        text = printable(line.text).strip()
        if not text:
            continue
        if parts:
            gap = "\n" if line.close else "\n\n"
            parts.append(gap)
            at += len(gap)
        if not line.inside:
            if after_outside:
                outside[-1] = Span(outside[-1].start, at + len(text))
            else:
                outside.append(Span(at, at + len(text)))
        after_outside = not line.inside
        parts.append(text)
        at += len(text)
        if at > MAX_TEXT:
            raise Unreadable(
                Notice(
                    "its text is longer than {millions} million characters",
                    millions=MAX_TEXT // 1_000_000,
                ),
                hint=Notice("split it into articles"),
            )
    return "".join(parts) + "\n" if parts else "", tuple(outside)


def printable(text: str) -> str:
    """The text without control characters; the newlines are kept."""
    return allowed(text.replace("\r\n", "\n").replace("\r", "\n"))


def allowed(text: str) -> str:
    """The text without what XML, and so lxml, does not allow in one."""
    return _CONTROL.sub("", text)


def one_line(text: str | None, size: int = 250) -> str:
    """A value of a file's head as one line of at most `size` characters; empty for None."""
    return " ".join(printable(text or "").split())[:size].strip()


def collapsed(text: str) -> str:
    """The text with every run of ordinary white space as one space, as a browser shows it."""
    return _SPACE.sub(" ", text)
