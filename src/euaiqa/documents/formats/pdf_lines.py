"""A program of its own: a PDF on standard input -> its lines as JSON on standard output.

`pdf` runs it for each file, so that a file that makes PDFium crash, hang or fill the memory
ends this process and nothing else. It imports nothing of euaiqa: it starts in 0.1 s.

A line is `[text, left, bottom, right, top, size]`, in points from the page's lower left
corner, `size` that of its first character; a page is `[width, height, has_pictures, lines]`.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any

MEMORY = 1_000_000_000  # bytes of address space; a manual of 265 pages needs a fifth
SECONDS = 60  # of processor time
MAX_PAGES = 2_000
MAX_CHARACTERS = 10_000_000

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_HYPHEN = (0x2, 0xFFFE)  # how PDFium tells a hyphen at the end of a line


def main() -> None:
    """Read, write, and never tell anything else."""
    limit()
    # What the library itself writes must not get between.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    json.dump(read(sys.stdin.buffer.read()), out)
    out.flush()


def limit() -> None:
    """Bound memory and time where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(what)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(what, (most, hard))


def read(data: bytes) -> dict[str, Any]:
    """The pages of a PDF, its title, or `error`: encrypted, broken, pages, characters, library."""
    try:
        import pypdfium2
        import pypdfium2.raw as pdfium
    except (ImportError, OSError):
        return {"error": "library"}

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        return {"error": "encrypted" if error.err_code == _PASSWORD else "broken"}
    if len(document) > MAX_PAGES:
        return {"error": "pages"}
    pages: list[Any] = []
    size = 0
    for number in range(len(document)):
        try:
            page = document[number]
            lines = _lines(page, pdfium)
            pictures = not lines and _has_pictures(page, pdfium)
        except pypdfium2.PdfiumError:
            pages.append([0, 0, True, []])  # a damaged page: as unreadable as a picture
            continue
        size += sum(len(line[0]) for line in lines)
        if size > MAX_CHARACTERS:
            return {"error": "characters"}
        pages.append([page.get_width(), page.get_height(), pictures, lines])
        page.close()
    return {"pages": pages, "title": document.get_metadata_dict().get("Title", "")}


def _has_pictures(page: Any, pdfium: Any) -> bool:
    """Whether anything is drawn on a page; the outlines of letters are a picture of them too."""
    return bool(pdfium.FPDFPage_CountObjects(page.raw))


def _lines(page: Any, pdfium: Any) -> list[list[Any]]:
    """The lines of a page as PDFium finds them, blank ones left out."""
    text = page.get_textpage()
    found: list[list[Any]] = []
    characters: list[str] = []
    boxes: list[int] = []

    def close() -> None:
        line = "".join(characters).strip()
        if line:
            found.append([line, *_box(text, boxes, pdfium)])
        characters.clear()
        boxes.clear()

    high = 0
    for index in range(pdfium.FPDFText_CountChars(text.raw)):
        code = pdfium.FPDFText_GetUnicode(text.raw, index)
        if code in (0xA, 0xD):
            close()
            continue
        if code in _HYPHEN:
            characters.append("\u00ad")  # the library puts no newline after it
            close()
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
            high = 0
        if code:
            characters.append(chr(code) if code < 0x110000 else "\ufffd")
            if code != 0x20:
                boxes.append(index)
    close()
    text.close()
    return found


def _box(text: Any, indices: list[int], pdfium: Any) -> list[float]:
    """Left, bottom, right and top of a line, and the size of its type."""
    edges = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = 1e9, -1e9, 1e9, -1e9
    # The ends and a few between: all of them would take as long as the text itself.
    few = indices[:: max(1, len(indices) // 6)] + indices[-1:]
    for index in few:
        if pdfium.FPDFText_GetCharBox(text.raw, index, *map(ctypes.byref, edges)):
            left, right = min(left, edges[0].value), max(right, edges[1].value)
            bottom, top = min(bottom, edges[2].value), max(top, edges[3].value)
    size = pdfium.FPDFText_GetFontSize(text.raw, indices[len(indices) // 2])
    return [round(value, 1) for value in (left, bottom, right, top, size)]


if __name__ == "__main__":
    main()
