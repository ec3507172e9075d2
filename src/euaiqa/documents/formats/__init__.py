"""One reader a format: the bytes of a file -> its text and what the file tells of itself.

Takes bytes and the suffix of the file's name, and gives a `Found`: the whole text that a
reader would see, one paragraph a line, with the ranges that are no part of the article.
Nothing here opens a file, follows a link or writes to the terminal. The same bytes give the
same text, because citations are offsets into it.

- `found`: what every reader gives, and the laying out of lines
- `dom`, `blocks`, `article`, `page`, `html`: web pages
- `pdf`, `pdf_lines`, `paragraphs`: PDF
- `archive`, `word`, `epub`: Word documents and electronic books
- `mail`: messages, and web pages that a browser saved as one
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from euaiqa.documents.formats import epub, html, mail, pdf, word
from euaiqa.documents.formats.dom import decode
from euaiqa.documents.formats.found import Found, NotNow, Unreadable, unforeseen
from euaiqa.documents.formats.pdf import OCR
from euaiqa.notice import Notice

_READERS: dict[str, Callable[[bytes], Found]] = {
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".pdf": pdf.read,
    ".docx": word.read,
    ".epub": epub.read,
    ".eml": mail.read_message,
    ".mhtml": mail.read_page,
    ".mht": mail.read_page,
}
SUFFIXES = frozenset(_READERS)
# What is an article to a person and nothing to these readers, and what helps.
UNREAD = {
    suffix: remedy
    for suffixes, remedy in (
        (".doc .rtf .odt .pages .wpd .docm .dotx", Notice("save it as .docx or .pdf")),
        (".ppt .pptx .odp .key .xls .xlsx .ods .djvu .ps", Notice("save it as .pdf")),
        (".mobi .azw .azw3 .fb2", Notice("convert it to .epub")),
        (".msg", Notice("save it as .eml")),
        (".webarchive .maff .warc", Notice("save the page as .html or .mhtml")),
        (".rst .tex .org .adoc .markdown .text", Notice("save it as .md or .txt")),
    )
    for suffix in suffixes.split()
}
# What helps where a part of a file is missing, which a `Found` of these may tell.
MISSING = {".pdf": OCR, ".epub": Notice("get the file again")}
_log = logging.getLogger(__name__)
_LOGGERS = ("readability", "readability.readability", "mammoth")

__all__ = [
    "MISSING",
    "SUFFIXES",
    "UNREAD",
    "Found",
    "NotNow",
    "Unreadable",
    "decode",
    "read",
    "unforeseen",
]


def read(data: bytes, suffix: str) -> Found:
    """Read a file by its suffix, which is one of `SUFFIXES`.

    Raises:
        Unreadable: it is not what its suffix says, is damaged, holds no text, or takes too
            much to read.
        NotNow: the machine failed to read it this time.
    """
    if not data.strip():
        raise Unreadable(Notice("empty"))
    for name in _LOGGERS:
        logging.getLogger(name).disabled = True  # what they say is for programmers
    try:
        return _READERS[suffix](data)
    except Unreadable:
        raise
    # The libraries raise whatever they like on odd files; one file must not stop the rest.
    except Exception as error:
        _log.debug("a reader of %s failed", suffix, exc_info=True)
        raise unforeseen(error) from error
