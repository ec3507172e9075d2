"""A Word document: its text with footnotes and tables, and the title in its properties.

mammoth makes HTML of it, which is read like a page of which every line is the article.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from euaiqa.documents.formats import dom
from euaiqa.documents.formats.archive import Archive
from euaiqa.documents.formats.found import Found, Unreadable, one_line
from euaiqa.documents.formats.html import text_of
from euaiqa.documents.formats.page import fitting
from euaiqa.documents.front_matter import language_of
from euaiqa.notice import Notice

_OLD = b"\xd0\xcf\x11\xe0"  # what .doc files and encrypted .docx files begin with
# mammoth needs 15 to 27 µs for each; a book of 500 pages has half a million.
_MAX_TAGS, _MAX_BYTES = 800_000, 30_000_000
# Of all other parts together: styles, lists, comments, relations. They seldom have a tenth of it.
_MAX_OTHER_TAGS, _MAX_OTHER_BYTES = 200_000, 10_000_000
_BODY = re.compile(r"word/(?:document\d*|footnotes|endnotes)\.xml")
# What mammoth may read, less what it has no use for, which may be large: data, charts, pictures.
_PART = re.compile(
    r"(?!customXml/|docProps/|word/(?:charts|diagrams|drawings|embeddings|glossary|theme)/)"
    r".*\.(?:xml|rels)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_LANGUAGE = "{http://purl.org/dc/elements/1.1/}language"


def read(data: bytes) -> Found:
    """Read a `.docx` file.

    Raises:
        Unreadable: it is none, is damaged or encrypted, or has no text.
    """
    if data.startswith(_OLD):
        raise Unreadable(
            Notice("encrypted, or an old .doc file by another name"),
            hint=Notice("save it as .docx"),
        )
    archive = Archive(data)
    # Usually document.xml; Word on the web writes document2.xml.
    bodies = [name for name in archive.names() if _BODY.fullmatch(name)]
    if not bodies:
        raise Unreadable(
            Notice("not a Word document, whatever its name says"), hint=Notice("get the file again")
        )
    others = [name for name in archive.names() if _PART.fullmatch(name) and name not in bodies]
    parts = _bounded(archive, bodies, _MAX_BYTES, _MAX_TAGS)
    parts |= _bounded(archive, others, _MAX_OTHER_BYTES, _MAX_OTHER_TAGS)
    root = dom.parse_html(f"<html><body>{_as_html(parts)}</body></html>")
    for link in list(root.iter("a")):
        # The arrows back from mammoth's footnotes are not in the document.
        if link.get("href", "").startswith(("#footnote-ref", "#endnote-ref")):
            link.drop_tree()
    text = text_of(root)
    if not text.strip():
        raise Unreadable(Notice("no text in it"))
    properties = _properties(archive)
    return Found(
        text,
        title=one_line(_told(properties, _TITLE)),
        language=fitting(language_of(_told(properties, _LANGUAGE)), text),
    )


def _bounded(archive: Archive, names: list[str], most: int, tags: int) -> dict[str, bytes]:
    """Some members by name, of so many bytes and tags together at most.

    Raises:
        Unreadable: there is more in them, or one cannot be read.
    """
    found: dict[str, bytes] = {}
    if archive.size(names) <= most:
        found = {name: archive.read(name) for name in names}
        if sum(part.count(b"<") for part in found.values()) <= tags:
            return found
    raise Unreadable(Notice("it is too long"), hint=Notice("split it, or save its text as .txt"))


class _Metered(io.BytesIO):
    """Bytes that are given once: relations may name one part as the text, the styles and so on."""

    left = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, as long as there is something left of what may be read in all."""
        found = super().read(size)
        self.left -= len(found)
        if self.left < 0:
            raise ValueError("its relations name one part again and again")
        return found


def _as_html(parts: Mapping[str, bytes]) -> str:
    """What mammoth makes of a document, of which it sees only the parts that were counted."""
    import mammoth

    counted = _Metered()
    with zipfile.ZipFile(counted, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    counted.seek(0)
    counted.left = 2 * len(counted.getbuffer()) + 100_000
    try:
        made = mammoth.convert_to_html(
            counted,
            # Pictures are not read; so none is taken from anywhere either.
            convert_image=lambda image: [],
            external_file_access=False,
        )
    except MemoryError:
        raise  # the machine's, not the file's
    except Exception as error:  # it raises KeyError, ExpatError and others on odd files
        raise Unreadable(
            Notice("it is damaged, or not a Word document"),
            hint=Notice("open it in Word and save it again"),
        ) from error
    html: str = made.value
    return html


def _properties(archive: Archive) -> Any:
    from lxml import etree

    if "docProps/core.xml" not in archive:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(archive.read("docProps/core.xml"), parser)
    except etree.XMLSyntaxError:
        return None


def _told(properties: Any, name: str) -> str:
    return "" if properties is None else (properties.findtext(name) or "")
