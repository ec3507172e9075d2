"""A PDF: its paragraphs, put together from its lines, and what repeats on its pages.

PDFium reads the file in a process of its own (`pdf_lines`); here its lines become text.
The day of publication and the language are not taken from a PDF's properties, which tell
when and with what the file was made.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from euaiqa.documents.formats.found import AGAIN, Found, NotNow, Unreadable, lay, one_line
from euaiqa.documents.formats.paragraphs import Page, Printed, paragraphs
from euaiqa.notice import NOTHING, Notice

_PROGRAM = Path(__file__).with_name("pdf_lines.py")
_PATIENCE = 90  # seconds of wall clock for one file
# Signals that another sends: hang-up, interrupt, kill (where the system is short of memory) and
# terminate. What the file does to its reader ends it by others.
_FROM_OUTSIDE = (-1, -2, -9, -15)
_IS_LIMITED = os.name != "nt"  # in processor time, see `pdf_lines.limit`
OCR = Notice("run OCR over it, for instance with ocrmypdf, and add the result")
_DIFFICULT = Notice("save its text as .txt")
_HINTS = {
    "encrypted": (
        Notice("it is encrypted with a password"),
        Notice("open it and save it without the password"),
    ),
    "broken": (Notice("it is damaged, or no PDF"), Notice("get the file again")),
    "pages": (Notice("it has more than 2,000 pages"), Notice("split it")),
    "characters": (Notice("its text is longer than 10 million characters"), Notice("split it")),
}
_COVERED = 3  # pages; with more, the first and the last may be covers
_NAMED = 8  # pages that are named in a message
_FILE_NAME = re.compile(r"\.\w{2,4}$|^microsoft |^untitled|^sans titre|^document\d*$", re.I)


def read(data: bytes) -> Found:
    """Read a PDF.

    Raises:
        Unreadable: it is encrypted, damaged, a scan without text, or takes too much to read.
        NotNow: the machine failed to read it this time.
        OSError: no process can be started.
    """
    if b"%PDF-" not in data[:1_024]:
        raise Unreadable(
            Notice("no PDF, whatever its name says"), hint=Notice("get the file again")
        )
    told = _run(data)
    if told.get("error") == "library":
        raise NotNow(Notice("PDFium cannot be loaded"), hint=AGAIN)
    if error := told.get("error"):
        reason, hint = _HINTS[error]
        raise Unreadable(reason, hint=hint)
    pages = [
        Page(width, height, pictures, [Printed(*line) for line in lines])
        for width, height, pictures, lines in told["pages"]
    ]
    blind = [number for number, page in enumerate(pages, 1) if page.pictures]
    if not any(page.lines for page in pages):
        if blind:
            raise Unreadable(Notice("a scan: its pages hold pictures, no text"), hint=OCR)
        raise Unreadable(Notice("its pages are empty"))
    text, outside = lay(paragraphs(pages))
    return Found(
        text,
        title=_title(told["title"], pages),
        outside=outside,
        missing=_missing(blind, len(pages)),
    )


def _run(data: bytes) -> dict[str, Any]:
    """Let the other process read; it may die in any way.

    Raises:
        Unreadable: it died.
        NotNow: it took too long, or was ended from outside.
        OSError: it cannot be started.
    """
    try:
        # -P: this folder has an `html.py`, which must not stand for the standard library's.
        done = subprocess.run(
            [sys.executable, "-P", "-W", "ignore", str(_PROGRAM)],
            input=data, capture_output=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        # A file that takes much work meets the limit of processor time first, and is refused for
        # good. So this one waited for a busy machine, and to try it again is no great work. Where
        # no such limit is, on Windows, a file must not be tried for ever.
        kind = NotNow if _IS_LIMITED else Unreadable
        raise kind(Notice("reading it takes too long"), hint=_DIFFICULT) from error
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        if done.returncode in _FROM_OUTSIDE:
            raise NotNow(Notice("its reader was ended"), hint=AGAIN) from error
        if b"MemoryError" in done.stderr or done.returncode < 0:
            raise Unreadable(
                Notice("reading it takes too much time or memory"), hint=_DIFFICULT
            ) from error
        raise Unreadable(Notice("it cannot be read as a PDF"), hint=_DIFFICULT) from error
    return told


def _title(told: str, pages: list[Page]) -> str:
    """The title in the file's properties, where its words are on the first pages too.

    Many programs put the name of another file there, or of the template.
    """
    title = one_line(told)
    if len(title) < 8 or _FILE_NAME.search(title):
        return ""
    first = {
        word
        for page in pages[:2]
        for line in page.lines
        for word in re.findall(r"\w+", line.text.casefold())
    }
    words = re.findall(r"\w+", title.casefold())
    return title if words and sum(word in first for word in words) >= 0.8 * len(words) else ""


def _missing(blind: list[int], pages: int) -> Notice:
    """Which pages could not be read; the covers of a report are pictures anyway."""
    told = [number for number in blind if pages <= _COVERED or number not in (1, pages)]
    if not told:
        return NOTHING
    if len(told) == 1:
        return Notice("page {page} of {all}: a picture without text", page=told[0], all=pages)
    named = ", ".join(map(str, told[:_NAMED]))
    if len(told) <= _NAMED:
        return Notice("pages {pages} of {all}: pictures without text", pages=named, all=pages)
    return Notice(
        "pages {pages} and {more} more of {all}: pictures without text",
        pages=named,
        more=len(told) - _NAMED,
        all=pages,
    )
