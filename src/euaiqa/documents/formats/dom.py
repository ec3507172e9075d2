"""From the bytes of a page to a tree of elements that holds only what a reader sees.

Takes HTML or XHTML and gives an lxml tree. No parser here follows an entity, a link or a
style sheet; what is too deep or has too many elements is refused, because everything that
works on the tree afterwards takes its time with each.
"""

from __future__ import annotations

import codecs
import html.entities
import re
from typing import Any

from euaiqa.documents.formats.found import Unreadable, allowed
from euaiqa.notice import Notice

MAX_DEPTH = 512  # elements inside one another; browsers stop there too
MAX_ELEMENTS = 400_000  # the AI Act on one page has 40,000

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,20})", re.I)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]{2,20})", re.I)
# Encodings of text, not what Python calls codecs besides (zip, punycode, unicode_escape).
_CHARSET = re.compile(
    r"utf-8|cp125\d|iso8859-\d+|koi8-[ru]|mac-?roman|gb2312|gbk|gb18030|big5|shift_jis|euc_jp|euc_kr"
)
_HEAD = 4_096  # bytes in which a page must tell its encoding; the standard says 1,024
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{0,31});")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")

# What no reader sees, whatever the style: not text, or shown only by a program.
_UNSEEN = (
    "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "canvas",
    "audio", "video", "select", "datalist", "textarea", "input", "map", "noframes",
)  # fmt: skip
_ALL_BUT = 0.1  # share of the text that must be left when what is hidden goes
_HIDING_STYLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)


def decode(data: bytes, charset: str = "") -> str:
    """Decode a page by its byte order mark, what was told with it, or what it says itself.

    A page that says nothing is UTF-8 where it can be, else Windows-1252, and so is one that
    says ISO-8859-1: browsers do the same. Bytes that make no character become U+FFFD.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    for told in (charset, *_told(data)):
        if name := _codec(told):
            if name == "utf-8":  # many pages say so and are not
                break
            return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # One bad byte in a UTF-8 page is damage; a page full of them is another encoding.
        text = data.decode("utf-8", "replace")
        good = sum(ord(c) > 127 for c in text) - text.count("\ufffd")
        cut = error.start >= len(data) - 3
        return text if cut or good > text.count("\ufffd") else data.decode("cp1252", "replace")


def _told(data: bytes) -> list[str]:
    found = (pattern.search(data[:_HEAD]) for pattern in (_XML_CHARSET, _META_CHARSET))
    return [match[1].decode("ascii", "replace") for match in found if match]


def _codec(label: str) -> str:
    """Python's name for an encoding of text; empty for what is none."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return ""
    if name in ("iso8859-1", "ascii"):
        return "cp1252"
    return name if _CHARSET.fullmatch(name) else ""


def parse_html(text: str) -> Any:
    """Parse HTML as a browser would.

    Raises:
        Unreadable: there is no element in it, or it is too deep or too large.
    """
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise Unreadable(Notice("no HTML in it"), hint=Notice("save the page again")) from error
    return _bounded(root)


def parse_xhtml(data: bytes) -> Any:
    """Parse a chapter of an EPUB, which is XML; where it is none, as HTML.

    Raises:
        Unreadable: there is no element in it, or it is too deep or too large.
    """
    from lxml import etree, html

    text = decode(data)
    # Without a document type there are no entities but these, and so no bombs made of them.
    plain = _ENTITY.sub(_character, _DOCTYPE.sub("", _DECLARATION.sub("", text), count=1))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        root = etree.fromstring(plain.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return parse_html(plain)
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname.lower()
    return _bounded(root)


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _XML_ENTITIES:
        return match[0]
    return html.entities.html5.get(name + ";", match[0].replace("&", "&amp;"))


def _bounded(root: Any) -> Any:
    from lxml import etree

    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise Unreadable(
                Notice("its elements are nested too deeply")
                if depth > MAX_DEPTH
                else Notice("too many elements"),
                hint=Notice("save its text as .txt"),
            )
    return root


def drop_unseen(root: Any) -> None:
    """Take out of a tree what a reader does not see.

    What is hidden by a style or an attribute may be the article itself, which a script shows
    later: where one element is more than half of the text it stays, and where nearly nothing
    else is on the page all of them do.
    """
    from lxml import etree

    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter("head"):
        etree.strip_elements(element, "title", with_tail=False)
    total = _size(root)
    hidden = [element for element in root.iter() if _is_hidden(element)]
    dropped = [element for element in hidden if 2 * _size(element) <= total]
    outermost = [each for each in dropped if not any(map(_is_hidden, each.iterancestors()))]
    if total - sum(map(_size, outermost)) < _ALL_BUT * total:
        return
    for element in dropped:
        parent = element.getparent()
        if parent is None:
            continue
        tail, before = element.tail or "", element.getprevious()
        parent.remove(element)
        if before is not None:
            before.tail = allowed((before.tail or "") + tail)
        else:
            parent.text = allowed((parent.text or "") + tail)


def _size(element: Any) -> int:
    return sum(len(text.strip()) for text in element.itertext())


def _is_hidden(element: Any) -> bool:
    attributes = element.attrib
    return bool(
        ("hidden" in attributes and attributes["hidden"].lower() != "until-found")
        or attributes.get("aria-hidden", "").lower() == "true"
        or _HIDING_STYLE.search(attributes.get("style", ""))
    )
