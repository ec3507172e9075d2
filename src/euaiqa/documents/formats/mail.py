"""A message (`.eml`) and a page that a browser saved as one (`.mhtml`).

The standard library takes them apart. Attachments are not read; what a message quotes of
an earlier one stays in it.
"""

from __future__ import annotations

import datetime as dt
import email
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice

from euaiqa.documents.formats import dom, html
from euaiqa.documents.formats.found import Found, Line, Unreadable, lay, one_line
from euaiqa.documents.front_matter import web_address
from euaiqa.notice import Notice

_MAX_PARTS = 2_000
_MAX_DEPTH = 20
_STUB = 3  # times the words of the plain form: then it is not the same text
_MAX_HEADER = 4_000  # characters of one header that are looked at
_HEADER = re.compile(rb"(?:\A|\n)[A-Za-z][A-Za-z0-9-]{1,40}:[ \t]*\S")
_AGAIN = Notice("save it again")


def read_message(data: bytes) -> Found:
    """Read a message; its subject is the title, its sender the outlet.

    Raises:
        Unreadable: it is no message, or has no text.
    """
    message = _parsed(data)
    shown = _shown(message)
    text, outside = lay(Line(each) for part in shown for each in part.split("\n\n"))
    found = Found(text, outside=outside)
    if not found.text.strip():
        raise Unreadable(
            Notice("a message without text"), hint=Notice("save what is attached to it")
        )
    return replace(
        found,
        title=_header(message, "subject"),
        published=_day(message),
        outlet=_sender(message),
    )


def read_page(data: bytes) -> Found:
    """Read a page that a browser saved with all that belongs to it (`.mhtml`, `.mht`).

    Raises:
        Unreadable: it is none, or has no text.
    """
    message = _parsed(data)
    parts = islice(message.walk(), _MAX_PARTS)
    pages = [part for part in parts if part.get_content_type() == "text/html"]
    if not pages:
        raise Unreadable(Notice("no web page in it"), hint=_AGAIN)
    where = _header(message, "snapshot-content-location", 2_000)
    main = next((part for part in pages if where and _location(part) == where), pages[0])
    payload = main.get_payload(decode=True)
    found = html.read(
        payload if isinstance(payload, bytes) else b"", main.get_content_charset() or ""
    )
    return replace(found, address=found.address or web_address(where or _location(main)))


def _parsed(data: bytes) -> Message[str, str]:
    if not _HEADER.search(data[:4_096]):
        raise Unreadable(Notice("no message, whatever its name says"), hint=_AGAIN)
    try:
        return email.message_from_bytes(data)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise Unreadable(Notice("it is damaged"), hint=_AGAIN) from error


def _shown(message: Message[str, str], depth: int = 0) -> list[str]:
    """The texts that a reader of mail shows one below the other, without what is attached."""
    kind = message.get_content_type()
    if kind == "message/rfc822" or depth > _MAX_DEPTH:
        return []
    if message.is_multipart():
        parts = [each for each in message.get_payload() if isinstance(each, Message)]
        del parts[_MAX_PARTS:]
        shown: list[list[str]] = []
        for part in parts:
            try:
                shown.append(_shown(part, depth + 1))
            except Unreadable:  # no harm where another form of the same text was read
                if kind != "multipart/alternative" or not any(shown):
                    raise
                shown.append([])
        if kind == "multipart/alternative":
            return _fullest(parts, shown)
        return [text for texts in shown for text in texts]
    # The text of a message that has no parts may have a name, too.
    if message.get_content_disposition() == "attachment" or (depth and message.get_filename()):
        return []
    if kind == "text/plain":
        return [text] if (text := _text(message).strip()) else []
    if kind == "text/html":
        return [html.text_of(dom.parse_html(f"<body>{_text(message)}"))]
    return []


def _fullest(parts: Sequence[Message[str, str]], shown: Sequence[list[str]]) -> list[str]:
    """Of several forms of one text the plain one, unless it only says where the other is."""
    plain = [part.get_content_type() == "text/plain" for part in parts]
    texts = [text for is_plain, text in zip(plain, shown, strict=True) if is_plain and text]
    others = [text for is_plain, text in zip(plain, shown, strict=True) if not is_plain and text]
    if not texts or (others and _STUB * _words(texts[0]) <= _words(others[-1])):
        return others[-1] if others else []
    return texts[0]


def _words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _text(part: Message[str, str]) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return dom.decode(payload, part.get_content_charset() or "")


def _location(part: Message[str, str]) -> str:
    return _header(part, "content-location", 2_000)


def _header(message: Message[str, str], name: str, size: int = 250) -> str:
    """A header as one line; empty where it is missing or cannot be understood."""
    raw = str(message.get(name, ""))[:_MAX_HEADER]  # the decoder's time grows with its square
    try:
        return one_line(str(make_header(decode_header(raw))), size)
    except (MessageError, ValueError, LookupError):
        return one_line(raw, size)


def _sender(message: Message[str, str]) -> str:
    """The name of who sent it, or the address."""
    sender = _header(message, "from")
    name = re.sub(r"\s*<[^>]*>\s*$", "", sender).strip("\"' ")
    return one_line(name or sender.strip("<> "), 100)


def _day(message: Message[str, str]) -> dt.date | None:
    try:
        return parsedate_to_datetime(_header(message, "date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
