"""An electronic book: the chapters in the order of its spine.

A reader of our own, over zip and XHTML: the library that is known for it is under the AGPL.
The day of publication of a book is `dc:date`.
"""

from __future__ import annotations

import posixpath
from typing import Any
from urllib.parse import unquote

from euaiqa.documents import metadata
from euaiqa.documents.formats import dom
from euaiqa.documents.formats.archive import Archive
from euaiqa.documents.formats.blocks import Block, blocks
from euaiqa.documents.formats.found import Found, Line, Unreadable, lay, one_line
from euaiqa.documents.formats.html import lines
from euaiqa.documents.formats.page import fitting
from euaiqa.documents.front_matter import language_of
from euaiqa.notice import NOTHING, Notice

_CONTAINER = "META-INF/container.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/xml"})
_DC = "{http://purl.org/dc/elements/1.1/}"
_MAX_CHAPTERS = 3_000
_AGAIN = Notice("get the file again")


def read(data: bytes) -> Found:
    """Read an `.epub` file.

    Raises:
        Unreadable: it is none, is damaged or protected, or has no text.
    """
    archive = Archive(data)
    package_path = _package_path(archive)
    package = _xml(archive.read(package_path))
    found: list[Line] = []
    chapters = _chapters(package, posixpath.dirname(package_path.replace("\\", "/")))
    lacking, done = 0, set[str]()
    for told, is_navigation in chapters:
        name = archive.find(told)
        if name is None:
            lacking += 1
        # A chapter twice in the spine would be the way to make much of little.
        if name is None or name in done:
            continue
        done.add(name)
        root = dom.parse_xhtml(archive.read(name))
        dom.drop_unseen(root)
        chapter: list[Block] = blocks(root)
        found.extend(lines(chapter, [not is_navigation] * len(chapter)))
    text, outside = lay(found)
    absent = Notice("{count} of {all} chapters are not in it", count=lacking, all=len(chapters))
    missing = absent if lacking else NOTHING
    if not text.strip():
        if archive.find("META-INF/encryption.xml"):
            raise Unreadable(
                Notice("it is protected against reading"), hint=Notice("use a copy without DRM")
            )
        raise Unreadable(missing or Notice("no text in it"), hint=_AGAIN if missing else NOTHING)
    return Found(
        text,
        title=one_line(_told(package, "title")),
        published=metadata.day_of(one_line(_told(package, "date")), "en"),
        language=fitting(language_of(_told(package, "language")), text),
        outlet=one_line(_told(package, "publisher"), 100),
        outside=outside,
        missing=missing,
    )


def _package_path(archive: Archive) -> str:
    container = archive.find(_CONTAINER)
    if container is None:
        raise Unreadable(Notice("not an EPUB, whatever its name says"), hint=_AGAIN)
    for element in _xml(archive.read(container)).iter("{*}rootfile"):
        path = archive.find(unquote(element.get("full-path", "")))
        if path is not None:
            return path
    raise Unreadable(Notice("it is damaged: no list of chapters in it"), hint=_AGAIN)


def _chapters(package: Any, folder: str) -> list[tuple[str, bool]]:
    """The names of the chapters, and whether each is only the table of contents."""
    items = {item.get("id", ""): item for item in package.iter("{*}item")}
    found = []
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or item.get("media-type", "").lower() not in _PAGES:
            continue
        path = unquote(item.get("href", "").partition("#")[0])
        name = posixpath.normpath(posixpath.join(folder, path))
        found.append((name, "nav" in item.get("properties", "").split()))
    return found[:_MAX_CHAPTERS]


def _told(package: Any, name: str) -> str:
    return package.findtext(f".//{_DC}{name}") or ""


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(Notice("it is damaged"), hint=_AGAIN) from error
