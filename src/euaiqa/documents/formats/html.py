"""A web page: its whole visible text, and which lines of it are not the article."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from euaiqa.datamodels import Language
from euaiqa.documents import metadata
from euaiqa.documents.formats import article, dom, page
from euaiqa.documents.formats.blocks import Block, blocks
from euaiqa.documents.formats.found import Found, Line, Unreadable, lay
from euaiqa.notice import Notice

_BYLINE, _BYLINES = 1_000, 5  # characters and lines below a title among which its date is


def read(data: bytes, charset: str = "") -> Found:
    """Read a saved web page.

    Args:
        data: the bytes of it.
        charset: the encoding that was told with it (by HTTP, by a mail), where one was.

    Raises:
        Unreadable: it is no page, has no text, or is too deep or too large.
    """
    text = dom.decode(data, charset)
    if "\0" in text:
        raise Unreadable(Notice("binary data, not a web page"), hint=Notice("save the page again"))
    return read_text(text)


def read_text(text: str) -> Found:
    """Read a web page that is decoded already; see `read`.

    Raises:
        Unreadable: it has no text, or is too deep or too large.
    """
    if not text.strip():
        raise Unreadable(Notice("empty"))
    root = dom.parse_html(text)
    head = page.head(root)
    dom.drop_unseen(root)
    found = blocks(root)
    if not found:
        raise Unreadable(
            Notice("a page without text: it is shown by a program only"),
            hint=Notice("open it in a browser and save what is shown as .mhtml, or as text"),
        )
    kept = article.inside(root, found)
    shown, outside = lay(lines(found, kept))
    language = page.fitting(
        head.language, "\n".join(b.text for b, is_kept in zip(found, kept, strict=True) if is_kept)
    )
    return Found(
        shown,
        title=head.title,
        published=head.published or _byline(shown, head.title, language),
        language=language,
        outlet=head.outlet,
        address=head.address,
        outside=outside,
    )


def _byline(text: str, title: str, language: Language | None) -> dt.date | None:
    """The day in the lines below the title, which need not be the article's."""
    at = text.find(title) if title else -1
    if at < 0:
        return None
    below = text[at + len(title) : at + len(title) + _BYLINE].split("\n\n")[: _BYLINES + 1]
    return metadata.published("\n\n".join(below), None, (), language or "fr")


def lines(found: list[Block], kept: list[bool] | None = None) -> Iterator[Line]:
    """The blocks as lines; a paragraph that an empty line divides gives several."""
    for index, block in enumerate(found):
        inside = kept is None or kept[index]
        for number, part in enumerate(block.text.split("\n\n")):
            yield Line(part, inside, close=block.close and not number)


def text_of(root: Any) -> str:
    """The visible text of a tree, all of it.

    Raises:
        Unreadable: the text is too long.
    """
    dom.drop_unseen(root)
    return lay(lines(blocks(root)))[0]
